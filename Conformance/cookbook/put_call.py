"""Put/call history: ratios of the publisher's own file, and percentiles by counting."""
import csv
import datetime
import math
import os
import re

import make_lake
from rerun import again, close_to


def check_page(check, names, context):
    made_up = os.path.join(context.scratch, "put-call.csv")
    make_lake.put_call(made_up)
    with open(made_up) as file:
        index = [row for row in csv.DictReader(file) if row["market"] == "US_INDEX"]
    rows = {row["date"]: (int(row["call_volume"]), int(row["put_volume"])) for row in index}
    percentiles(check, "made up", names, rows)
    archive = next((path for path in context.found["put-call"] if path.endswith("indexpc.csv")), None)
    if archive:
        rows = {}
        with open(archive, encoding="utf-8-sig") as file:
            for row in csv.reader(file):
                if row and re.fullmatch(r"\d+/\d+/\d{4}", row[0]):
                    rows[str(datetime.datetime.strptime(row[0], "%m/%d/%Y").date())] = int(row[1]), int(row[2])
        names = again("put-call-history", context.recorded)
        check.equal("put/call, Cboe: days of the recording", len(rows), 3253)
        percentiles(check, "Cboe", names, rows)


def percentiles(check, label, names, rows):
    days = sorted(rows)
    ratios = [rows[day][1] / rows[day][0] for day in days]
    expected = []
    for i in range(len(days)):
        year = ratios[max(0, i - names["DAYS"] + 1):i + 1]
        expected.append(100 * sum(ratio <= ratios[i] for ratio in year) / len(year) if len(year) >= names["LEAST"] else None)
    history = names["history"]
    check.equal(f"put/call, {label}: days", list(history.index), days)
    check.equal(f"put/call, {label}: ratios", history["ratio"].tolist(), ratios)
    got = [None if math.isnan(value) else value for value in history["percentile"]]
    wrong = [(day, a, b) for day, a, b in zip(days, got, expected) if (a is None) != (b is None) or a is not None and not close_to(a, b)]
    check(f"put/call, {label}: percentiles", not wrong, wrong[:3])
    check(f"put/call, {label}: spells are some of the high days", 0 < len(names["spells"]) <= names["high"], names["spells"])
