"""A basket's tables against exact sums of what was imported, in every format and by pages."""
import json
import math
from decimal import Decimal

import sums
from formats import FORMATS, by_pandas, by_polars, by_pyarrow, same


def ask(server, path):
    status, headers, body = server.ask(path)
    return json.loads(body) if status == 200 else {"status": status, "body": body, "bars": [], "trades": [], "next": None}


def bars(check, server, tapes, name, members, base, interval):
    wanted = sums.bars(tapes, members, interval)
    for dataset in sums.DATASETS:
        path = f"/v1/bars/{dataset}?venue=basket&symbol={name}&interval={interval}&from=0&limit=all"
        if not base and dataset in ("ohlcv", "vtwap"):
            check(f"{path}: a basket of several coins has no price", server.ask(path)[0] == 400, server.ask(path))
            continue
        answer = ask(server, path)
        what = f"{name} {interval} {dataset}"
        check.equal(f"{what}: members", answer.get("members"), members)
        check.equal(f"{what}: who has no tape", answer.get("missing"), [member for member in members if member not in tapes])
        check.equal(f"{what}: which bars there are", [row["time"] for row in answer["bars"]], list(wanted))
        for row, (start, sum) in zip(answer["bars"], wanted.items()):
            cells = sums.told(dataset, start, sum, base)
            if not check(f"{what}: the bar of {start}", row == cells and list(row) == list(cells), [(key, row.get(key), cells[key]) for key in cells if row.get(key) != cells[key]]):
                break
            if dataset == "ohlcv":
                check(f"{what}: prices are in order at {start}", row["low"] <= min(row["open"], row["close"]) <= max(row["open"], row["close"]) <= row["high"], row)
    delta(check, server, tapes, name, base, interval, wanted)
    path = f"/v1/footprint?venue=basket&symbol={name}&interval={interval}&from=0&limit=all"
    if not base:
        status, _, body = server.ask(path)
        check(f"{path}: several coins have no levels of price", status == 400 and b"several" in body, body)
    elif interval in ("1m", "1h"):
        found, cells = ask(server, path).get("levels", []), sums.levels(tapes, members, interval, wanted)
        check(f"{path}", found == cells, next(((a, b) for a, b in zip(found, cells) if a != b), (len(found), len(cells))))


def chosen(check, server, name, base):
    """Some columns are those of all, in the order of the table; what is no column of a basket is said."""
    of = f"venue=basket&symbol={name}&interval=1m&from=0&limit=all"
    for dataset, names in (("flow", "missing,volume_delta_notional,contributors"), ("updownticks", "uptick_volume"), ("ohlcv", "quality,close,is_open,revision")):
        if not base and dataset == "ohlcv":
            continue
        whole = ask(server, f"/v1/bars/{dataset}?{of}")["bars"]
        wanted = [{key: row[key] for key in row if key == "time" or key in names.split(",")} for row in whole]
        found = ask(server, f"/v1/bars/{dataset}?{of}&fields={names}")["bars"]
        check(f"{name}: {names} of {dataset}", found == wanted and [list(row) for row in found] == [list(row) for row in wanted] and found,
              next(((a, b) for a, b in zip(found, wanted) if a != b), (len(found), len(wanted))))
    status, _, body = server.ask(f"/v1/bars/flow?{of}&fields=flow_entropy")
    check(f"{name}: a column that only instruments have is refused", status == 400 and b"contributors" in body, (status, body[:200]))


def delta(check, server, tapes, name, base, interval, wanted):
    what, coins, dollars = f"{name} {interval} CVD", Decimal(0), Decimal(0)
    found = ask(server, f"/v1/cvd?venue=basket&symbol={name}&interval={interval}&from=0&limit=all")["bars"]
    check.equal(f"{what}: the same bars", [row["time"] for row in found], list(wanted))
    for row, (start, sum) in zip(found, wanted.items()):
        whole = sums.told("flow", start, sum, base)
        coins, dollars = coins + sum.coins["buy"] - sum.coins["sell"], dollars + sum.dollars["buy"] - sum.dollars["sell"]
        cells = {key: whole[key] for key in ("time", "volume_delta", "volume_delta_notional", *sum.tail)}
        cells |= {"cvd": float(coins) if base else None, "cvd_notional": float(dollars)}
        if not check(f"{what} at {start}", row == cells, (row, cells)):
            return


def formats(check, server, path, rows):
    """All formats are one table; in CSV a text that is empty is nothing, and one of digits a number; JSON has no infinities."""
    tables = {}
    for format in FORMATS:
        status, _, body = server.ask(f"{path}&format={format}")
        if not check.equal(f"{path} {format}", status, 200):
            return
        for reader in (by_pandas, by_polars, by_pyarrow):
            tables[format, reader.__name__] = [tuple(None if cell in ("", math.inf) else str(cell) if rows == "trades" and place == 3 and cell is not None else cell for place, cell in enumerate(row))
                                               for row in reader(format, body, rows)]
    first = tables["arrow", "by_pyarrow"]
    for (format, reader), table in tables.items():
        check(f"{path}: {format} {reader} is the same table", same(table, first) and len(first) > 0,
              next(((a, b) for a, b in zip(table, first) if a != b), (len(table), len(first))))


def trades(check, server, tapes, name, members, draw, rounds):
    rows = sums.merged(tapes, members)
    for turn in range(rounds):
        anchor = draw.choice(rows)[1][0]
        begin = anchor - draw.choice([0, 1, 500_000, 60_000_000])
        end = begin + draw.choice([2000, 1_000_000, 120_000_000, 7_200_000_000])
        wanted = [sums.cells(tapes, member, trade) for member, trade in sums.merged(tapes, members, begin, end)]
        limit = max(draw.choice([1, 7, 300, 20_000]), len(wanted) // 40 + 1)
        found, at = [], begin
        while at is not None:
            page = ask(server, f"/v1/trades?venue=basket&symbol={name}&from={at}&to={end}&limit={limit}")
            found += [tuple(row.values()) for row in page["trades"]]
            if page["next"] is not None and (page["next"] % 1000 or page["next"] <= at or len(page["trades"]) < limit):
                check(f"{name}: a page of {limit} from {at} ends well", False, page["next"])
                break
            at = page["next"]
        check(f"{name}: trades from {begin} to {end} by {limit}", found == wanted, next(((a, b) for a, b in zip(found, wanted) if a != b), (len(found), len(wanted))))
    newest = ask(server, f"/v1/trades?venue=basket&symbol={name}&limit=50")["trades"]
    last = [sums.cells(tapes, member, trade) for member, trade in rows if trade[0] >= newest[0]["time"]]
    check(f"{name}: the newest trades", [tuple(row.values()) for row in newest] == last and 50 <= len(newest) < 1000, (len(newest), newest[:1], last[:1]))

def large(check, server, tapes, name, members):
    rows = [sums.cells(tapes, member, trade) for member, trade in sums.merged(tapes, members)]
    least = f"{sorted(row[7] for row in rows)[-min(len(rows), 400)]:.2f}"
    wanted = [sums.cells(tapes, member, trade) for member, trade in sums.merged(tapes, members) if sums.notional(tapes[member], trade) >= Decimal(least)]
    path = f"/v1/large?venue=basket&symbol={name}&min_notional={least}"
    found = [tuple(row.values()) for row in ask(server, f"{path}&from=0&limit=all")["trades"]]
    check(f"{name}: large of {least}", found == wanted, (len(found), len(wanted), found[:1], wanted[:1]))
    paged, at = [], 0
    while at is not None:
        page = ask(server, f"{path}&from={at}&limit=37")
        paged, at = paged + [tuple(row.values()) for row in page["trades"]], page["next"]
    check(f"{name}: large by pages", paged == wanted, (len(paged), len(wanted)))
    newest = [tuple(row.values()) for row in ask(server, f"{path}&limit=5")["trades"]]
    check(f"{name}: the newest large", newest == wanted[-5:], newest[:1])


def pages(check, server, name, base, draw, rounds):
    for path in ("/v1/bars/flow", "/v1/cvd") + (("/v1/bars/ohlcv", "/v1/footprint") if base else ()):
        rows = "levels" if path == "/v1/footprint" else "bars"
        whole = ask(server, f"{path}?venue=basket&symbol={name}&interval=1m&from=0&limit=all")[rows]
        for _ in range(rounds):
            begin, limit = draw.choice(whole)["time"], max(draw.choice([1, 5, 211]), len(whole) // 30)
            anchor = "&since=0" if path == "/v1/cvd" else ""
            found, at = [], begin
            while at is not None:
                page = ask(server, f"{path}?venue=basket&symbol={name}&interval=1m&from={at}&limit={limit}{anchor}")
                found, at = found + page[rows], page["next"]
            check(f"{name}: {path} from {begin} by {limit}", found == [row for row in whole if row["time"] >= begin], len(found))
        newest = ask(server, f"{path}?venue=basket&symbol={name}&interval=1m&limit=6")[rows]
        good = [row["time"] for row in newest] == [row["time"] for row in whole[-6:]]
        check(f"{name}: {path} without from", good and (newest == whole[-6:] if path != "/v1/cvd" else newest[0]["cvd_notional"] == newest[0]["volume_delta_notional"]))


def run(check, server, tapes, name, members, base, draw, quick):
    for interval in ("1m", "1w") if quick else sums.LENGTHS:
        bars(check, server, tapes, name, members, base, interval)
    chosen(check, server, name, base)
    trades(check, server, tapes, name, members, draw, 6 if quick else 60)
    large(check, server, tapes, name, members)
    pages(check, server, name, base, draw, 2 if quick else 20)
    first = sums.merged(tapes, members)[0][1][0]
    formats(check, server, f"/v1/trades?venue=basket&symbol={name}&from={first}&limit=2000", "trades")
    for dataset in ("flow", "ohlcv" if base else "updownticks") if quick else sums.DATASETS[:5 if base else 3]:
        formats(check, server, f"/v1/bars/{dataset}?venue=basket&symbol={name}&from={first}&limit=300&interval=1m", "bars")
    if base:
        formats(check, server, f"/v1/footprint?venue=basket&symbol={name}&from={first}&limit=900&interval=1m", "levels")
    formats(check, server, f"/v1/cvd?venue=basket&symbol={name}&from={first}&limit=300&interval=1m", "bars")
