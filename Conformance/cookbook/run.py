#!/usr/bin/env python3
"""Run every page of docs/cookbook as it stands, on a made-up lake and on real recordings where they are; compare what pages print with what
they say that they print, and what they compute with independent arithmetic.

usage: run.py [--quick] [--write] [PAGE…]

--quick leaves out Spark, which needs a JVM. --write puts what was printed into the pages and the notebook.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(os.path.dirname(os.path.dirname(HERE)), "docs", "cookbook")]
os.environ |= {"MPLBACKEND": "Agg", "COLUMNS": "120"}

import lake_pages
import make_lake
import notebook
import open_interest
import page
import prints_and_swings
import put_call
import rerun
import toxicity
import truth
from harness import MILLRACE, ROOT, SHARED, Checks, millrace

BOOK = os.path.join(ROOT, "docs", "cookbook")
SPARK = os.path.join(ROOT, ".venv", "spark", "bin", "python")
RECIPES = {"cvd-divergence": prints_and_swings.divergences, "large-prints": prints_and_swings.prints, "flow-toxicity": toxicity.check_page,
           "open-interest-and-price": open_interest.check_page, "put-call-history": put_call.check_page}
TOOLS = ["duckdb", "polars", "pandas", "pyarrow", "spark"]
MADE_UP = ("binance-futures", "BTCUSDT", "2026-01-05", "2026-01-07")
REAL = ("binance-spot", "LTCUSDT", "2025-06-21", "2025-06-23")
INVERSE = ("binance-coin-futures", "BTCUSD_PERP", "2026-05-08", "2026-05-09")
SIDELESS = ("binance-spot", "SIDELESS", "2026-01-05", "2026-01-07")
LTC_COLUMNS = "timestamp=timestamp,price=price,quantity=quantity,side=side,id=tradeId"

IN_SPARK = """
import json, sys
sys.path.insert(0, sys.argv[1])
import page
names, printed = page.run(sys.argv[2], **json.loads(sys.argv[3]))
print(json.dumps([printed, [[str(cell) for cell in bar] for bar in names["bars"]]]))
"""


def words(text):
    """A table without its lines, so that another width of it is the same."""
    return re.sub(r"[─│┌┐└┘├┤┬┴┼═╞╡╪╌┆╭╮╰╯-]{2,}|[│┌┐└┘├┤┬┴┼═╞╡╪╌┆╭╮╰╯]", " ", text).split()


def run_page(name, **settings):
    """Runs a page here, or in Spark's own environment, and returns (names, printed)."""
    path = os.path.join(BOOK, f"{name}.md")
    if name != "spark":
        return page.run(path, **settings)
    done = subprocess.run([SPARK, "-c", IN_SPARK, BOOK, path, json.dumps(settings)], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    printed, bars = json.loads(done.stdout.splitlines()[-1])
    return {"bars": [(bar[0], *map(lake_pages.Decimal, bar[1:])) for bar in bars]}, printed


def where(lake, market):
    return dict(zip(("VENUE", "SYMBOL", "START", "UNTIL"), market), LAKE=lake)


def write(name, printed):
    """Puts what was printed into a page's blocks of text."""
    path = os.path.join(BOOK, f"{name}.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    outputs = iter(out for out, said in printed if said is not None)
    text = re.sub(r"^```text\n.*?^```$", lambda _: f"```text\n{next(outputs).rstrip()}\n```", text, flags=re.DOTALL | re.MULTILINE)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def said(check, name, printed):
    """A page prints what it says, and says all that it prints."""
    for out, expected in printed:
        if expected is None:
            check(f"{name}: nothing is printed that the page does not show", not out.strip(), out)
        elif words(out) != words(expected):
            pair = next((pair for pair in zip(words(out), words(expected)) if pair[0] != pair[1]), (out, expected))
            check(f"{name}: what it prints", False, f"{pair[0]!r}, not {pair[1]!r}")
        else:
            check(f"{name}: what it prints", True)


def commands(check, lake):
    """What the README says to type, and what is mistyped."""
    def python(*words):
        return subprocess.run([sys.executable, *words], cwd=BOOK, capture_output=True, text=True, timeout=60)

    pages = {name: python("page.py", f"{name}.md", f"LAKE={lake}") for name in ("duckdb", "put-call-history")}
    for name, done in pages.items():
        check.equal(f"page.py {name}: status", done.returncode, 0)
        shown = [out for language, out, _ in page.blocks(os.path.join(BOOK, f"{name}.md")) if language == "text"]
        check.equal(f"page.py {name}: what it prints", words(done.stdout), words("".join(shown)))
    before = os.listdir(lake)
    for text, *mistyped in (("no page", "page.py", "nothing.md"), ("no setting NOTHING", "page.py", "duckdb.md", "NOTHING=1"),
                            ("no setting NOTHING", "page.py", "put-call-history.md", "NOTHING=1"), ("usage", "page.py"),
                            ("not empty", "make_lake.py", lake)):
        done = python(*mistyped)
        check(f"{' '.join(mistyped[:2])}: one line", done.returncode == 1 and text in done.stderr and "Traceback" not in done.stderr, done.stderr)
    check.equal("make_lake.py leaves a lake alone", os.listdir(lake), before)


def real_lake(lake, quick):
    """The recordings of trades, open interest and put/call volumes as a lake; returns the files of each kind."""
    commands = {
        "trades": ("binance-spot-ltcusdt/LTC*.csv.gz", ["import", "--venue", REAL[0], "--symbol", REAL[1], "--columns", LTC_COLUMNS]),
        "inverse": ("binance-coinm-aggtrades/*.zip", ["import", "--venue", INVERSE[0], "--symbol", INVERSE[1]]),
        "interest": ("okx-open-interest/*.csv.gz", ["import-interest"]),
        "put-call": ("cboe-put-call/*.csv", ["import-options"])}
    found = {name: sorted(glob.glob(os.path.join(SHARED, pattern))) for name, (pattern, _) in commands.items()}
    found["interest"] = found["interest"][:2 if quick else 4]
    for name, (_, command) in commands.items():
        if found[name]:
            done = millrace(*command, *found[name], "--data", lake, "--quiet")
            if done.status:
                raise RuntimeError(done.stderr)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    options = parser.parse_args()
    check = Checks("cookbook")
    every = [name for name in TOOLS + list(RECIPES) + ["order-flow"] if not options.pages or name in options.pages]
    files = {os.path.splitext(name)[0] for name in os.listdir(BOOK) if name.endswith((".md", ".ipynb"))} - {"README"}
    check.equal("every page has a check", files, {*TOOLS, *RECIPES, "order-flow"})
    with tempfile.TemporaryDirectory(prefix="millrace-cookbook-") as scratch:
        lake, recorded = os.path.join(scratch, "lake"), os.path.join(scratch, "recorded")
        make_lake.make(lake, MILLRACE)
        trades = truth.simulated(scratch, make_lake.SEED, make_lake.RATE, *MADE_UP[:2], make_lake.MARKETS[0][2])
        sideless = truth.unknown_sides(os.path.join(scratch, "sideless.csv"), recorded, SIDELESS)
        found = real_lake(recorded, options.quick)
        for name in found:
            if not found[name]:
                check.skip(f"the recordings of {name} are not at hand")
        light_coin = truth.light_coin() if found["trades"] else None
        context = rerun.Context(lake, recorded, scratch, MADE_UP, REAL, trades, light_coin, found)
        if not options.pages and not options.write:
            commands(check, lake)
        for name in every:
            began = time.monotonic()
            if name == "spark" and options.quick:
                check.skip("Spark, which is part of a run without --quick")
                continue
            if name == "spark" and not os.path.exists(SPARK):
                check("Spark is installed: scripts/setup spark", False)
                continue
            if name == "order-flow":
                notebook.check(check, os.path.join(BOOK, "order-flow.ipynb"), lake, write=options.write)
            else:
                names, printed = run_page(name, **rerun.settings(name, lake))
                if options.write:
                    write(name, printed)
                else:
                    said(check, name, printed)
                if name in TOOLS:
                    lake_pages.check(check, name, names, lake, MADE_UP, trades)
                    others = {"OTHER_VENUE": SIDELESS[0], "OTHER_SYMBOL": SIDELESS[1]} if name == "duckdb" else {}
                    for market, theirs in ((SIDELESS, sideless), (REAL, light_coin)):
                        if theirs:
                            lake_pages.check(check, name, run_page(name, **where(recorded, market), **others)[0], recorded, market, theirs)
                    if name == "pyarrow":
                        lake_pages.notionals(check, lake, names, MADE_UP, trades)
                        if found["inverse"]:
                            lake_pages.notionals(check, recorded, run_page(name, **where(recorded, INVERSE))[0], INVERSE, None)
                else:
                    RECIPES[name](check, names, context)
            print(f"cookbook: {name} took {time.monotonic() - began:.1f} s", flush=True)
    # Threads of pyarrow that end later than a scan abort the process now and then while it exits (apache/arrow#39862).
    try:
        check.finish()
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(end.code)


if __name__ == "__main__":
    main()
