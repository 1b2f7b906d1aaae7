#!/usr/bin/env python3
"""Compare `millrace bars flow` with an independent computation by exact fractions, to the last bit, and with DuckDB within rounding.

usage: run.py [--quick]

The data: the real COIN-M day and the real LTCUSDT files of ../shared/data where they are, and simulated days of each venue's format.
"""
import glob
import os
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.path.join(os.path.dirname(ROOT), "shared", "data")
MILLRACE = os.path.join(ROOT, ".build", "release", "millrace")
sys.path.insert(0, HERE)

import compare
import flow_duckdb
import flow_fractions
import tape

SECONDS = {"1s": 1, "5s": 5, "15s": 15, "30s": 30, "1m": 60, "3m": 180, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "2h": 7200,
           "4h": 14400, "6h": 21600, "8h": 28800, "12h": 43200, "1d": 86400, "1w": 604800}


class Failed(Exception):
    """The binary refused what it should do."""


def millrace(*words):
    done = subprocess.run([MILLRACE, *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"millrace {' '.join(map(str, words))}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Report:
    """Counts comparisons and tells of each."""

    def __init__(self):
        self.failures = 0

    def __call__(self, what, differences):
        print(f"oracle: {'equal' if not differences else 'DIFFERENT'}: {what}", flush=True)
        for difference in differences:
            print(f"    {difference}")
        self.failures += bool(differences)


def bars(source, venue, symbol, interval, form, scratch):
    out = os.path.join(scratch, f"bars.{form}")
    millrace("bars", "flow", *source, "--venue", venue, "--symbol", symbol, "--interval", interval, "--format", form, "--output", out)
    return compare.read(out, form)


def check(report, name, source, trades, venue, symbol, intervals, forms, scratch, contract_size=None, holes=()):
    """Compares every interval in the first form, and the first interval in all."""
    for interval in intervals:
        oracle = flow_fractions.rows(trades, SECONDS[interval], contract_size, holes=holes)
        for form in forms if interval == intervals[0] else forms[:1]:
            ours = bars(source, venue, symbol, interval, form, scratch)
            report(f"{name} {interval} {form} ({len(trades)} trades, {len(oracle)} rows)", compare.differences(ours, oracle, form))


def check_duckdb(report, name, path, venue, symbol, interval, scratch, contract_size, header):
    if path.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            path_csv = archive.extract(archive.namelist()[0], scratch)
    else:
        path_csv = path
    ours = bars(["--input", path], venue, symbol, interval, "json", scratch)
    report(f"{name} {interval} with DuckDB", flow_duckdb.differences(path_csv, ours, SECONDS[interval], contract_size, header))


def real_coin_margined(report, quick, scratch):
    found = glob.glob(os.path.join(SHARED, "binance-coinm-aggtrades", "*.zip"))
    if not found:
        print(f"oracle: skipped: no COIN-M day in {SHARED}")
        return
    path = found[0]
    trades = tape.read([path])
    intervals = ["1m", "1h"] if quick else list(SECONDS)
    venue, symbol = "binance-coin-futures", "BTCUSD_PERP"
    check(report, "COIN-M day", ["--input", path], trades, venue, symbol, intervals, ["csv", "json", "parquet", "arrow"], scratch, 100)
    check_duckdb(report, "COIN-M day", path, venue, symbol, "1m", scratch, 100, True)
    lake = os.path.join(scratch, "coinm")
    millrace("import", path, "--data", lake, "--venue", venue, "--symbol", symbol, "--quiet")
    check(report, "COIN-M day, lake", ["--data", lake], trades, venue, symbol, ["1m"], ["csv"], scratch, 100)


def real_spot(report, quick, scratch):
    paths = sorted(glob.glob(os.path.join(SHARED, "binance-spot-ltcusdt", "*.csv.gz")))
    first = [p for p in paths if os.path.basename(p).startswith("LTCUSDT")]
    if not first:
        print(f"oracle: skipped: no LTCUSDT files in {SHARED}")
        return
    columns = "timestamp=timestamp,price=price,quantity=quantity,side=side,id=tradeId"
    lake = os.path.join(scratch, "ltc")
    # In the order of names, which is not that of time: the tape must not depend on it.
    millrace("import", *first, "--data", lake, "--venue", "binance-spot", "--symbol", "LTCUSDT", "--columns", columns, "--quiet")
    trades = tape.read(first)
    holes = tape.holes(trades)
    check(report, "LTCUSDT, lake", ["--data", lake], trades, "binance-spot", "LTCUSDT", ["1m"] if quick else ["1s", "1m", "5m", "1h", "1w"],
          ["csv", "parquet"], scratch, holes=holes)
    one = max(first, key=os.path.getsize)
    words = ["--input", one, "--columns", columns]
    trades = tape.read([one])
    check(report, "LTCUSDT, one file", words, trades, "binance-spot", "LTCUSDT", ["5m"], ["json"], scratch, holes=tape.holes(trades))


def simulated(report, quick, scratch):
    rows = 60_000 if quick else 400_000
    for seed, (venue, symbol, day, size) in enumerate([
            ("binance-spot", "ETHUSDT", "2025-02-28", None), ("binance-futures", "BTCUSDT", "2024-02-29", None),
            ("binance-coin-futures", "ETHUSD_PERP", "2023-12-31", 10)], 11):
        path = millrace("simulate", "archives", "--venue", venue, "--symbol", symbol, "--day", day, "--rows", rows, "--seed", seed,
                        "--output", scratch, "--quiet").strip()
        trades = tape.read([path])
        name = f"simulated {venue} (seed {seed})"
        intervals = ["5s", "1m"] if quick else ["1s", "15s", "1m", "3m", "30m", "4h", "1d"]
        check(report, name, ["--input", path], trades, venue, symbol, intervals, ["json", "csv"], scratch, size)
        check_duckdb(report, name, path, venue, symbol, "5m", scratch, size, venue != "binance-spot")


def main():
    quick = "--quick" in sys.argv[1:]
    report = Report()
    with tempfile.TemporaryDirectory(prefix="millrace-oracle-") as scratch:
        for part in (real_coin_margined, real_spot, simulated):
            try:
                part(report, quick, scratch)
            except Failed as failure:
                report(part.__name__, [str(failure)])
    print(f"oracle: {report.failures} differences" if report.failures else "oracle: all equal to the last bit")
    sys.exit(1 if report.failures else 0)


main()
