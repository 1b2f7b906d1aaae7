"""Reads raw dumps with nothing but Python's standard library, keeping every number exact."""
import csv
import gzip
import io
import zipfile
from dataclasses import dataclass


@dataclass(frozen=True)
class Trade:
    """One row: `price` and `quantity` are (mantissa, scale); `side` is +1 for a taker buy, -1 for a taker sell, 0 if unknown."""
    id: int
    time: int           # microseconds
    price: tuple
    quantity: tuple
    side: int


def decimal(text):
    """The exact value of a plain decimal as (mantissa, scale)."""
    whole, _, part = text.partition(".")
    return int(whole + part), len(part)


def text_lines(path):
    if path.endswith(".zip"):
        archive = zipfile.ZipFile(path)
        member, = archive.namelist()
        return io.TextIOWrapper(archive.open(member), encoding="ascii", newline="")
    if path.endswith(".gz"):
        return gzip.open(path, "rt", encoding="ascii", newline="")
    return open(path, encoding="ascii", newline="")


def microseconds(text):
    value = int(text)
    return value if value >= 10**14 else value * 1000


def read(paths):
    """All trades of some dumps of one instrument, in id order, each id once. Rows without price or quantity are no trades."""
    trades = {}
    for path in paths:
        rows = csv.reader(text_lines(path))
        for row in rows:
            if row[0] == "timestamp":           # timestamp,price,quantity,side,tradeId
                continue
            if not row[0][0].isdigit():         # an aggTrades header
                continue
            if len(row) == 5:
                trade = Trade(int(row[4]), microseconds(row[0]), decimal(row[1]), decimal(row[2]), {"buy": 1, "sell": -1}[row[3]])
            else:                               # Binance aggTrades: id, price, quantity, first, last, time, buyer is maker [, best match]
                trade = Trade(int(row[0]), microseconds(row[5]), decimal(row[1]), decimal(row[2]), -1 if row[6].lower() == "true" else 1)
            trades.setdefault(trade.id, trade)
    return [trades[i] for i in sorted(trades)]


def holes(trades):
    """The stretches of time in which ids are missing: (time before, time after)."""
    return [(min(a.time, b.time), max(a.time, b.time)) for a, b in zip(trades, trades[1:]) if b.id != a.id + 1]
