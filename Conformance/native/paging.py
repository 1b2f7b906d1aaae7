"""Pages hold each trade once, whatever their size and wherever they begin, and none ends within a millisecond."""
import json


def walk(server, tape, limit, begin, end):
    """All rows of [begin, end) by pages, and the sizes of the pages."""
    rows, sizes, at = [], [], begin
    while at is not None:
        status, headers, body = server.ask(f"/v1/trades?{tape.query}&from={at}&to={end}&limit={limit}")
        if status != 200:
            return rows, sizes, f"{status} {body[:200]}"
        page = json.loads(body)
        rows += [(row["time"], row["id"], row["side"], row["price"], row["quantity"]) for row in page["trades"]]
        sizes.append(len(page["trades"]))
        if str(page["next"]) != str(headers.get("X-Next")) and not (page["next"] is None and headers.get("X-Next") is None):
            return rows, sizes, "X-Next is another"
        if page["next"] is not None and page["next"] % 1000 != 0:
            return rows, sizes, "a page ends within a millisecond"
        if page["next"] is not None and page["next"] <= at:
            return rows, sizes, "a page does not advance"
        at = page["next"]
    return rows, sizes, None


def run(check, server, tapes, draw, rounds):
    for tape in tapes:
        first, last = tape.trades[0][0], tape.trades[-1][0]
        for _ in range(rounds):
            length = draw.choice([1000, 60_000_000, 3_600_000_000, last - first + 2])
            begin = draw.randint(first - 1000, last)
            if draw.random() < 0.5:
                begin -= begin % 1000
            end = min(begin + length, last + 2000)
            wanted = [(time, name, side, float(price), float(quantity)) for time, name, side, price, quantity in tape.trades if begin <= time < end]
            limit = draw.choice([1, 2, 7, 100, 1000, 20_000])
            if len(wanted) > 200 * limit:
                limit = len(wanted) // 200 + 1
            rows, sizes, fault = walk(server, tape, limit, begin, end)
            what = f"{tape.venue}: from {begin} to {end} by {limit}"
            check(f"{what}: {fault}", fault is None)
            check(f"{what}: every trade once, in order", rows == wanted, (len(rows), len(wanted)))
            check(f"{what}: pages are full", all(size >= limit for size in sizes[:-1]), sizes[:10])
        newest = json.loads(server.ask(f"/v1/trades?{tape.query}&limit=50")[2])["trades"]
        check(f"{tape.venue}: without from the newest are given", len(newest) >= 50 and newest[-1]["time"] == last
              and len(newest) == sum(time >= newest[0]["time"] for time, *_ in tape.trades), len(newest))
