"""What a basket's answers have to be, by exact numbers, from the trades that were imported."""
import bisect
import functools
from decimal import Decimal, getcontext
from fractions import Fraction

# Sums and products are exact up to so many digits, and no market needs more.
getcontext().prec = 80
LENGTHS = {"1s": 1_000_000, "1m": 60_000_000, "15m": 900_000_000, "1h": 3_600_000_000, "1d": 86_400_000_000, "1w": 604_800_000_000}
MONDAY = 4 * 86_400_000_000


def start_of(time, interval):
    length, offset = LENGTHS[interval], MONDAY if interval == "1w" else 0
    return time - (time - offset) % length


def notional(tape, trade):
    return trade[4] * tape.size * (1 if tape.inverse else trade[3])


def base(tape, trade):
    """In coins; of inverse contracts to the twelfth digit, half to even, as docs/native-api.md has it."""
    return inverse_base(trade[3], trade[4] * tape.size) if tape.inverse else trade[4] * tape.size


@functools.cache
def inverse_base(price, dollars):
    return Decimal(round(Fraction(dollars) / Fraction(price) * 10**12)).scaleb(-12)


ALL = {}


def merged(tapes, names, begin=0, end=1 << 62):
    """The trades of some members: by time, then by member, then as the tape has them."""
    key = tuple((name, len(tapes[name].trades)) for name in names if name in tapes)
    if key not in ALL:
        rows = [(trade[0], place, order, trade) for place, name in enumerate(names) if name in tapes for order, trade in enumerate(tapes[name].trades)]
        rows.sort(key=lambda row: row[:3])
        ALL[key] = [row[0] for row in rows], [(names[place], trade) for _, place, _, trade in rows]
    times, rows = ALL[key]
    return rows[bisect.bisect_left(times, begin):bisect.bisect_left(times, end)]


def cells(tapes, name, trade):
    """A row of /v1/trades of a basket."""
    venue, symbol = name.split(":", 1)
    return (trade[0], venue, symbol, None if trade[1] is None else str(trade[1]), trade[2], float(trade[3]), float(trade[4]), float(notional(tapes[name], trade)))


def holes(tape):
    """The times between which ids lack, where ids tell."""
    rows = sorted((trade[1], trade[0]) for trade in tape.trades) if isinstance(tape.trades[0][1], int) else []
    return [tuple(sorted((a[1], b[1]))) for a, b in zip(rows, rows[1:]) if b[0] != a[0] + 1]


def covered(tape, begin, end):
    """Whether a tape has any instant of some times: from its first trade to its last."""
    return tape.trades[0][0] < end and tape.trades[-1][0] >= begin


def bars(tapes, names, interval, begin=0, end=1 << 62):
    """By bar what a row of /v1/bars/flow has, but for the names."""
    rows = {}
    for name, trade in merged(tapes, names):
        start = start_of(trade[0], interval)
        if begin <= start < end:
            tape, side = tapes[name], "buy" if trade[2] == "buy" else "sell"
            row = rows.setdefault(start, {"buy": [Decimal(0), Decimal(0), 0], "sell": [Decimal(0), Decimal(0), 0], "members": set()})
            sums = row[side]
            sums[0] += base(tape, trade)
            sums[1] += notional(tape, trade)
            sums[2] += 1
            row["members"].add(name)
    lacking = {name: holes(tapes[name]) for name in names if name in tapes}
    for start, row in rows.items():
        stop = start + LENGTHS[interval]
        row["contributors"] = " ".join(name for name in names if name in row["members"])
        row["missing"] = " ".join(name for name in names if name not in tapes or not covered(tapes[name], start, stop))
        row["quality"] = "gap" if any(a < stop and b >= start for found in lacking.values() for a, b in found) else "complete"
    return dict(sorted(rows.items()))


def told(start, row, has_base):
    """A row of /v1/bars/flow, column by column."""
    buy, sell = row["buy"], row["sell"]
    coins, dollars = buy[0] + sell[0], buy[1] + sell[1]
    return {"time": start, "taker_buy_notional": float(buy[1]), "taker_sell_notional": float(sell[1]), "volume_delta_notional": float(buy[1] - sell[1]),
            "volume_notional": float(dollars), "taker_buy_count": buy[2], "taker_sell_count": sell[2], "trade_count": buy[2] + sell[2],
            "taker_buy_volume": float(buy[0]) if has_base else None, "taker_sell_volume": float(sell[0]) if has_base else None,
            "volume_delta": float(buy[0] - sell[0]) if has_base else None, "volume": float(coins) if has_base else None,
            "vwap": float(Fraction(dollars) / Fraction(coins)) if has_base and coins else None, "quality": row["quality"], "revision": 0, "is_open": False,
            "contributors": row["contributors"], "missing": row["missing"]}
