"""Tapes for the checks of baskets: what three markets of one exchange printed in the same minutes, and others at other times."""
import csv
import glob
import gzip
import json
import os
from decimal import Decimal

from harness import SHARED
from tapes import Tape, coin_margined, import_file, made_up, write

RAW = [("spot_btcusdt_20240808.gz", "binance-spot", "BTCUSDT", False, 1), ("usdm_btcusdt_20240808.gz", "binance-futures", "BTCUSDT", False, 1),
       ("cm_btcusd_perp_20240808.gz", "binance-coin-futures", "BTCUSD_PERP", True, 100)]


def raw(path):
    """The trades of a recording of frames."""
    with gzip.open(path, "rt") as file:
        rows = [json.loads(line.split(" ", 1)[1])["data"] for line in file if '"e":"trade"' in line]
    return [(row["T"] * 1000, row["t"], "sell" if row["m"] else "buy", Decimal(row["p"]), Decimal(row["q"])) for row in rows]


def litecoin(lake):
    """Spot LTC, with real holes: one import of the files in the order of their ids. None where they are not there."""
    rows = {}
    paths = [path for path in glob.glob(os.path.join(SHARED, "binance-spot-ltcusdt", "LTCUSDT_*.csv.gz"))]
    for path in paths:
        with gzip.open(path, "rt") as file:
            for row in csv.DictReader(file):
                rows[int(row["tradeId"])] = (int(row["timestamp"]) * 1000, int(row["tradeId"]), row["side"], Decimal(row["price"]), Decimal(row["quantity"]))
    trades = [rows[identity] for identity in sorted(rows)]
    path = os.path.join(os.path.dirname(lake), "ltc.csv")
    write(path, trades, "contiguous")
    import_file(path, lake, "binance-spot", "LTCUSDT")
    return Tape("binance-spot", "binance/spot", "LTCUSDT", trades)


def real(folder, lake):
    """The real tapes by their names; empty where the recordings are not there."""
    if not all(os.path.exists(os.path.join(SHARED, "raw-websocket", entry[0])) for entry in RAW):
        return {}
    tapes = []
    for name, venue, symbol, inverse, size in RAW:
        trades = raw(os.path.join(SHARED, "raw-websocket", name))
        path = os.path.join(folder, f"{venue}.csv")
        write(path, trades, "contiguous")
        import_file(path, lake, venue, symbol)
        tapes.append(Tape(venue, None, symbol, trades, inverse=inverse, size=size))
    day = coin_margined(lake)
    if day:
        # Two days of one instrument, years apart.
        tapes[-1] = Tape(tapes[-1].venue, None, tapes[-1].symbol, tapes[-1].trades + day.trades, inverse=True, size=100)
    tapes.append(litecoin(lake))
    return {f"{tape.venue}:{tape.symbol}": tape for tape in tapes}


def made(folder, lake, draw, count):
    """Made-up tapes by their names: ids of all kinds, storms within a millisecond, times that step back, contracts and thousands."""
    tapes = {}
    for venue, symbol, kind, inverse, size, *multiple in [
            ("bybit-linear", "ETHUSDT", "uuid", False, 1), ("bybit-spot", "ETHUSDT", "none", False, 1), ("binance-spot", "ETHUSDC", "contiguous", False, 1),
            ("okx-perps", "ETH-USDT-SWAP", "contiguous", False, Decimal("0.1")), ("binance-coin-futures", "ETHUSD_PERP", "contiguous", True, 10),
            ("binance-futures", "1000PEPEUSDT", "contiguous", False, 1, 1000), ("bybit-spot", "PEPEUSDT", "none", False, 1)]:
        trades = made_up(draw, count, kind)
        path = os.path.join(folder, f"{venue}-{symbol}.csv")
        write_of(path, trades, kind, symbol)
        import_file(path, lake, venue, symbol)
        tapes[f"{venue}:{symbol}"] = Tape(venue, None, symbol, trades, inverse=inverse, size=size, multiple=(multiple or [1])[0])
    return tapes


def write_of(path, trades, kind, symbol):
    write(path, trades, kind)
    if kind == "uuid":
        with open(path) as file:
            text = file.read()
        with open(path, "w") as file:
            file.write(text.replace("BTCUSDT", symbol))
