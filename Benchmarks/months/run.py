#!/usr/bin/env python3
"""Month files over loopback: Benchmarks/months/run.py [--rows N] [--cold-rows N] [--rounds N]

A warm month file is fetched by curl to nowhere, one client and two at a time. A cold one is asked for right after the server started without any
file made: the time to its first byte is what curl saw, from the request on. The links are had before; a cold month of each of the nine datasets
is asked for in every round.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(ROOT, "Conformance")]

from datasets import NAMES, Month
from report import MILLION, Table, note
from serving import MILLRACE, Serving

CURL = ["curl", "--silent", "--show-error", "--fail", "--output", "/dev/null"]


class Asking:
    """Links to April of the month's symbol."""

    def __init__(self, server):
        self.base = f"{server.url}/api/v1"

    def get(self, path, **query):
        query |= {"exchange": "binance-futures", "symbol": "perpetual-BTC-USDT:USDT", "start_date": "2024-04-01", "end_date": "2024-04-30"}
        with urllib.request.urlopen(f"{self.base}/{path}?{urllib.parse.urlencode(query)}", timeout=120) as answer:
            return json.load(answer)["files"][0]

    def bars(self, dataset, interval):
        return self.get(f"data/{dataset}", timestamp="exchange", interval=interval)["url"]


def warm(server, rows, rounds):
    """Bytes of the raw month, and gigabytes a second of one client and of two at a time."""
    file = Asking(server).get("data/raw/trades")
    # One curl fetches the file again and again over one connection, so that starting it does not count for much.
    times = max(4, 2_000_000_000 // file["size"])
    command = [*CURL, file["url"]] + [word for _ in range(times - 1) for word in ("--output", "/dev/null", file["url"])]

    def speed(clients):
        began = time.perf_counter()
        running = [subprocess.Popen(command) for _ in range(clients)]
        if any([process.wait() for process in running]):
            sys.exit("bench: curl failed")
        return clients * times * file["size"] / (time.perf_counter() - began) / 1e9

    speed(1)
    return file["size"], [speed(1) for _ in range(rounds)], [speed(2) for _ in range(rounds)]


def cold(lake, rounds):
    """Milliseconds to the first byte of a month nobody asked for before, by dataset."""
    seen = {name: [] for name in NAMES}
    for _ in range(rounds):
        shutil.rmtree(os.path.join(lake, "bars"), ignore_errors=True)
        with Serving(lake, "--quiet") as server:
            asking = Asking(server)
            for name in NAMES:
                url = asking.bars(name, "1d")
                done = subprocess.run([*CURL, "--write-out", "%{time_starttransfer} %{time_connect}", url], check=True, capture_output=True, text=True)
                first, connected = map(float, done.stdout.split())
                seen[name].append((first - connected) * 1000)
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=60, help="millions of trades in the month whose file is served warm")
    parser.add_argument("--cold-rows", type=float, default=2, help="millions of trades in the month that is asked for cold")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="millrace-months-")
    try:
        month = Month(MILLRACE, os.path.join(folder, "warm"), round(options.rows * MILLION))
        with Serving(month.lake, "--quiet") as server:
            note("fetching a warm month")
            size, one, two = warm(server, month.rows, options.rounds)
        shutil.rmtree(month.folder)
        month = Month(MILLRACE, os.path.join(folder, "cold"), round(options.cold_rows * MILLION))
        note("asking for cold months")
        seen = cold(month.lake, options.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    table = Table(f"Month files over loopback, {options.rounds} rounds", ["", "median", "least", "most"])
    for clients, speeds in (("one curl", one), ("two curls", two)):
        table.row(f"warm file of {size / 1e6:.0f} MB, {clients}, GB/s", f"{statistics.median(speeds):.2f}", f"{min(speeds):.2f}", f"{max(speeds):.2f}")
    for name, times in seen.items():
        table.row(f"cold 1d {name}, {options.cold_rows:g} M trades, first byte, ms",
                  f"{statistics.median(times):.0f}", f"{min(times):.0f}", f"{max(times):.0f}")
    speed = statistics.median(one)
    table.verdict("a warm month file", f"{speed:.2f} GB/s", "at least 1", speed >= 1)
    slowest = max(statistics.median(times) for times in seen.values())
    table.verdict("first byte of a cold month, the slowest dataset", f"{slowest:.0f} ms", "under 100", slowest < 100)
    print(table)


if __name__ == "__main__":
    main()
