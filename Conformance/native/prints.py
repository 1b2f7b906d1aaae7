"""Large prints and footprints against exact sums of what was imported, in every format and by pages."""
import json
from decimal import Decimal, getcontext

from formats import FORMATS, by_pandas, by_polars, by_pyarrow, same

# Products and sums are exact up to so many digits, and no market needs more.
getcontext().prec = 80
MINUTE = 60_000_000


def notional(tape, trade):
    return trade[4] * tape.size * (1 if tape.inverse else trade[3])


def width(price, scale):
    """The height of a level as docs/native-api.md has it, by the lowest price of the bar in units of its last digit."""
    units, best, power = int(price * 10**scale), 1, 1
    while power <= units // 20_000:
        best = max([best] + [step for step in (power, 2 * power, 5 * power) if step <= units // 20_000])
        power *= 10
    return Decimal(best).scaleb(-scale)


def large(check, server, tape, draw, quick):
    worth = [notional(tape, trade) for trade in tape.trades]
    sizes = sorted(worth)
    for least in [sizes[-1], sizes[len(sizes) * 99 // 100]] + ([] if quick else [sizes[len(sizes) // 2], sizes[-1] + 1]):
        text = f"{float(least):.2f}"
        limit = Decimal(text)
        wanted = [(time, name, side, float(price), float(quantity), float(size))
                  for (time, name, side, price, quantity), size in zip(tape.trades, worth) if size >= limit]
        path = f"/v1/large?{tape.query}&min_notional={text}&from=0"
        for format in FORMATS:
            status, _, body = server.ask(f"{path}&limit=all&format={format}")
            check.equal(f"{tape.venue} large {format}", status, 200)
            if not wanted and format == "csv":
                continue
            for reader in (by_pandas, by_polars, by_pyarrow):
                found = reader(format, body)
                check(f"{tape.venue}: large of {text} in {format} by {reader.__name__}", same(found, wanted), (len(found), len(wanted), found[:1], wanted[:1]))
        rows, at, limit = [], 0, max(draw.choice([1, 10, 333]), len(wanted) // 50)
        while at is not None:
            page = json.loads(server.ask(path.replace("from=0", f"from={at}") + f"&limit={limit}")[2])
            rows, at = rows + page["trades"], page["next"]
        check(f"{tape.venue}: large of {text} by {limit}", [row["time"] for row in rows] == [row[0] for row in wanted], (len(rows), len(wanted)))
        newest = json.loads(server.ask(f"/v1/large?{tape.query}&min_notional={text}&limit=5")[2])["trades"]
        check(f"{tape.venue}: the newest large of {text}", [row["id"] for row in newest] == [row[1] for row in wanted[-5:]], newest[:2])


def footprint(check, server, tape):
    answer = json.loads(server.ask(f"/v1/footprint?{tape.query}&interval=1m&from=0&limit=all")[2])
    scale = max(max(0, -trade[3].normalize().as_tuple().exponent) for trade in tape.trades)
    bars = {}
    for trade in tape.trades:
        bars.setdefault(trade[0] - trade[0] % MINUTE, []).append(trade)
    wanted = {}
    for start, trades in bars.items():
        step = width(min(trade[3] for trade in trades), scale)
        for trade in trades:
            level = wanted.setdefault((start, trade[3] // step * step), [step, Decimal(0), Decimal(0), Decimal(0), Decimal(0), 0, 0])
            place = 0 if trade[2] == "buy" else 1
            level[1 + place] += trade[4] * tape.size
            level[3 + place] += notional(tape, trade)
            level[5 + place] += 1
    rows = answer["levels"]
    check.equal(f"{tape.venue}: which levels there are", [(row["time"], row["price"]) for row in rows], [(time, float(price)) for time, price in sorted(wanted)])
    for row, key in zip(rows, sorted(wanted)):
        step, *sums = wanted[key]
        cells = [row["price_to"], row["taker_buy_notional"], row["taker_sell_notional"], row["taker_buy_count"], row["taker_sell_count"]]
        good = cells == [float(key[1] + step), float(sums[2]), float(sums[3]), sums[4], sums[5]]
        if not tape.inverse:
            good = good and [row["taker_buy_volume"], row["taker_sell_volume"]] == [float(sums[0]), float(sums[1])]
        if not check(f"{tape.venue}: the level {key}", good, (row, [float(value) for value in sums])):
            return
    tables = [reader(format, server.ask(f"/v1/footprint?{tape.query}&interval=1m&from=0&limit=all&format={format}")[2], "levels")
              for format in FORMATS for reader in (by_pandas, by_polars, by_pyarrow)]
    check(f"{tape.venue}: footprints are one table in all formats", all(same(table, tables[0]) for table in tables))
    pages, at = [], 0
    while at is not None:
        page = json.loads(server.ask(f"/v1/footprint?{tape.query}&interval=1m&from={at}&limit={max(50, len(rows) // 40)}")[2])
        pages, at = pages + page["levels"], page["next"]
    check(f"{tape.venue}: footprints by pages", pages == rows, (len(pages), len(rows)))


def run(check, server, tapes, draw, quick):
    for tape in tapes:
        large(check, server, tape, draw, quick)
        footprint(check, server, tape)
    for query in ("min_notional=-1", "min_notional=x", "min_notional=1e400"):
        check.equal(f"{query} is refused", server.ask(f"/v1/large?venue=binance-spot&symbol=BTCUSDT&{query}")[0], 400)
