"""The flow dataset computed a second time, by exact fractions: what docs/datasets/flow.md says, and nothing that the binary does.

Sums are integers over a power of ten, every cell is a `fractions.Fraction` turned into the nearest double once (CPython divides integers with
correct rounding). Only entropy and toxicity need logarithms and roots; those are computed in floating point and compared with a tolerance.
"""
import datetime
import math
from collections import defaultdict
from fractions import Fraction

SIZES = ("small", "medium", "large")
SIDES = {"buy": 1, "sell": -1}
# The 36 columns of Aperiodic's flow, in its order.
APERIODIC = (
    ["taker_buy_volume", "taker_sell_volume", "taker_buy_count", "taker_sell_count", "volume_delta", "volume_delta_notional",
     "flow_entropy", "flow_toxicity_score", "taker_buy_sell_ratio", "taker_buy_sell_count_ratio", "taker_buy_sell_percentage",
     "taker_buy_sell_count_percentage"]
    + [f"taker_{side}_{size}_order_{what}" for side in SIDES for size in SIZES for what in ("volume", "count")]
    + [f"taker_{side}_{size}_order_{what}" for side in SIDES for what in ("percentage", "count_percentage") for size in SIZES])
assert len(APERIODIC) == 36
# Columns that need more than rational arithmetic, with the relative error allowed.
STATISTICAL = {"flow_entropy": 1e-9, "flow_toxicity_score": 1e-9}
BASE_DIGITS = 12


def start_of(time, seconds):
    """The start of the bar that holds an instant in microseconds; weeks start on Mondays (1970-01-05 was one)."""
    length = seconds * 10**6
    offset = 4 * 86400 * 10**6 if seconds == 604800 else 0
    return (time - offset) // length * length + offset


def value(trade, contract_size):
    """The exact base quantity and notional of a trade. `contract_size` is None for linear and spot, else USD a contract."""
    price = Fraction(trade.price[0], 10 ** trade.price[1])
    quantity = Fraction(trade.quantity[0], 10 ** trade.quantity[1])
    if contract_size is None:
        return quantity, price * quantity
    notional = quantity * contract_size
    # Kept at 1e-12; Python's round() of a Fraction is half to even.
    return Fraction(round(notional / price * 10**BASE_DIGITS), 10**BASE_DIGITS), notional


def scaled(trades, contract_size):
    """Each trade with base and notional as integers at two common scales: (scale of base, scale of notional, rows)."""
    price_digits = max(t.price[1] for t in trades)
    quantity_digits = max(t.quantity[1] for t in trades)
    if contract_size is None:
        base_digits, notional_digits = quantity_digits, price_digits + quantity_digits
        def pair(t):
            q = t.quantity[0] * 10 ** (quantity_digits - t.quantity[1])
            return q, q * t.price[0] * 10 ** (price_digits - t.price[1])
    else:
        base_digits, notional_digits = BASE_DIGITS, quantity_digits
        def pair(t):
            base, notional = value(t, contract_size)
            return int(base * 10**base_digits), int(notional * 10**notional_digits)
    return base_digits, notional_digits, [(t, *pair(t)) for t in trades]


def double(top, bottom):
    """The nearest double of an exact quotient; None for 0/0, an infinity for x/0."""
    if bottom == 0:
        return None if top == 0 else math.copysign(math.inf, top)
    return float(Fraction(top) / Fraction(bottom))


def rows(trades, seconds, contract_size=None, medium_from=100, large_from=1000, holes=()):
    """The rows of the flow dataset, oldest first, as dictionaries with `time` in microseconds."""
    if not trades:
        return []
    base_digits, notional_digits, valued = scaled(trades, contract_size)
    base_unit, notional_unit = 10**base_digits, 10**notional_digits
    bars = defaultdict(list)
    for item in valued:
        bars[start_of(item[0].time, seconds)].append(item)
    result = []
    for start in sorted(bars):
        result.append(row(start, bars[start], base_unit, notional_unit, medium_from * notional_unit, large_from * notional_unit))
        broken = any(a < start + seconds * 10**6 and b >= start for a, b in holes)
        result[-1]["quality"] = "gap" if broken else "complete"
    score_months(result)
    return result


def row(start, trades, base_unit, notional_unit, medium_from, large_from):
    base, notional, count = defaultdict(int), defaultdict(int), defaultdict(int)
    sized, sized_count = defaultdict(int), defaultdict(int)
    for trade, quantity, worth in trades:
        side = trade.side
        size = "small" if worth < medium_from else "medium" if worth < large_from else "large"
        base[side] += quantity
        notional[side] += worth
        count[side] += 1
        sized[side, size] += worth
        sized_count[side, size] += 1
    buy, sell = base[1], base[-1]
    cells = {
        "time": start,
        "taker_buy_volume": double(buy, base_unit),
        "taker_sell_volume": double(sell, base_unit),
        "taker_buy_count": count[1],
        "taker_sell_count": count[-1],
        "volume_delta": double(buy - sell, base_unit),
        "volume_delta_notional": double(notional[1] - notional[-1], notional_unit),
        "flow_entropy": entropy(buy, sell),
        "taker_buy_sell_ratio": double(buy, sell),
        "taker_buy_sell_count_ratio": double(count[1], count[-1]),
        "taker_buy_sell_percentage": double(buy, buy + sell),
        "taker_buy_sell_count_percentage": double(count[1], count[1] + count[-1]),
        "volume": double(sum(base.values()), base_unit),
        "volume_notional": double(sum(notional.values()), notional_unit),
        "trade_count": len(trades),
        "realized volatility": volatility([trade.price for trade, _, _ in trades]),
    }
    for name, side in SIDES.items():
        for size in SIZES:
            prefix = f"taker_{name}_{size}_order"
            cells[f"{prefix}_volume"] = double(sized[side, size], notional_unit)
            cells[f"{prefix}_count"] = sized_count[side, size]
            cells[f"{prefix}_percentage"] = double(Fraction(sized[side, size], notional_unit), Fraction(base[side], base_unit))
            cells[f"{prefix}_count_percentage"] = double(sized_count[side, size], count[side])
            cells[f"{prefix}_share"] = double(sized[side, size], notional[side])
    return cells


def entropy(buy, sell):
    if buy + sell == 0:
        return None
    if buy == 0 or sell == 0:
        return 0.0
    p, q = double(buy, buy + sell), double(sell, buy + sell)
    return -(p * math.log(p) + q * math.log(q))


def volatility(prices):
    """The root of the sum of squared logarithmic returns inside the bar; equal prices need no logarithm."""
    squares = []
    for (a, a_scale), (b, b_scale) in zip(prices, prices[1:]):
        digits = max(a_scale, b_scale)
        old, new = a * 10 ** (digits - a_scale), b * 10 ** (digits - b_scale)
        if old != new:
            squares.append(math.log1p(float(Fraction(new - old, old))) ** 2)
    return math.sqrt(math.fsum(squares))


class Score:
    """The z-score of each value against those up to and including it, with the sample deviation; moments are exact fractions."""

    def __init__(self):
        self.n, self.sum, self.squares = 0, Fraction(0), Fraction(0)

    def next(self, number):
        x = Fraction(number)
        self.n += 1
        self.sum += x
        self.squares += x * x
        if self.n < 2:
            return None
        variance = (self.squares - self.sum**2 / self.n) / (self.n - 1)
        if variance <= 0:
            return None
        # The square of z is rational: one root of one nearest double.
        distance = x - self.sum / self.n
        return math.copysign(math.sqrt(float(distance**2 / variance)), distance)


def score_months(result):
    month = None
    for cells in result:
        date = datetime.datetime.fromtimestamp(cells["time"] / 10**6, datetime.timezone.utc)
        if month != (date.year, date.month):
            month = (date.year, date.month)
            delta, volatility = Score(), Score()
        a = delta.next(cells["volume_delta_notional"])
        b = volatility.next(cells.pop("realized volatility"))
        cells["flow_toxicity_score"] = None if a is None or b is None else a * b
