#!/usr/bin/env python3
"""Imports as a user meets them: real recordings with known totals, damaged and hostile files, full and forbidden places.

usage: run.py [--quick]
"""
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import hostile
import real_files
from harness import Checks


def main():
    check = Checks("archives")
    for part in (real_files.coin_margined, real_files.light_coin, hostile.bad_files, hostile.bad_places):
        with tempfile.TemporaryDirectory(prefix="millrace-archives-") as scratch:
            if part is hostile.bad_places:
                list(hostile.files(scratch))
            part(check, scratch)
    check.finish()


main()
