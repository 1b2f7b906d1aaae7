"""Open interest against price, by bisection in the readings and the trades of the venue's own files."""
import bisect
import csv
import datetime
import gzip
import io
import os
import zipfile
from decimal import ROUND_HALF_UP, Decimal

import make_lake
from harness import millrace
from lake_pages import micros
from rerun import again

HOUR = 3_600_000_000


def quadrants(check, label, names, readings, trades, start, hours):
    """Counts and sums of the quadrants by bisection in lists."""
    table = {row[0]: row[1:4] for row in names["connection"].execute("SELECT quadrant, hours, coins, price FROM quadrants").fetchall()}
    def at(rows, keys, moment):
        i = bisect.bisect_right(keys, moment) - 1
        return rows[i][1] if i >= 0 and moment - rows[i][0] <= 900_000_000 else None
    reading_times, trade_times = [row[0] for row in readings], [row[0] for row in trades]
    moments = range(start, start + (hours + 1) * HOUR, HOUR)
    states = [(at(readings, reading_times, moment), at(trades, trade_times, moment)) for moment in moments]
    expected = {}
    for before, after in zip(states, states[1:]):
        if None in before + after or before[0] == after[0] or before[1] == after[1]:
            continue
        up, more = after[1] > before[1], after[0] > before[0]
        name = ("longs open" if more else "shorts cover") if up else ("shorts open" if more else "longs close")
        old = expected.get(name, (0, 0, 0))
        expected[name] = old[0] + 1, old[1] + after[0] - before[0], old[2] + after[1] - before[1]
    check.equal(f"quadrants, {label}", table, expected)
    check(f"quadrants, {label}: most hours are in one", sum(row[0] for row in expected.values()) > hours // 3, expected)


def swap_trades(scratch, days):
    """(time, price) of the simulated swap of OKX, from its dumps, the last of each moment."""
    folder, rows = os.path.join(scratch, "swap"), []
    for day in days:
        done = millrace("simulate", "dump", "--venue", "okx-perps", "--symbol", "BTC-USDT-SWAP", "--day", day, "--seed", make_lake.SEED,
                        "--rate", make_lake.RATE, "--output", folder)
        with zipfile.ZipFile(done.stdout.strip()) as archive:
            for row in csv.DictReader(io.TextIOWrapper(archive.open(archive.namelist()[0]), errors="replace")):
                rows.append((int(row["trade_id"]), int(row["created_time"]) * 1000, Decimal(row["price"])))
    last = {time: price for _, time, price in sorted(rows)}
    return sorted(last.items()), [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if not name.endswith(".CHECKSUM")]


def readings(paths, symbol):
    rows = {}
    for path in paths:
        with (gzip.open if path.endswith(".gz") else open)(path, "rt") as file:
            for row in csv.DictReader(file):
                if row["symbol"] == symbol:
                    # The lake has eight decimals; what is beyond them is an exchange's floating point.
                    rows[int(row["timestamp_ms"]) * 1000] = Decimal(row["oi_value"]).quantize(Decimal("1e-8"), ROUND_HALF_UP)
    return sorted(rows.items())


def check_page(check, names, context):
    made_up = os.path.join(context.scratch, "okx.csv")
    make_lake.open_interest(made_up)
    trades, _ = swap_trades(context.scratch, make_lake.MARKETS[2][2])
    start = micros(make_lake.START)
    quadrants(check, "made up", names, readings([made_up], "BTC-USDT-SWAP"), trades, start, 48)
    if context.found["interest"]:
        # No trades of those days are recorded: the simulated ones are there to check the arithmetic, holes and all, and mean nothing.
        days = len(context.found["interest"]) - 1
        trades, dumps = swap_trades(context.scratch, ["2025-09-02", "2025-09-03", "2025-09-04", "2025-09-05"][:days + 1])
        dumps = [path for path in dumps if "2025-09" in path]
        done = millrace("import", *dumps, "--data", context.recorded, "--venue", "okx-perps", "--symbol", "BTC-USDT-SWAP", "--quiet")
        check.equal("quadrants, recorded: import", done.status, 0)
        names = again("open-interest-and-price", context.recorded, START="2025-09-02", UNTIL=f"2025-09-0{2 + days}")
        start = micros(datetime.datetime(2025, 9, 2, tzinfo=datetime.timezone.utc))
        quadrants(check, "recorded interest", names, readings(context.found["interest"], "BTC-USDT-SWAP"), trades, start, 24 * days)
