"""The simulated market that the live proofs record: three venues whose ids say different things, and what is known of their trades."""
import datetime
import glob
import os
import sys

import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow as pa

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "simulator")]

from harness import millrace

SECOND = 1_000_000
DAY = 86_400 * SECOND


class Instrument:
    def __init__(self, venue, symbol, host, shift=0, options=()):
        """`shift`: how many microseconds before midnight UTC the venue's days begin."""
        self.venue, self.symbol, self.host, self.shift, self.options = venue, symbol, host, shift, list(options)

    @property
    def who(self):
        return ["--venue", self.venue, "--symbol", self.symbol]

    @property
    def has_ids(self):
        """Whether ids rise by one, so that they tell what is missing."""
        return not self.venue.startswith("bybit")

    def __repr__(self):
        return f"{self.venue} {self.symbol}"


INSTRUMENTS = [
    Instrument("binance-spot", "BTCUSDT", "binance-spot"),
    Instrument("okx-perps", "BTC-USDT-SWAP", "okx", shift=8 * 3600 * SECOND, options=["--contract-size", "0.01"]),
    Instrument("bybit-linear", "BTCUSDT", "bybit"),
]


def market(seed, rate, instruments=INSTRUMENTS):
    """The options that make the same market, for `simulate live` and for `simulate dump`."""
    only = [word for each in instruments for word in ("--only", f"{each.venue}:{each.symbol}")]
    return ["--seed", seed, "--rate", rate, "--whole-milliseconds", "--steady", *only]


def recording(hosts, instruments=INSTRUMENTS):
    """The options of `serve` that record the market; `hosts` says where each host of the simulator is, as its first line does."""
    words = []
    for each in instruments:
        where = hosts[each.host]
        words += ["--record", f"{each.venue}:{each.symbol}", "--endpoint", f"{each.venue}={where['rest']},{where['stream']}"]
    return words


def day_of(time):
    """The UTC date of microseconds since 1970."""
    return datetime.datetime.fromtimestamp(time // SECOND, datetime.timezone.utc).date().isoformat()


def truth(instrument, options, first, last, folder):
    """The venue's trades from one time to another, out of its own dumps: a table of the columns of a tape."""
    lake = os.path.join(folder, "truth")
    for day in sorted({day_of(first + instrument.shift), day_of(last + instrument.shift)}):
        dump = millrace("simulate", "dump", *instrument.who, "--day", day, "--output", os.path.join(folder, "dumps"), *options)
        assert dump.status == 0, dump.stderr
        path = dump.stdout.strip()
        done = millrace("import", path, "--data", lake, *instrument.who, *instrument.options, "--quiet")
        assert done.status == 0, done.stderr
        os.remove(path)
    return rows(lake, instrument, first, last)


def rows(lake, instrument, first=None, last=None):
    """The sealed rows of a tape, by id, without the columns that say how they came."""
    files = sorted(glob.glob(os.path.join(lake, "tape", f"exchange={instrument.venue}", f"symbol={instrument.symbol}", "**", "*.parquet"),
                             recursive=True))
    wanted = ["id", "time", "price", "quantity", "taker_side", "fills"]
    tables = []
    for path in files:
        data = ds.dataset(path)
        when = pc.field("time")
        between = pa.scalar(True) if first is None else (when >= at(first)) & (when <= at(last))
        tables.append(data.to_table(columns=wanted, filter=between if first is not None else None))
    return {row[0]: row[1:] for table in tables for row in zip(*(plain(table[name]) for name in wanted))}


def at(time):
    return pa.scalar(time, pa.timestamp("us", tz="UTC"))


def plain(column):
    """Values that compare whatever the scales of their files: times as microseconds, decimals as they read."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.int64()).to_pylist()
    if pa.types.is_decimal(column.type):
        return [value.normalize() for value in column.to_pylist()]
    return column.to_pylist()
