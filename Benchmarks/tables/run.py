#!/usr/bin/env python3
"""Tables of the native API over loopback, beside DuckDB's and chDB's own export of the same rows: Benchmarks/tables/run.py [--rows N] [--runs N]

Millrace is asked by curl, to nowhere; its time is the whole request, with the starting of curl. Bars are asked of two servers: one that keeps no
answers and works them out of the tape each time (cold), and one that was asked before and gives the file that it kept (warm). A peer holds the same rows in a table of its own
and writes them to nowhere; its time is the query alone. All run in turn. `--rows` are trades; the year is one of minutes, 525,600 of them.
"""
import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(ROOT, "Conformance")]

import numpy

from harness import MILLRACE
from measure import Contender, race, ratio
from report import MILLION, Table, note
from serving import Serving

CURL = ["curl", "--silent", "--show-error", "--fail", "--output", "/dev/null"]
PEERS = {"DuckDB": "duckdb", "chDB": "chdb"}
MINUTES = 525_600
START = 1672531200000


def year(folder, lake):
    """A tape of a year with ten trades a minute."""
    draw = numpy.random.default_rng(1)
    count = MINUTES * 10
    time = START + numpy.arange(count) * 6000 + draw.integers(0, 6000, count)
    price = numpy.round(30_000 + numpy.cumsum(draw.normal(0, 0.5, count)), 1).clip(1000)
    path = os.path.join(folder, "year.csv")
    with open(path, "w") as file:
        file.write("time,price,quantity,side,id\n")
        quantity, side = draw.integers(1, 9999, count) / 1000, draw.integers(0, 2, count)
        for first in range(0, count, 100_000):
            part = slice(first, first + 100_000)
            rows = zip(time[part].tolist(), price[part].tolist(), quantity[part].tolist(), side[part].tolist(), range(first + 1, count + 1))
            file.writelines(f"{t},{p},{q},{'buy' if s else 'sell'},{i}\n" for t, p, q, s, i in rows)
    subprocess.run([MILLRACE, "import", path, "--data", lake, "--venue", "binance-spot", "--symbol", "YEARUSDT", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    os.remove(path)


def trades(folder, lake, rows):
    words = ["--venue", "binance-spot", "--symbol", "BTCUSDT"]
    subprocess.run([MILLRACE, "simulate", "archives", *words, "--rows", str(rows), "--seed", "1", "--format", "csv", "--output", folder, "--quiet"],
                   check=True, stdout=subprocess.DEVNULL)
    path = next(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".csv"))
    subprocess.run([MILLRACE, "import", path, "--data", lake, *words, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    os.remove(path)


def contest(title, rows, servers, path, source, formats, runs, targets):
    """One table of formats; the peers have the rows of `source`, a Parquet file that the server gave.

    `servers` are ours by name; targets are for the last of them.
    """
    table = Table(title, ["", *(f"{name}: seconds (M rows/s)" for name in formats)])
    columns, peers = {}, {}
    for name in formats:
        ours = [Contender(f"{who}, {name}", [*CURL, f"{server.url}{path}&format={name}"]) for who, server in servers.items()]
        for one in ours:
            # A first request, whose answer is kept where answers are.
            subprocess.run(one.command, check=True)
        others = [Contender(f"{peer}, {name}", [sys.executable, os.path.join(HERE, "export.py"), engine, source, name], self_timed=True)
                  for peer, engine in PEERS.items()]
        race([*ours, *others], runs, note)
        columns[name], peers[name] = [*ours, *others], others
    for place, who in enumerate([*servers, *PEERS]):
        cells = (columns[name][place] for name in formats)
        table.row(who, *(f"{one.median:.3f} ({rows / one.median / MILLION:.2f})" for one in cells))
    for name in formats:
        for who, ours in zip(servers, columns[name]):
            middle, least, most = ratio(ours, peers[name])
            table.text(f"{who}, {name}: {middle:.2f} times as fast as the fastest peer ({least:.2f} to {most:.2f}).")
        what, most_seconds = targets.get(name, (None, None))
        if what:
            table.verdict(name, f"{ours.median:.3f} s, {rows / ours.median / MILLION:.2f} M rows/s", what, ours.median <= most_seconds)
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20 * MILLION)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="millrace-tables-") as folder:
        lake = os.path.join(folder, "lake")
        note("making the tapes")
        trades(folder, lake, options.rows)
        year(folder, lake)
        with Serving(lake, "--opend-port", "none") as server, Serving(lake, "--opend-port", "none", "--kept-answers", "0") as cold:
            source = {}
            for name, path in [("trades", "/v1/trades?venue=binance-spot&symbol=BTCUSDT&from=0&limit=all"),
                               ("flow", "/v1/bars/flow?venue=binance-spot&symbol=YEARUSDT&interval=1m&from=0&limit=all"),
                               ("ohlcv", "/v1/bars/ohlcv?venue=binance-spot&symbol=YEARUSDT&interval=1m&from=0&limit=all")]:
                source[name] = (path, os.path.join(folder, f"{name}.parquet"))
                subprocess.run(["curl", "--silent", "--fail", "--output", source[name][1], f"{server.url}{path}&format=parquet"], check=True)
            rows, bars = options.rows, {"Millrace, cold": cold, "Millrace, warm": server}
            tables = [
                contest(f"/v1/trades, {rows // MILLION} M rows", rows, {"Millrace": server}, *source["trades"], ["arrow", "csv"], options.runs,
                        {"arrow": ("20 M rows/s", rows / 20e6), "csv": ("5 M rows/s", rows / 5e6)}),
                contest(f"/v1/bars/flow, a year of minutes, {MINUTES:,} rows", MINUTES, bars, *source["flow"], ["parquet", "json"], options.runs,
                        {"parquet": ("0.3 s", 0.3), "json": ("500 k rows/s", MINUTES / 5e5)}),
                contest("/v1/bars/ohlcv, the same", MINUTES, bars, *source["ohlcv"], ["parquet", "json"], options.runs,
                        {"json": ("500 k rows/s", MINUTES / 5e5)}),
            ]
    print("\n".join(map(str, tables)))


main()
