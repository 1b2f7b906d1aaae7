"""Tapes for the checks of the native API: made-up ones with storms within a millisecond, and the real recordings where they are."""
import glob
import os
import random
import uuid
from decimal import Decimal

from harness import SHARED, millrace

START = 1704067200000


class Tape:
    """A tape and its trades in the order of answers: (time in µs, id, side, price, quantity)."""

    def __init__(self, venue, market, symbol, trades, inverse=False, size=1, multiple=1):
        self.venue, self.market, self.symbol, self.inverse, self.size, self.multiple = venue, market, symbol, inverse, size, multiple
        # By time; those of one time in tape order, which `trades` has.
        self.trades = sorted(trades, key=lambda trade: trade[0])

    @property
    def query(self):
        return f"venue={self.venue}&symbol={self.symbol}"


def made_up(draw, count, kind):
    """Trades in file order; times step back now and then where ids order the tape, and many share a millisecond."""
    time, identity, trades = START, 100, []
    while len(trades) < count:
        time += draw.choice([1, 1, 7, 400, 40 * 86_300_000 // count])
        storm = draw.choice([1, 1, 1, 2, 5, 40, 300])
        for _ in range(min(storm, count - len(trades))):
            identity += 1
            name = {"uuid": str(uuid.UUID(int=draw.getrandbits(128))), "none": None}.get(kind, identity)
            at = max(START, time - draw.choice([0] * 30 + [1, 3])) if kind == "contiguous" else time
            trades.append((at * 1000, name, draw.choice(["buy", "sell"]), Decimal(draw.randint(1, 10**7)) / 100,
                           Decimal(draw.randint(1, 10**9)) / 10**6))
    return trades


def write(path, trades, kind):
    with open(path, "w") as file:
        if kind == "uuid":
            file.write("timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional\n")
            for time, name, side, price, quantity in trades:
                ms = time // 1000
                file.write(f"{ms // 1000}.{ms % 1000:03d},BTCUSDT,{side.title()},{quantity:f},{price:f},PlusTick,{name},1,1,1\n")
        else:
            file.write("time,price,quantity,side" + (",id\n" if kind == "contiguous" else "\n"))
            for time, name, side, price, quantity in trades:
                file.write(f"{time // 1000},{price:f},{quantity:f},{side}" + (f",{name}\n" if kind == "contiguous" else "\n"))


def import_file(path, lake, venue, symbol):
    done = millrace("import", path, "--data", lake, "--venue", venue, "--symbol", symbol, "--quiet")
    if done.status != 0:
        raise RuntimeError(done.stderr)


def coin_margined(lake):
    """The recording of a day of COIN-M: quantities are contracts of 100 USD. None where it is not there."""
    import csv
    import io
    import zipfile

    paths = glob.glob(os.path.join(SHARED, "binance-coinm-aggtrades", "*.zip"))
    if not paths:
        return None
    import_file(paths[0], lake, "binance-coin-futures", "BTCUSD_PERP")
    with zipfile.ZipFile(paths[0]) as archive:
        rows = csv.DictReader(io.TextIOWrapper(archive.open(archive.namelist()[0])))
        trades = [(int(row["transact_time"]) * 1000, int(row["agg_trade_id"]), "sell" if row["is_buyer_maker"] == "true" else "buy",
                   Decimal(row["price"]), Decimal(row["quantity"])) for row in rows]
    return Tape("binance-coin-futures", "binance/inverse", "BTCUSD_PERP", trades, inverse=True, size=100)


def make(folder, lake, seed, count):
    """All tapes, imported into the lake."""
    draw = random.Random(seed)
    tapes = []
    for venue, market, symbol, kind in [("binance-spot", "binance/spot", "BTCUSDT", "contiguous"), ("bybit-linear", "bybit/linear", "BTCUSDT", "uuid"),
                                        ("bybit-spot", "bybit/spot", "BTCUSDT", "none")]:
        trades = made_up(draw, count, kind)
        path = os.path.join(folder, f"{venue}.csv")
        write(path, trades, kind)
        import_file(path, lake, venue, symbol)
        tapes.append(Tape(venue, market, symbol, trades))
    real = coin_margined(lake)
    return tapes + ([real] if real else []), real is not None
