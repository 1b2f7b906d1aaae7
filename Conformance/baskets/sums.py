"""What a basket's answers have to be, by exact numbers, from the trades that were imported."""
import bisect
import functools
from decimal import Decimal, getcontext
from fractions import Fraction

# Sums and products are exact up to so many digits, and no market needs more.
getcontext().prec = 80
LENGTHS = {"1s": 1_000_000, "1m": 60_000_000, "15m": 900_000_000, "1h": 3_600_000_000, "1d": 86_400_000_000, "1w": 604_800_000_000}
SIZES = ("small", "medium", "large")
DATASETS = ("flow", "trade_size", "updownticks", "vtwap", "ohlcv")
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


def in_tape_order(tape):
    """By ids where they order the tape; answers are in the order of time."""
    return sorted(tape.trades, key=lambda trade: trade[1]) if isinstance(tape.trades[0][1], int) else tape.trades


class Sums:
    """What was traded in a bar of one member, or of all together: exact sums."""

    def __init__(self):
        self.coins, self.dollars, self.count = ({"buy": 0, "sell": 0} for _ in range(3))
        self.orders = {(side, size): [0, 0] for side in ("buy", "sell") for size in SIZES}
        self.ticks = {tick: [0, 0] for tick in ("uptick", "downtick", "unchanged")}
        # Open, high, low, close of a coin: of a member as they are, of all together times the coins of each.
        self.prices, self.prices_of_all_trades, self.lowest = None, 0, None

    def trade(self, tape, trade):
        side, price, coins, dollars = trade[2], trade[3] / tape.multiple, base(tape, trade) * tape.multiple, notional(tape, trade)
        self.coins[side] += coins
        self.dollars[side] += dollars
        self.count[side] += 1
        add(self.orders[side, "small" if dollars < 100 else "medium" if dollars < 1000 else "large"], [dollars, 1])
        if self.prices:
            before = self.prices[3]
            add(self.ticks["uptick" if price > before else "downtick" if price < before else "unchanged"], [dollars, 1])
        first, high, low, _ = self.prices or [price] * 4
        self.prices = [first, max(high, price), min(low, price), price]
        self.lowest = self.prices[2]
        self.prices_of_all_trades += price

    def member(self, member):
        for mine, other in [(self.coins, member.coins), (self.dollars, member.dollars), (self.count, member.count)]:
            for side in mine:
                mine[side] += other[side]
        for mine, other in [(self.orders, member.orders), (self.ticks, member.ticks)]:
            for key in mine:
                add(mine[key], other[key])
        self.prices = [mine + price * sum(member.coins.values()) for mine, price in zip(self.prices or [0] * 4, member.prices)]
        self.prices_of_all_trades += member.prices_of_all_trades
        self.lowest = min(self.lowest or member.lowest, member.lowest)


def add(sums, numbers):
    for place, number in enumerate(numbers):
        sums[place] += number


def bars(tapes, names, interval):
    """By bar all that the datasets of a basket are made of, and who and how whole it is."""
    members = {}
    for name in names:
        for trade in in_tape_order(tapes[name]) if name in tapes else []:
            bar = members.setdefault(start_of(trade[0], interval), {})
            if name not in bar:
                bar[name] = Sums()
            bar[name].trade(tapes[name], trade)
    lacking = {name: holes(tapes[name]) for name in names if name in tapes}
    rows = {}
    for start in sorted(members):
        row, stop = Sums(), start + LENGTHS[interval]
        for member in members[start].values():
            row.member(member)
        gap = any(a < stop and b >= start for found in lacking.values() for a, b in found)
        row.tail = {"quality": "gap" if gap else "complete", "revision": 0, "is_open": False,
                    "contributors": " ".join(name for name in names if name in members[start]),
                    "missing": " ".join(name for name in names if name not in tapes or not covered(tapes[name], start, stop))}
        rows[start] = row
    return rows


def digits(tape):
    """Digits after the point of its prices of a coin."""
    return max(max(0, -trade[3].normalize().as_tuple().exponent) for trade in tape.trades) + len(str(tape.multiple)) - 1


def levels(tapes, names, interval, rows):
    """The rows of /v1/footprint, of which `rows` are the bars: levels by the lowest price of all members, in digits of the finest."""
    held = [name for name in names if name in tapes]
    finest = Decimal(1).scaleb(-max(digits(tapes[name]) for name in held))
    step = {start: height(row.lowest, finest) for start, row in rows.items()}
    found = {}
    for name in held:
        tape = tapes[name]
        for trade in tape.trades:
            start = start_of(trade[0], interval)
            place = (start, trade[3] / tape.multiple // step[start] * step[start])
            level = found.setdefault(place, {"buy": [0, 0, 0], "sell": [0, 0, 0]})
            add(level[trade[2]], [base(tape, trade) * tape.multiple, notional(tape, trade), 1])
    return [{"time": start, "price": float(price), "price_to": float(price + step[start]),
             **{f"taker_{side}_{what}": part if what == "count" else float(part)
                for place, what in enumerate(("volume", "notional", "count")) for side, sums in found[start, price].items() for part in [sums[place]]},
             "quality": rows[start].tail["quality"]} for start, price in sorted(found)]


def height(price, finest):
    """Half a basis point of a price, as 1, 2 or 5 times a power of ten, and no less than the last digit."""
    best = power = finest
    while power * 20_000 <= price:
        best = max([best] + [step for step in (power, 2 * power, 5 * power) if step * 20_000 <= price])
        power *= 10
    return best


def over(a, b):
    """The quotient as JSON has it, which has no infinities."""
    return float(Fraction(a) / Fraction(b)) if b else None


def told(dataset, start, row, has_base=True):
    """A row of /v1/bars/{dataset}, column by column."""
    coins, dollars, count = (sum(part.values()) for part in (row.coins, row.dollars, row.count))
    mine = lambda amount: float(amount) if has_base else None
    vwap = over(dollars, coins) if has_base and coins else None
    if dataset == "flow":
        cells = {"taker_buy_notional": float(row.dollars["buy"]), "taker_sell_notional": float(row.dollars["sell"]),
                 "volume_delta_notional": float(row.dollars["buy"] - row.dollars["sell"]), "volume_notional": float(dollars),
                 "taker_buy_count": row.count["buy"], "taker_sell_count": row.count["sell"], "trade_count": count,
                 "taker_buy_volume": mine(row.coins["buy"]), "taker_sell_volume": mine(row.coins["sell"]),
                 "volume_delta": mine(row.coins["buy"] - row.coins["sell"]), "volume": mine(coins), "vwap": vwap}
        for (side, size), (worth, orders) in row.orders.items():
            cells |= {f"taker_{side}_{size}_order_volume": float(worth), f"taker_{side}_{size}_order_count": orders}
    elif dataset == "ohlcv":
        cells = {name: over(price, coins) for name, price in zip(("open", "high", "low", "close"), row.prices)}
        cells |= {"volume": float(coins), "volume_notional": float(dollars), "trade_count": count, "vwap": vwap}
    elif dataset == "vtwap":
        cells = {"vwap": vwap, "twap": over(row.prices_of_all_trades, count), "trade_count": count}
    elif dataset == "updownticks":
        ticks, (worth, known) = row.ticks, (sum(part[place] for part in row.ticks.values()) for place in range(2))
        cells = {f"{tick}_volume": float(part[0]) for tick, part in ticks.items()} | {f"{tick}_count": part[1] for tick, part in ticks.items()}
        cells |= {f"uptick_downtick_{name}_ratio": over(ticks["uptick"][place], ticks["downtick"][place]) for place, name in enumerate(("volume", "count"))}
        cells |= {f"{tick}_volume_percentage": over(part[0], worth) for tick, part in ticks.items()}
        cells |= {f"{tick}_count_percentage": over(part[1], known) for tick, part in ticks.items()} | {"trade_count": count}
    else:
        both = {size: [row.orders["buy", size][place] + row.orders["sell", size][place] for place in range(2)] for size in SIZES}
        cells = {}
        for size, (worth, orders) in both.items():
            cells |= {f"{size}_order_volume": float(worth), f"{size}_order_count": orders}
        cells |= {"volume": mine(coins), "n_trades": count} | {f"{size}_order_count_percentage": over(part[1], count) for size, part in both.items()}
        cells |= {"trade_amount_mean": over(coins, count) if has_base else None}
    return {"time": start} | cells | row.tail
