"""Made-up tapes as official dumps, small and full of edges: what the conformance of the Aperiodic façade serves and computes again."""
import calendar
import datetime
import os
import random
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "oracle"))

import tape

MILLISECOND, SECOND, HOUR, DAY = 1000, 10**6, 3600 * 10**6, 86400 * 10**6


def at(year, month, day=1, hour=0):
    """Microseconds since the epoch."""
    return calendar.timegm((year, month, day, hour, 0, 0)) * SECOND


def iso(time):
    return datetime.datetime.fromtimestamp(time / SECOND, datetime.timezone.utc).isoformat()


class Tape:
    """One instrument's rows in id order, each (id, microseconds, price, quantity, side), numbers as text."""

    def __init__(self, venue, native, atlas, rows, contract_size=None, columns=None):
        self.venue, self.native, self.atlas, self.rows, self.contract_size, self.columns = venue, native, atlas, rows, contract_size, columns

    @property
    def trades(self):
        return [tape.Trade(i, time, tape.decimal(price), tape.decimal(quantity), side) for i, time, price, quantity, side in self.rows]

    def write(self, folder, name="part", rows=None):
        """Writes some rows as the venue's aggTrades, or as a plain CSV if there are sides that aggTrades cannot say. Returns the path."""
        path = os.path.join(folder, f"{self.native}-aggTrades-{name}.csv")
        with open(path, "w") as file:
            if self.columns:
                file.write("ts,px,qty,side,id\n")
            elif self.venue != "binance-spot":
                file.write("agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n")
            for i, time, price, quantity, side in self.rows if rows is None else rows:
                stamp = time // MILLISECOND
                if self.columns:
                    file.write(f"{stamp},{price},{quantity},{ {1: 'buy', -1: 'sell', 0: ''}[side]},{i}\n")
                else:
                    file.write(f"{i},{price},{quantity},{i},{i},{stamp},{'true' if side < 0 else 'false'}\n")
        return path

    def between(self, start, end):
        return [row for row in self.rows if start <= row[1] < end]


class Walk:
    """Draws trades: prices walk by ticks and often stay, sizes span what is small, medium and large."""

    def __init__(self, seed, price, tick_digits, quantity_digits, notional=True):
        self.random, self.price, self.id = random.Random(seed), round(price * 10**tick_digits), 0
        self.tick_digits, self.quantity_digits, self.notional = tick_digits, quantity_digits, notional
        self.side, self.rows = 1, []

    def text(self, number, digits):
        return str(number) if digits == 0 else f"{number // 10**digits}.{number % 10**digits:0{digits}d}"

    def trade(self, time, side=None, still=False):
        draw = self.random
        if not still:
            self.price = max(1, self.price + draw.choice((-7, -1, -1, 0, 0, 0, 0, 1, 1, 6)))
        if draw.random() < 0.35:
            self.side = -self.side
        # Notionals from a few units to some thousands; contracts when the quantity is none of base.
        size = draw.choice((3, 30, 99, 150, 600, 1200, 20_000)) * draw.uniform(0.3, 2)
        quantity = size * 10**self.tick_digits / self.price * 10**self.quantity_digits if self.notional else size / 10
        self.id += 1
        self.rows.append((self.id, time, self.text(self.price, self.tick_digits), self.text(max(1, round(quantity)), self.quantity_digits),
                          self.side if side is None else side))

    def burst(self, time, length, count, **how):
        """`count` trades at random milliseconds in time..<time + length."""
        for offset in sorted(self.random.randrange(length // MILLISECOND) for _ in range(count)):
            self.trade(time + offset * MILLISECOND, **how)


def year(seed=1):
    """BTCUSDT from January 2025 to January 2026: no trade in August, bars of one trade each in March, and edges everywhere."""
    walk = Walk(seed, 95_000, 1, 3)
    for number in range(13):
        first = at(2025 + number // 12, number % 12 + 1)
        days = calendar.monthrange(2025 + number // 12, number % 12 + 1)[1]
        if number == 7:
            continue
        walk.trade(first)
        if number == 2:
            for step in range(1, 8 * days):
                walk.trade(first + step * 3 * HOUR + walk.random.randrange(HOUR // MILLISECOND) * MILLISECOND)
        else:
            for count in range(1, 9):               # bars of one trade, of two, of three …
                walk.burst(first + (count + 1) * HOUR, 50 * SECOND, count)
            walk.burst(first + 12 * HOUR, SECOND, 30, side=1)
            walk.burst(first + 13 * HOUR, 50 * SECOND, 20, still=True)
            walk.burst(first + 14 * HOUR, 50 * SECOND, 20, side=-1, still=True)
            for day in sorted(walk.random.sample(range(1, days - 1), 8)):
                walk.burst(first + day * DAY + walk.random.randrange(24) * HOUR, 2 * HOUR, 40)
        walk.trade(first + days * DAY - MILLISECOND)
    return Tape("binance-futures", "BTCUSDT", "perpetual-BTC-USDT:USDT", walk.rows)


def holed(seed=2):
    """Two days of ETHUSDT around a month's end; in the second hour of each day ids are missing."""
    walk = Walk(seed, 3_300, 2, 3)
    for hour in range(48):
        walk.burst(at(2025, 1, 31) + hour * HOUR, HOUR, 40)
    missing = lambda row: (row[1] // HOUR) % 24 == 1 and row[0] % 9 < 3
    return Tape("binance-futures", "ETHUSDT", "perpetual-ETH-USDT:USDT", [row for row in walk.rows if not missing(row)])


def inverse(seed=3):
    """A day of a coin-margined contract of 10 USD."""
    walk = Walk(seed, 2_900, 2, 0, notional=False)
    for hour in range(24):
        walk.burst(at(2024, 2, 29) + hour * HOUR, HOUR, 50)
    return Tape("binance-coin-futures", "ETHUSD_PERP", "perpetual-ETH-USD:ETH", walk.rows, contract_size=10)


def sideless(seed=4):
    """A day of spot trades of which some do not tell their side."""
    walk = Walk(seed, 140, 2, 2)
    for hour in range(0, 24, 2):
        walk.burst(at(2025, 6, 1) + hour * HOUR, HOUR, 40)
        walk.burst(at(2025, 6, 1) + (hour + 1) * HOUR, HOUR, 5, side=0)
    rows = [row[:4] + (0,) if row[0] % 5 == 0 else row for row in walk.rows]
    return Tape("binance-spot", "SOLUSDT", "spot-SOL-USDT", rows, columns="timestamp=ts,price=px,quantity=qty,side=side,id=id")
