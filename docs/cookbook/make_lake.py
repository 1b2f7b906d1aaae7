#!/usr/bin/env python3
"""Make a small lake to try the recipes on: two days of a simulated market, with made-up open interest and put/call volumes.

usage: make_lake.py LAKE [MILLRACE]

LAKE is a new data directory, MILLRACE the binary ("millrace" by default). The same lake comes out every time, in a few seconds.
"""
import csv
import datetime
import os
import random
import subprocess
import sys
import tempfile

# Venue, symbol, and the venue's own days that hold 2026-01-05 and 2026-01-06, UTC: OKX' days begin at 16:00.
MARKETS = [
    ("binance-futures", "BTCUSDT", ["2026-01-05", "2026-01-06"]),
    ("binance-coin-futures", "BTCUSD_PERP", ["2026-01-05", "2026-01-06"]),
    ("okx-perps", "BTC-USDT-SWAP", ["2026-01-05", "2026-01-06", "2026-01-07"]),
    ("bybit-linear", "BTCUSDT", ["2026-01-05"]),
]
SEED, RATE = 7, 3
START = datetime.datetime(2026, 1, 5, tzinfo=datetime.timezone.utc)


def open_interest(path):
    """Two days of one swap, a reading every five minutes, in the columns of a recording of OKX: a walk that means nothing."""
    draw, coins = random.Random(SEED), 31_000.0
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["symbol", "oi_value", "timestamp_ms"])
        for step in range(2 * 288 + 1):
            coins += draw.gauss((31_000 - coins) / 200, 30)
            rows.writerow(["BTC-USDT-SWAP", f"{coins:.4f}", int(START.timestamp() * 1000) + step * 300_000])


def put_call(path):
    """Three years of weekdays, in the columns of one's own statistics: made up, too."""
    draw, level = random.Random(SEED), 0.0
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["date", "market", "call_volume", "put_volume", "call_oi", "put_oi"])
        for ago in range(3 * 365, 0, -1):
            day = (START - datetime.timedelta(days=ago)).date()
            if day.weekday() < 5:
                level = 0.95 * level + draw.gauss(0, 0.06)
                for market, calls, ratio in (("US_INDEX", 2_200_000, 1.15), ("US_SECURITY", 24_000_000, 0.75)):
                    calls = int(calls * (1 + draw.gauss(0, 0.1)))
                    rows.writerow([day, market, calls, int(calls * ratio * (1 + level + draw.gauss(0, 0.05))), "", ""])


def make(lake, millrace="millrace"):
    """Makes the lake; raises CalledProcessError where a command fails."""
    def run(*words):
        subprocess.run([millrace, *words, "--quiet"], check=True, stdout=subprocess.DEVNULL)

    with tempfile.TemporaryDirectory(prefix="millrace-cookbook-") as scratch:
        for venue, symbol, days in MARKETS:
            folder = os.path.join(scratch, venue)
            for day in days:
                run("simulate", "dump", "--venue", venue, "--symbol", symbol, "--day", day, "--seed", str(SEED), "--rate", str(RATE),
                    "--output", folder)
            dumps = [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if not name.endswith(".CHECKSUM")]
            run("import", *dumps, "--data", lake, "--venue", venue, "--symbol", symbol)
        open_interest(os.path.join(scratch, "okx.csv"))
        run("import-interest", os.path.join(scratch, "okx.csv"), "--data", lake)
        put_call(os.path.join(scratch, "put-call.csv"))
        run("import-options", os.path.join(scratch, "put-call.csv"), "--data", lake)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    if os.path.exists(sys.argv[1]) and os.listdir(sys.argv[1]):
        sys.exit(f"make_lake.py: {sys.argv[1]} is there already and not empty. Name a new folder.")
    make(*sys.argv[1:])
