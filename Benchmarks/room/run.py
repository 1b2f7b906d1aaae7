#!/usr/bin/env python3
"""How much room things take on disk, by writing them: Benchmarks/room/run.py

Recordings of ../shared/data where they are there, made-up trades else; the table of docs/operations.md is from here.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(ROOT, "Conformance"), os.path.dirname(HERE)]

from child import Child
from harness import SHARED, millrace
from report import note
from serving import Serving

SECONDS = 40
RATE = 4000


def size(*patterns):
    return sum(os.path.getsize(path) for pattern in patterns for path in glob.glob(pattern, recursive=True) if os.path.isfile(path))


def row(what, count, total, of="trade"):
    print(f"| {what} | {count:,} | {total:,} | {total / count:.2f} a {of} |", flush=True)


def imported(folder, what, path, *words):
    """A dump, on the tape and as month files of bars."""
    lake = os.path.join(folder, what.replace(" ", "-"))
    done = millrace("import", path, "--data", lake, "--report", "json", *words)
    if done.status != 0:
        note(f"{what}: {done.stderr}")
        return
    trades = subprocess.run([sys.executable, "-c", "import sys, pyarrow.parquet as p; print(sum(p.read_metadata(f).num_rows for f in sys.argv[1:]))",
                             *glob.glob(lake + "/tape/**/*.parquet", recursive=True)], capture_output=True, text=True, check=True).stdout
    row(f"{what}: the dump", int(trades), os.path.getsize(path))
    row(f"{what}: the tape", int(trades), size(lake + "/tape/**/*.parquet"))
    for interval, bars in (("1s", 86_400), ("1m", 1440)):
        total = 0
        for dataset in ("flow", "ohlcv", "vtwap", "trade_size", "impact", "range", "returns", "run_structure", "updownticks"):
            out = os.path.join(folder, f"{dataset}.parquet")
            millrace("bars", dataset, "--input", path, "--interval", interval, "--format", "parquet", "--output", out, *words)
            total += size(out)
        row(f"{what}: all nine datasets at {interval}", bars, total, "bar")


def recorded(folder):
    """Trades as they come, in the journal of an open day."""
    lake = os.path.join(folder, "live")
    with Child("simulate", "live", "--seed", "3", "--rate", RATE, "--only", "binance-spot:BTCUSDT", ready="{") as simulator:
        host = json.loads(simulator.line)["hosts"]["binance-spot"]
        with Serving(lake, "--record", "binance-spot:BTCUSDT", "--endpoint", f"binance-spot={host['rest']},{host['stream']}") as server:
            time.sleep(SECONDS)
            trades = server.get("/v1/instruments")["instruments"][0]["trades"]
            row("a journal, while it is written", trades, size(lake + "/journal/**/*", lake + "/tape/**/*.sqlite*"))


print("| what | how many | bytes | |\n|---|---|---|---|")
with tempfile.TemporaryDirectory() as folder:
    coin = os.path.join(SHARED, "binance-coinm-aggtrades", "BTCUSD_PERP-aggTrades-2026-05-08.zip")
    if os.path.exists(coin):
        imported(folder, "a day of Binance BTCUSD_PERP", coin, "--venue", "binance-coin-futures", "--symbol", "BTCUSD_PERP", "--contract-size", "100")
    millrace("simulate", "archives", "--rows", "2000000", "--seed", "1", "--format", "zip", "--output", folder)
    made = glob.glob(folder + "/BTCUSDT-aggTrades-*.zip")[0]
    imported(folder, "a made-up day of 2 M trades", made, "--venue", "binance-futures", "--symbol", "BTCUSDT")
    recorded(folder)
