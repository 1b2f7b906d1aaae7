"""What the recipes are held against: the trades as the venues' files have them, read with Python's csv module, and sums of decimals."""
import csv
import glob
import gzip
import io
import os
import random
import sys
import zipfile
from decimal import Decimal
from functools import cache
from itertools import accumulate
from typing import NamedTuple

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import SHARED, millrace

MINUTE = 60_000_000


class Trade(NamedTuple):
    id: int
    time: int
    price: Decimal
    quantity: Decimal
    side: int


def aggregates(text):
    """Trades of a file of Binance's aggTrades in milliseconds."""
    for row in csv.reader(text):
        if row[0].isdigit():
            yield Trade(int(row[0]), int(row[5]) * 1000, Decimal(row[1]), Decimal(row[2]), -1 if row[6].lower() == "true" else 1)


def simulated(scratch, seed, rate, venue, symbol, days):
    """The made-up lake's trades, from the dumps that it was made of."""
    folder, trades = os.path.join(scratch, "dumps"), []
    for day in days:
        done = millrace("simulate", "dump", "--venue", venue, "--symbol", symbol, "--day", day, "--seed", seed, "--rate", rate,
                        "--output", folder)
        with zipfile.ZipFile(done.stdout.strip()) as archive:
            trades += aggregates(io.TextIOWrapper(archive.open(archive.namelist()[0])))
    return sorted(trades)


def light_coin():
    """The recording of LTCUSDT: files overlap nowhere, and their names do not order them."""
    trades = []
    for path in glob.glob(os.path.join(SHARED, "binance-spot-ltcusdt", "LTC*.csv.gz")):
        with gzip.open(path, "rt") as file:
            for row in csv.DictReader(file):
                trades.append(Trade(int(row["tradeId"]), int(row["timestamp"]) * 1000, Decimal(row["price"]), Decimal(row["quantity"]),
                                    {"buy": 1, "sell": -1}[row["side"].lower()]))
    return sorted(trades)


def unknown_sides(path, lake, market):
    """A market of which some trades have no side, a few minutes nothing else: writes and imports it, and returns its trades."""
    draw, trades = random.Random(5), []
    times = sorted(draw.randrange(2 * 86_400_000) for _ in range(6000))
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["time", "price", "quantity", "side", "id"])
        for number, time in enumerate(times):
            trade = Trade(number, (1_767_571_200_000 + time) * 1000, Decimal(draw.randrange(900, 1100)).scaleb(-2),
                          Decimal(draw.randrange(1, 10**8)).scaleb(-8), draw.choice([1, 1, 1, -1, -1, -1, 0]))
            rows.writerow([trade.time // 1000, f"{trade.price:f}", f"{trade.quantity:f}", {1: "buy", -1: "sell", 0: ""}[trade.side], number])
            trades.append(trade)
    done = millrace("import", path, "--data", lake, "--venue", market[0], "--symbol", market[1], "--quiet")
    if done.status:
        raise RuntimeError(done.stderr)
    return trades


def bars(trades, length=MINUTE):
    """(start in µs, buy, sell, delta, CVD), exactly."""
    sums = {}
    for trade in trades:
        both = sums.setdefault(trade.time // length * length, {1: Decimal(0), -1: Decimal(0), 0: Decimal(0)})
        both[trade.side] += trade.quantity
    rows = [(start, both[1], both[-1], both[1] - both[-1]) for start, both in sorted(sums.items())]
    return [(*row, cvd) for row, cvd in zip(rows, accumulate(row[3] for row in rows))]


def flow(lake, venue, symbol, start, until, interval="1m", dataset="flow"):
    """Rows of `millrace bars` as texts, by name."""
    done = millrace("bars", dataset, "--data", lake, "--venue", venue, "--symbol", symbol, "--interval", interval, "--from", start, "--to", until)
    if done.status:
        raise RuntimeError(done.stderr)
    return list(csv.DictReader(io.StringIO(done.stdout)))
