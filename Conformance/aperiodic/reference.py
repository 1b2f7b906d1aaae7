"""The nine trade datasets worked out from raw trades, with pandas to hold and group them and nothing of Millrace's.

Sums are integers over a power of ten and every ratio is a `fractions.Fraction` turned into the nearest double once: those cells must be met to the
last bit. Cells that need a root, a logarithm or a moment are `Near`: their moments are exact too, and only the last step is in floating point.
"""
import math
import os
import sys
from fractions import Fraction

import numpy
import pandas

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "oracle"))

import flow_fractions
from flow_fractions import double

DATASETS = ("flow", "trade_size", "impact", "range", "updownticks", "run_structure", "returns", "vtwap", "ohlcv")
SECONDS = {"1s": 1, "15s": 15, "30s": 30, "1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "4h": 14400, "1d": 86400}
SIZES = flow_fractions.SIZES


class Near(float):
    """A number that needs floating point. `scale` is the size of the terms that cancel in it: what is left of them cannot be more exact."""
    scale = 0.0


def near(value, scale=0.0):
    if value is None:
        return None
    result = Near(value)
    result.scale = float(scale)
    return result


def quotient(top, bottom):
    """A floating quotient by the rule of exact ones: None for 0/0, an infinity for x/0."""
    if bottom == 0:
        return None if top == 0 else math.copysign(math.inf, top)
    return float(top) / float(bottom)


def log_ratio(new, old):
    """ln(new/old) of integers, good to the last bits however close they are."""
    return math.log1p(float(Fraction(new - old, old)))


class Moments:
    """Mean, median and moments of integers over one unit, exactly."""

    def __init__(self, values, unit):
        n = self.n = len(values)
        self.unit, self.sum = unit, sum(values)
        # Deviations from the mean times n are integers.
        away = [n * value - self.sum for value in values]
        self.m2, self.m3, self.m4 = (Fraction(sum(d**k for d in away), n ** (k + 1)) for k in (2, 3, 4))
        self.order = sorted(values)

    def cells(self, prefix):
        n, middle = self.n, self.order[(self.n - 1) // 2] + self.order[self.n // 2]
        variance = self.m2 * n / (n - 1) / self.unit**2 if n > 1 else None
        deviation = math.sqrt(variance) if n > 1 else None
        width = float(self.m2) ** 0.5
        return {
            f"{prefix}_mean": double(self.sum, n * self.unit),
            f"{prefix}_median": double(middle, 2 * self.unit),
            f"{prefix}_std": near(deviation),
            f"{prefix}_variance": near(None if variance is None else float(variance)),
            f"{prefix}_skewness": near(float(self.m3) / width**3, 1) if self.m2 else None,
            f"{prefix}_kurtosis": near(float(self.m4 / self.m2**2 - 3), float(self.m4 / self.m2**2)) if self.m2 else None,
        }, near(None if deviation is None else deviation / float(Fraction(self.sum, n * self.unit)))


class Bar:
    """The trades of one bar in tape order: integers of price, base and notional over their units, and sides +1, -1, 0."""

    def __init__(self, frame, units):
        self.price_unit, self.base_unit, self.notional_unit = units
        self.prices, self.bases, self.notionals, self.sides = (frame[name].tolist() for name in ("price", "base", "notional", "side"))
        self.n = len(self.prices)
        self.returns = [log_ratio(new, old) for old, new in zip(self.prices, self.prices[1:])]
        self.open, self.close, self.high, self.low = self.prices[0], self.prices[-1], max(self.prices), min(self.prices)

    def flow(self, start):
        # The realized volatility rides along for the toxicity score, which needs the month.
        trades = [(_Trade(price, side, self.price_unit), base, notional)
                  for price, side, base, notional in zip(self.prices, self.sides, self.bases, self.notionals)]
        unit = self.notional_unit
        row = flow_fractions.row(start, trades, self.base_unit, unit, 100 * unit, 1000 * unit)
        return {name: near(cell, 1) if name in flow_fractions.STATISTICAL else cell for name, cell in row.items()
                if name in flow_fractions.APERIODIC or name == "realized volatility"}

    def trade_size(self):
        unit, volume = self.notional_unit, Fraction(sum(self.bases), self.base_unit)
        of_size = {size: [] for size in SIZES}
        for worth in self.notionals:
            of_size["small" if worth < 100 * unit else "medium" if worth < 1000 * unit else "large"].append(worth)
        cells = {}
        for size in SIZES:
            cells[f"{size}_order_volume"] = double(sum(of_size[size]), unit)
            cells[f"{size}_order_count"] = len(of_size[size])
        cells |= {"volume": double(volume, 1), "n_trades": self.n}
        cells |= {f"{size}_order_percentage": double(Fraction(sum(of_size[size]), unit), volume) for size in SIZES}
        cells |= {f"{size}_order_count_percentage": double(len(of_size[size]), self.n) for size in SIZES}
        statistics, variation = Moments(self.bases, self.base_unit).cells("trade_amount")
        least, most = min(self.bases), max(self.bases)
        return cells | statistics | {
            "trade_amount_min": double(least, self.base_unit), "trade_amount_max": double(most, self.base_unit),
            "trade_amount_range_ratio": double(most, least), "trade_amount_cv": variation}

    def impact(self):
        move = abs(log_ratio(self.close, self.open))
        notional = float(Fraction(sum(self.notionals), self.notional_unit))
        signed = Fraction(sum(side * worth for side, worth in zip(self.sides, self.notionals)), self.notional_unit)
        return {
            "amihud_like": near(move / notional),
            "kyle_like_lambda": self.kyle(),
            "impact_per_notional": near(quotient(move, abs(signed))),
            "large_trade_reversal": self.reversal(),
            "directional_impact_asymmetry": self.asymmetry(),
        }

    def kyle(self):
        sizes = [side * base for side, base in zip(self.sides, self.bases)][1:]
        n, total = len(sizes), sum(sizes)
        away = [n * size - total for size in sizes]
        if n < 2 or not any(away):
            return None
        # Both sums are n times the centred ones over the base unit; the divisors n - 1 cancel.
        squares = Fraction(sum(d * d for d in away), n**2 * self.base_unit**2)
        mean = math.fsum(self.returns) / n
        terms = [float(Fraction(d, n * self.base_unit)) * (r - mean) for d, r in zip(away, self.returns)]
        return near(math.fsum(terms) / float(squares), math.fsum(map(abs, terms)) / float(squares))

    def reversal(self):
        threshold = sorted(self.bases)[(9 * self.n + 9) // 10 - 1]
        later = [log_ratio(self.prices[i + 5], self.prices[i]) for i in range(self.n - 5) if self.bases[i] >= threshold]
        return near(math.fsum(later) / len(later), max(map(abs, later))) if later else None

    def asymmetry(self):
        worth = {side: float(Fraction(sum(w for s, w in zip(self.sides, self.notionals) if s == side), self.notional_unit)) for side in (1, -1)}
        if not all(worth.values()):
            return None
        moves = {side: [r for s, r in zip(self.sides[1:], self.returns) if s == side] for side in (1, -1)}
        buys, sells = math.fsum(moves[1]) / worth[1], -math.fsum(moves[-1]) / worth[-1]
        return near(buys - sells, sum(math.fsum(map(abs, moves[side])) / worth[side] for side in (1, -1)))

    def range(self):
        statistics, variation = Moments(self.prices, self.price_unit).cells("price")
        return {
            "range": double(self.high - self.low, self.price_unit),
            "range_bps": double((self.high - self.low) * 10_000, self.close),
        } | statistics | {"price_range_ratio": double(self.high, self.low), "price_cv": variation}

    def updownticks(self):
        directions = ("uptick", "downtick", "unchanged")
        volume, count = dict.fromkeys(directions, 0), dict.fromkeys(directions, 0)
        for old, new, worth in zip(self.prices, self.prices[1:], self.notionals[1:]):
            direction = "uptick" if new > old else "downtick" if new < old else "unchanged"
            volume[direction] += worth
            count[direction] += 1
        return (
            {f"{each}_volume": double(volume[each], self.notional_unit) for each in directions}
            | {f"{each}_count": count[each] for each in directions}
            | {"uptick_downtick_volume_ratio": double(volume["uptick"], volume["downtick"]),
               "uptick_downtick_count_ratio": double(count["uptick"], count["downtick"])}
            | {f"{each}_volume_percentage": double(volume[each], sum(volume.values())) for each in directions}
            | {f"{each}_count_percentage": double(count[each], sum(count.values())) for each in directions})

    def run_structure(self):
        runs = {1: [], -1: [], 0: []}
        before = None
        for side in self.sides:
            if side == before:
                runs[side][-1] += 1
            else:
                runs[side].append(1)
            before = side
        longest = {side: max(runs[side], default=0) for side in runs}
        flips = [i for i in range(1, self.n) if self.sides[i] != self.sides[i - 1]]
        changes = [float(Fraction(abs(self.prices[i] - self.prices[i - 1]), self.prices[i - 1])) for i in flips]
        return {
            "buy_run_max_len": longest[1], "sell_run_max_len": longest[-1],
            "buy_run_mean_len": double(sum(runs[1]), len(runs[1])), "sell_run_mean_len": double(sum(runs[-1]), len(runs[-1])),
            "run_imbalance": double(longest[1] - longest[-1], longest[1] + longest[-1]),
            "flip_rate": double(len(flips), self.n - 1),
            "price_change_on_flip": near(math.fsum(changes) / len(changes)) if changes else None,
        }

    def returns_(self):
        r = self.returns
        squares, steps = math.fsum(x * x for x in r), math.fsum(map(abs, r))
        bipower = math.pi / 2 * math.fsum(abs(a) * abs(b) for a, b in zip(r, r[1:]))
        return {
            "logret_var": near(numpy.var(r, ddof=1), squares / max(1, len(r) - 1)) if len(r) >= 2 else None,
            "realized_vol": near(math.sqrt(squares)),
            "bipower_variation": near(bipower),
            "jump_ratio": near(max(0.0, 1 - bipower / squares), 1) if squares else None,
            "ret_autocorr_lag1": correlation(r[1:], r[:-1]),
            "trendiness": near(quotient(abs(log_ratio(self.close, self.open)), steps), 1),
        }

    def vtwap(self):
        # Notional over base, each over its unit.
        return {"vwap": double(Fraction(sum(self.notionals), self.notional_unit), Fraction(sum(self.bases), self.base_unit)),
                "twap": double(sum(self.prices), self.n * self.price_unit)}

    def ohlcv(self):
        return {name: double(getattr(self, name), self.price_unit) for name in ("open", "high", "low", "close")} | {
            "volume": double(sum(self.bases), self.base_unit), "volume_notional": double(sum(self.notionals), self.notional_unit)}

    def cells(self, dataset, start):
        if dataset == "flow":
            return self.flow(start)
        return self.returns_() if dataset == "returns" else getattr(self, dataset)()


class _Trade:
    """What flow_fractions asks of a trade."""
    __slots__ = ("price", "side")

    def __init__(self, price, side, unit):
        self.price, self.side = (price, len(str(unit)) - 1), side


def correlation(x, y):
    """Pearson's, None for fewer than two pairs or where one does not vary."""
    if len(x) < 2 or len(set(x)) == 1 or len(set(y)) == 1:
        return None
    a, b = (numpy.asarray(v) - math.fsum(v) / len(v) for v in (x, y))
    return near(math.fsum(a * b) / math.sqrt(math.fsum(a * a) * math.fsum(b * b)), 1)


def frame(trades, contract_size=None):
    """Trades of `tape.read` as a frame of exact integers, with their units."""
    base_digits, notional_digits, valued = flow_fractions.scaled(trades, contract_size)
    price_digits = max(t.price[1] for t in trades)
    rows = [(t.time, t.price[0] * 10 ** (price_digits - t.price[1]), base, notional, t.side) for t, base, notional in valued]
    table = pandas.DataFrame({name: pandas.Series(column, dtype="int64" if name in ("time", "side") else object)
                              for name, column in zip(("time", "price", "base", "notional", "side"), zip(*rows))})
    return table, (10**price_digits, 10**base_digits, 10**notional_digits)


def rows(trades, interval, datasets=DATASETS, contract_size=None):
    """For each dataset its rows, oldest first: dictionaries of `time` in microseconds and the vendor's columns in their order."""
    table, units = frame(trades, contract_size)
    result = {name: [] for name in datasets}
    for start, bar in table.groupby(table["time"] // (SECONDS[interval] * 10**6) * (SECONDS[interval] * 10**6), sort=True):
        bar = Bar(bar, units)
        for name in datasets:
            result[name].append({"time": int(start)} | bar.cells(name, int(start)))
    if "flow" in result:
        flow_fractions.score_months(result["flow"])
        for row in result["flow"]:
            row["flow_toxicity_score"] = near(row["flow_toxicity_score"], 1)
        result["flow"] = [{"time": row["time"]} | {name: row[name] for name in flow_fractions.APERIODIC} for row in result["flow"]]
    return result


def same(value, expected):
    if expected is None or value is None:
        return value is expected
    if isinstance(expected, Near) and math.isfinite(expected):
        return abs(value - expected) <= 1e-9 * abs(expected) + 1e-12 * expected.scale
    if isinstance(expected, int):
        return type(value) is int and value == expected
    return isinstance(value, float) and (value == expected and math.copysign(1, value) == math.copysign(1, expected))


def differences(found, expected, limit=5):
    """The first differences of two lists of rows, in words."""
    words = []
    if found and expected and list(found[0]) != list(expected[0]):
        words.append(f"columns are {list(found[0])}, not {list(expected[0])}")
    if len(found) != len(expected):
        words.append(f"{len(found)} rows, not {len(expected)}")
    for mine, theirs in zip(found, expected):
        for name, value in theirs.items():
            if name in mine and not same(mine[name], value):
                words.append(f"at {theirs['time']} {name} is {mine[name]!r}, not {value!r}")
                if len(words) >= limit:
                    return words
    return words
