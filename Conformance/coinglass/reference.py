"""What CoinGlass' endpoints on tapes should answer, worked out by DuckDB and exact fractions from the Parquet tape and nothing of Millrace's."""
from decimal import Decimal
from fractions import Fraction

import duckdb

MONDAY = 4 * 86_400
SECONDS = {"1m": 60, "3m": 180, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "4h": 14_400, "6h": 21_600, "8h": 28_800, "12h": 43_200,
           "1d": 86_400, "1w": 604_800}


def nearest(value, places):
    """To so many places, ties away from zero."""
    scaled = int(abs(Fraction(value)) * 10**places + Fraction(1, 2))
    return Fraction(scaled if value >= 0 else -scaled, 10**places)


class Tape:
    def __init__(self, lake, venue, symbol, contract_size=None):
        """A contract size makes it inverse: contracts of so many dollars."""
        self.size = contract_size
        self.files = f"{lake}/tape/exchange={venue}/symbol={symbol}/**/*.parquet"

    def valued(self):
        """SQL of all trades: microseconds, price, base, notional, side. DECIMALs multiply exactly, or DuckDB refuses."""
        times = "epoch_us(time) AS us, price, taker_side AS side"
        if self.size is None:
            return f"SELECT {times}, quantity AS base, price * quantity AS notional FROM read_parquet('{self.files}')"
        # Integer division, half to even, at 1e-12: DuckDB has no such DECIMAL division.
        top = f"(CAST(quantity * {self.size} AS HUGEINT) * 1000000000000 * 10000000000)"
        bottom = "CAST(price * 10000000000 AS HUGEINT)"
        whole, rest = f"({top} // {bottom})", f"({top} % {bottom} * 2)"
        up = f"CASE WHEN {rest} > {bottom} OR ({rest} = {bottom} AND {whole} % 2 = 1) THEN 1 ELSE 0 END"
        return f"SELECT {times}, {whole} + {up} AS units, quantity * {self.size} AS notional FROM read_parquet('{self.files}')"

    def sums(self, keys, condition="true", order="1"):
        """Rows of `keys` (SQL) with exact sums: base, notional and count of buys, and of sells."""
        base = "base" if self.size is None else "units"
        sides = ", ".join(
            f"coalesce(sum({what}) FILTER (side = {side}), 0)" if what != "count" else f"count(*) FILTER (side = {side})"
            for side in (1, -1) for what in (base, "notional", "count"))
        unit = 1 if self.size is None else 10**12
        for row in duckdb.sql(f"SELECT {keys}, {sides} FROM ({self.valued()}) WHERE {condition} GROUP BY ALL ORDER BY {order}").fetchall():
            head, tail = row[:-6], row[-6:]
            yield *head, *((Fraction(tail[i]) / unit, Fraction(tail[i + 1]), tail[i + 2]) for i in (0, 3))

    def bars(self, interval, first=None, last=None):
        """{start in seconds: (buys, sells)} of the bars that start from one second to another, both included."""
        length = SECONDS[interval]
        offset = MONDAY if interval == "1w" else 0
        start = f"((us // 1000000 - {offset}) // {length} * {length} + {offset})"
        bounds = [f"{start} >= {first}"] * (first is not None) + [f"{start} <= {last}"] * (last is not None)
        return {row[0]: row[1:] for row in self.sums(start, " AND ".join(bounds) or "true")}

    def footprints(self, interval):
        """[start in seconds, rows] of all bars; levels are as high as the bar's lowest price says."""
        length = SECONDS[interval]
        start = f"(us // 1000000 // {length} * {length})"
        found = {}
        for begin, price, buy, sell in self.sums(f"{start}, price", "side <> 0", "1, 2"):
            found.setdefault(begin, []).append((Fraction(price), buy, sell))
        scale, = {-Decimal(row[0]).as_tuple().exponent for row in duckdb.sql(f"SELECT price FROM ({self.valued()}) LIMIT 1").fetchall()}
        answer = []
        for begin, cells in found.items():
            width = height(cells[0][0], scale)
            levels = {}
            for price, buy, sell in cells:
                sums = levels.setdefault(price // width * width, [[Fraction(0)] * 3, [Fraction(0)] * 3])
                for sum_, side in zip(sums, (buy, sell)):
                    sum_[:] = map(sum, zip(sum_, side))
            answer.append([begin, [[price, price + width, nearest(b[0], 8), nearest(s[0], 8), *[nearest(b[1], 4), nearest(s[1], 4)] * 2,
                                    b[2], s[2]] for price, (b, s) in levels.items()]])
        return answer


def height(price, scale):
    """The greatest of 1, 2, 5 times a power of ten up to a twenty-thousandth of a price, at least its last digit."""
    fitting = [Fraction(step) * Fraction(10) ** power for power in range(-scale, 12) for step in (1, 2, 5)]
    return max([each for each in fitting if each <= price / 20_000], default=Fraction(1, 10**scale))


def exact(value):
    """A JSON value with its numbers, and texts that are numbers, as fractions."""
    if isinstance(value, dict):
        return {key: exact(member) for key, member in value.items()}
    if isinstance(value, list):
        return [exact(member) for member in value]
    if isinstance(value, str):
        return ("text", Fraction(value)) if value.replace(".", "").replace("-", "").isdigit() else value
    return Fraction(value) if isinstance(value, (int, Decimal)) else value
