#!/usr/bin/env python3
"""The page in Debian's chromium against a server that records simulated exchanges: it loads, streams, scrolls back, survives cuts, and shows no
number that the native API does not. What it looks like is left in Conformance/page/pictures.

usage: run.py [--quick]
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from playwright.sync_api import sync_playwright

import basketed
import lasting
import lower
import recorded
import repaired
import serving
import taped
from harness import ROOT, Checks

QUICK = "--quick" in sys.argv[1:]


def modules(check):
    """The modules that need no browser, by themselves."""
    node = shutil.which("node")
    if not check("node is there: scripts/setup tests", node):
        return
    done = subprocess.run([node, "--test", *sorted(glob.glob(os.path.join(ROOT, "Tests", "PageTests", "*.test.js")))], capture_output=True, text=True)
    check("the modules' own tests pass", done.returncode == 0, "\n".join(line for line in done.stdout.splitlines() if "not ok" in line or "Error" in line))


def main():
    check = Checks("page")
    modules(check)
    with tempfile.TemporaryDirectory(prefix="millrace-page-") as scratch, sync_playwright() as playwright:
        # A page of one's own server is as safe in the browser as without its sandbox, which root may not have.
        options = {"args": ["--no-sandbox"] if os.getuid() == 0 else [], "executable_path": "/usr/bin/chromium"}
        browser = playwright.chromium.launch(**options)
        # Its past takes a while to bring.
        beginning = recorded.begin(scratch, QUICK)
        with repaired.begun(scratch) as base:
            serving.check(check, scratch)
            taped.check(check, browser, scratch)
            basketed.taped(check, browser, scratch)
            repaired.check(check, browser, base)
        beginning[1].result()
        basketed.live(check, browser, f"http://127.0.0.1:{beginning[0][1]}")
        lower.check(check, browser, beginning[0][1])
        recorded.check(check, browser, beginning, QUICK)
        if not QUICK:
            recorded.keeps_up(check, browser, scratch)
            lasting.check(check, browser, scratch)
        browser.close()
    check.finish()


main()
