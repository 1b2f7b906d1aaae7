#!/usr/bin/env python3
"""The live tape's speed: Benchmarks/live/run.py [--only frames,peers,path,latency,many,journal]

Everything is made here but the frames that are raced against other libraries, which are recorded ones. Processor time is user and system time:
others on the machine disturb it less than the clock. Needs `scripts/setup bench` and the products millrace and LiveBench.
"""
import argparse
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(ROOT, "Conformance")]

from inner import LIVE_BENCH, frames, journal, peers
from served import latency, many, path

PARTS = {"frames": frames, "peers": peers, "path": path, "latency": latency, "many": many, "journal": journal}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(PARTS), help="which parts, parted by commas")
    parser.add_argument("--runs", type=int, default=3, help="runs in turn, where one is short")
    parser.add_argument("--frames", type=int, default=1_000_000, help="frames that become bars")
    parser.add_argument("--rate", type=int, default=200_000, help="trades a second of the full path")
    parser.add_argument("--seconds", type=int, default=60, help="how long the served parts are watched")
    parser.add_argument("--instruments", type=int, default=500, help="how many are followed by one process")
    parser.add_argument("--many-rate", type=int, default=20_000, help="trades a second of all these together")
    parser.add_argument("--rows", type=float, default=10, help="millions of trades in the journal's day")
    options = parser.parse_args()
    unknown = [name for name in options.only.split(",") if name not in PARTS]
    if unknown:
        parser.error(f"{unknown[0]} is none of {', '.join(PARTS)}")
    if not os.path.exists(LIVE_BENCH):
        sys.exit("bench: swift build -c release --product LiveBench")
    options.scratch = tempfile.mkdtemp(prefix="live-", dir=os.environ.get("TMPDIR"))
    try:
        for name in options.only.split(","):
            table = PARTS[name](options)
            if table is not None:
                print(table, flush=True)
    finally:
        shutil.rmtree(options.scratch, ignore_errors=True)


main()
