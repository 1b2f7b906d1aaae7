"""A finished day of the live market as dumps: imported without a fault, and row by row what REST has."""
import csv
import datetime
import io
import os
import tempfile
import zipfile
from decimal import Decimal

from clients import pointed
from harness import millrace

MARKET = ("--seed", "7", "--rate", "5", "--steady", "--whole-milliseconds")
CASES = [
    ("binance-spot", "BTCUSDT", []), ("binance-futures", "BTCUSDT", []), ("binance-coin-futures", "BTCUSD_PERP", []), ("okx-spot", "BTC-USDT", []),
    ("okx-perps", "BTC-USD-SWAP", ["--contract-size", "100"]), ("bybit-spot", "BTCUSDT", []), ("bybit-linear", "BTCUSDT", []),
    ("bybit-inverse", "BTCUSD", []),
]


def run(check, simulator):
    day = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=2)).date()
    with tempfile.TemporaryDirectory() as folder:
        for venue, symbol, options in CASES:
            done = millrace("simulate", "dump", "--venue", venue, "--symbol", symbol, "--day", day, "--output", folder, *MARKET)
            if not check.equal(f"{venue} {symbol} dump status", done.status, 0):
                print(done.stderr)
                continue
            path = done.stdout.strip()
            done = millrace("import", path, "--data", os.path.join(folder, "lake"), "--venue", venue, "--symbol", symbol, "--report", "json", *options)
            if not check.equal(f"{venue} {symbol} import status", done.status, 0):
                print(done.stderr)
                continue
            report = done.report
            for name in ("rejected", "duplicates", "missing_ids"):
                check.equal(f"{venue} {symbol} {name}", report[name], 0)
            check(f"{venue} {symbol} has rows", report["rows"] > 1000, report["rows"])
            if venue == "binance-spot":
                same(check, simulator, path)


def same(check, simulator, path):
    """The dump's rows are REST's."""
    with zipfile.ZipFile(path) as archive:
        rows = list(csv.reader(io.TextIOWrapper(archive.open(archive.namelist()[0]))))
    exchange = pointed(simulator, "binance")
    for at in (0, len(rows) // 2, len(rows) - 1000):
        page = exchange.publicGetAggTrades({"symbol": "BTCUSDT", "fromId": int(rows[at][0]), "limit": 1000})
        ours = [(int(r[0]), Decimal(r[1]), Decimal(r[2]), int(r[3]), int(r[4]), int(r[5]) // 1000, r[6] == "True") for r in rows[at:at + 1000]]
        theirs = [(int(r["a"]), Decimal(r["p"]), Decimal(r["q"]), int(r["f"]), int(r["l"]), int(r["T"]), r["m"]) for r in page][:len(ours)]
        check("a dump holds what REST has", ours == theirs and len(ours) >= 500, (ours[:2], theirs[:2]))
