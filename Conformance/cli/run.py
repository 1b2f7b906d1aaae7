#!/usr/bin/env python3
"""The command line as a tool among others: what shells complete, the manual page, pipes and terminals, charts.

usage: run.py [--quick]
"""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import charts
import completion
import manual
import pipes
from harness import Checks


def main():
    quick = "--quick" in sys.argv[1:]
    checks = Checks("cli")
    for part in (completion, manual, pipes, charts):
        with tempfile.TemporaryDirectory(prefix="millrace-cli-") as scratch:
            part.check(checks, quick, scratch)
    checks.finish()


main()
