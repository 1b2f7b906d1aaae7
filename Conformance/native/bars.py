"""Bars and CVD against exact sums of what was imported, in every format, by pages, and after a repair."""
import json
import os
from decimal import Decimal, getcontext

from formats import FORMATS, by_pandas, by_polars, by_pyarrow, same
from tapes import START, import_file, write

# Sums and products are exact up to so many digits, and no market needs more.
getcontext().prec = 80
LENGTHS = {"1s": 1_000_000, "1m": 60_000_000, "1h": 3_600_000_000, "1d": 86_400_000_000}


def exact(tape, interval):
    """By bar: open, high, low, close, base, notional, count, delta of base, delta of notional; base is None of inverse contracts.

    Open and close are those of the tape, whose order is that of ids.
    """
    length, bars = LENGTHS[interval], {}
    rows = sorted(tape.trades, key=lambda trade: trade[1]) if isinstance(tape.trades[0][1], int) else tape.trades
    for time, _, side, price, quantity in rows:
        bar = bars.setdefault(time - time % length, [price, price, price, price, Decimal(0), Decimal(0), 0, Decimal(0), Decimal(0)])
        units = quantity * tape.size
        base, notional = (None, units) if tape.inverse else (units, units * price)
        sign = 1 if side == "buy" else -1
        bar[1], bar[2], bar[3], bar[6] = max(bar[1], price), min(bar[2], price), price, bar[6] + 1
        bar[5] += notional
        bar[8] += sign * notional
        if base is not None:
            bar[4] += base
            bar[7] += sign * base
    return dict(sorted(bars.items()))


def ask(server, path):
    status, headers, body = server.ask(path)
    return json.loads(body) if status == 200 else {"status": status, "bars": [], "next": None, "body": body}


def chosen(check, server, tape):
    """Some columns of a dataset are those of all, whatever the format; what is no column is said."""
    of = f"{tape.query}&interval=1m&from=0&limit=all"
    for dataset, names in (("flow", "quality,taker_buy_volume"), ("ohlcv", "close"), ("returns", "realized_vol,is_open,revision,time")):
        whole = ask(server, f"/v1/bars/{dataset}?{of}")["bars"]
        wanted = ["time"] + [name for name in whole[0] if name in names.split(",") and name != "time"]
        rows = [tuple(row[name] for name in wanted) for row in whole]
        for format in FORMATS:
            body = server.ask(f"/v1/bars/{dataset}?{of}&fields={names}&format={format}")[2]
            for reader in (by_pandas, by_polars, by_pyarrow):
                check(f"{tape.venue}: {names} of {dataset} as {format} by {reader.__name__[3:]}", same(reader(format, body, "bars"), rows))
        page = ask(server, f"/v1/bars/{dataset}?{tape.query}&interval=1m&limit=3&fields={names}")["bars"]
        check.equal(f"{tape.venue}: {names} of the newest bars", [tuple(row.values()) for row in page], rows[-3:])
    for names in (",", "open", "taker_buy_volume,nonsense"):
        status, _, body = server.ask(f"/v1/bars/flow?{tape.query}&fields={names}")
        check(f"fields={names} is refused", status == 400 and b"fields" in body, (status, body[:200]))


def candles(check, server, tape, interval):
    wanted = exact(tape, interval)
    answer = ask(server, f"/v1/bars/ohlcv?{tape.query}&interval={interval}&from=0&limit=all")
    found = answer["bars"]
    what = f"{tape.venue} {interval}"
    check.equal(f"{what}: which bars there are", [row["time"] for row in found], list(wanted))
    for row, bar in zip(found, wanted.values()):
        cells = [row["open"], row["high"], row["low"], row["close"], row["volume_notional"], row["trade_count"], row["quality"], row["revision"], row["is_open"]]
        good = cells == [*(float(value) for value in bar[:4]), float(bar[5]), bar[6], "complete", 0, False]
        if not check(f"{what}: the bar of {row['time']}", good and (tape.inverse or row["volume"] == float(bar[4])), (row, [str(v) for v in bar])):
            return
    sums, base, notional = ask(server, f"/v1/cvd?{tape.query}&interval={interval}&from=0&limit=all")["bars"], Decimal(0), Decimal(0)
    check.equal(f"{what}: CVD has the same bars", [row["time"] for row in sums], list(wanted))
    for row, bar in zip(sums, wanted.values()):
        base, notional = base + bar[7], notional + bar[8]
        good = [row["volume_delta_notional"], row["cvd_notional"]] == [float(bar[8]), float(notional)]
        if not tape.inverse:
            good = good and [row["volume_delta"], row["cvd"]] == [float(bar[7]), float(base)]
        if not check(f"{what}: CVD at {row['time']}", good, (row, float(base), float(notional))):
            return


def formats(check, server, tape, dataset):
    """All formats are one table, infinities aside, which JSON has no number for."""
    tables = {}
    for format in FORMATS:
        status, _, body = server.ask(f"/v1/bars/{dataset}?{tape.query}&interval=1m&from=0&limit=all&format={format}")
        if not check.equal(f"{tape.venue} {dataset} {format}", status, 200):
            return
        for reader in (by_pandas, by_polars, by_pyarrow):
            rows = reader(format, body, "bars")
            tables[format, reader.__name__] = [tuple(None if isinstance(cell, float) and abs(cell) == float("inf") else cell for cell in row) for row in rows]
    first = tables["arrow", "by_pyarrow"]
    check(f"{tape.venue} {dataset}: there are bars", len(first) > 4, len(first))
    for (format, reader), rows in tables.items():
        check(f"{tape.venue} {dataset}: {format} {reader} is the same table", same(rows, first),
              next(((a, b) for a, b in zip(rows, first) if a != b), (len(rows), len(first))))


def pages(check, server, tape, draw, rounds):
    whole = ask(server, f"/v1/bars/flow?{tape.query}&interval=1m&from=0&limit=all")["bars"]
    sums = ask(server, f"/v1/cvd?{tape.query}&interval=1m&from=0&limit=all")["bars"]
    for _ in range(rounds):
        limit = draw.choice([1, 3, 50, 997])
        limit = max(limit, len(whole) // 60)
        begin = whole[draw.randrange(len(whole))]["time"]
        for path, all_rows in [("/v1/bars/flow", whole), (f"/v1/cvd", sums)]:
            rows, at = [], begin
            anchor = "&since=0" if path == "/v1/cvd" else ""
            while at is not None:
                page = ask(server, f"{path}?{tape.query}&interval=1m&from={at}&limit={limit}{anchor}")
                rows, at = rows + page["bars"], page["next"]
            check(f"{tape.venue} {path} from {begin} by {limit}", rows == [row for row in all_rows if row["time"] >= begin], len(rows))
    newest = ask(server, f"/v1/bars/flow?{tape.query}&interval=1m&limit=20")["bars"]
    last = ask(server, f"/v1/cvd?{tape.query}&interval=1m&limit=7")["bars"]
    check(f"{tape.venue}: without from CVD begins with the first bar that is told", len(last) == min(7, len(sums)) and last[0]["cvd"] == last[0]["volume_delta"]
          and [row["time"] for row in last] == [row["time"] for row in sums[-7:]], last[:2])
    check(f"{tape.venue}: without from the newest bars are given", newest == whole[-20:], (len(newest), newest[:1]))


def repaired(check, server, folder, lake):
    """A hole is seen in its bars, and after an import has filled it so is the repair."""
    trades = [(START * 1000 + second * 1_000_000, second + 1, "buy", Decimal(100), Decimal(1)) for second in range(600)]
    holed, whole = os.path.join(folder, "holed.csv"), os.path.join(folder, "whole.csv")
    write(holed, [trade for trade in trades if not 130 <= trade[1] <= 140], "contiguous")
    write(whole, trades, "contiguous")
    import_file(holed, lake, "binance-futures", "HOLEUSDT")
    path = "/v1/bars/ohlcv?venue=binance-futures&symbol=HOLEUSDT&interval=1m&from=0"
    rows = ask(server, path)["bars"]
    check.equal("a hole is in its bar", [(row["quality"], row["revision"]) for row in rows], [("complete", 0)] * 2 + [("gap", 0)] + [("complete", 0)] * 7)
    tag = server.ask(path)[1]["ETag"]
    import_file(whole, lake, "binance-futures", "HOLEUSDT")
    rows = ask(server, path)["bars"]
    check.equal("a repair is in it as well", [(row["quality"], row["revision"], row["trade_count"]) for row in rows],
                [("complete", 0, 60)] * 2 + [("repaired", 1, 60)] + [("complete", 0, 60)] * 7)
    check.equal("and the entity tag is another", server.ask(path, {"If-None-Match": tag})[0], 200)


def run(check, server, tapes, draw, folder, lake, quick):
    for tape in tapes:
        for interval in LENGTHS if not quick else ("1m", "1h"):
            candles(check, server, tape, interval)
        for dataset in ("flow", "ohlcv") if quick else ("flow", "trade_size", "impact", "range", "updownticks", "run_structure", "returns", "vtwap", "ohlcv"):
            formats(check, server, tape, dataset)
        chosen(check, server, tape)
        pages(check, server, tape, draw, 2 if quick else 20)
    repaired(check, server, folder, lake)
    for query, status, word in [("nope?venue=a&symbol=b", 404, "dataset"), ("flow?venue=binance-spot&symbol=BTCUSDT&interval=7m", 400, "interval"),
                                ("flow?venue=binance-spot&symbol=BTCUSDT&limit=50001", 400, "limit"), ("flow?venue=binance-spot&symbol=NO", 404, "instruments")]:
        found, _, body = server.ask("/v1/bars/" + query)
        check(f"{query} is {status}", found == status and word.encode() in body, (found, body))
