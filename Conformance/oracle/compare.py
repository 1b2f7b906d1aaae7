"""Reads what `millrace bars` writes, and compares it to the oracle's rows bit by bit."""
import csv
import datetime
import json
import math
import struct

from flow_fractions import APERIODIC, STATISTICAL

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def read_csv(path):
    def cell(name, text):
        if text == "":
            return None
        if name == "quality":
            return text
        return int(text) if name.endswith("_count") else float(text)
    with open(path, newline="") as file:
        for record in csv.DictReader(file):
            time = datetime.datetime.fromisoformat(record.pop("time").replace("Z", "+00:00")) - EPOCH
            yield {"time": time // datetime.timedelta(microseconds=1), **{k: cell(k, v) for k, v in record.items()}}


def read_json(path):
    with open(path) as file:
        for line in file:
            record = json.loads(line)
            record["time"] *= 1000
            yield record


def read_columnar(path, arrow):
    import pyarrow
    import pyarrow.parquet
    if arrow:
        with open(path, "rb") as file:
            table = pyarrow.ipc.open_stream(file).read_all()
    else:
        table = pyarrow.parquet.read_table(path)
    assert table.schema.field("time").type == pyarrow.timestamp("us"), table.schema.field("time")
    table = table.set_column(table.schema.get_field_index("time"), "time", table["time"].cast(pyarrow.int64()))
    return table.to_pylist()


def read(path, form):
    if form == "csv":
        return list(read_csv(path))
    if form == "json":
        return list(read_json(path))
    return list(read_columnar(path, form == "arrow"))


def same(name, ours, oracle, form):
    if form == "json" and isinstance(oracle, float) and math.isinf(oracle):
        oracle = None                   # JSON has no infinities
    if oracle is None or ours is None:
        return ours is oracle
    if name in STATISTICAL:
        return math.isclose(ours, oracle, rel_tol=STATISTICAL[name], abs_tol=1e-13)
    if isinstance(oracle, float):
        # JSON writes 3.0 as 3.0 or 3; minus zero does not occur.
        return struct.pack("<d", float(ours)) == struct.pack("<d", oracle)
    return ours == oracle


def differences(ours, oracle, form, limit=5):
    """The first differences, in words; none means equal to the last bit."""
    found = []
    if ours:
        missing = [name for name in APERIODIC if name not in ours[0]]
        if missing:
            return [f"columns are missing: {', '.join(missing)}"]
        if list(ours[0])[:37] != ["time"] + APERIODIC:
            found.append("the first columns are not `time` and Aperiodic's 36 in their order")
    if len(ours) != len(oracle):
        found.append(f"{len(ours)} rows, the oracle has {len(oracle)}")
    for mine, theirs in zip(ours, oracle):
        for name, expected in theirs.items():
            if name in mine and not same(name, mine[name], expected, form):
                found.append(f"time {theirs['time']}: {name} is {mine[name]!r}, the oracle says {expected!r}")
                if len(found) >= limit:
                    return found
    return found
