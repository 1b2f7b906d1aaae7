#!/usr/bin/env python3
"""Read the tape with Polars, DuckDB and pyarrow as it stands and compare every row with the CSV it came from; put foreign files in its
place and look at what `millrace verify` says.

usage: run.py [--quick]
"""
import glob
import os
import random
import shutil
import sys
import tempfile
import uuid
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Checks, millrace

import duckdb
import polars
import pyarrow.parquet as parquet

START = 1704067200000


def rows(count, rng, kind):
    """Trades in file order: (id, time in ms, price, quantity, side)."""
    time, identity, out = START, 10, []
    for _ in range(count):
        time += rng.choice([0, 0, 1, 5, 86400000 * 2 // count])
        identity += 1 if rng.random() > 0.01 else rng.randint(2, 9)
        name = str(uuid.UUID(int=rng.getrandbits(128))) if kind == "uuid" else identity
        out.append((name, time, Decimal(rng.randint(1, 10**6)) / 100, Decimal(rng.randint(1, 10**8)) / 10**8, rng.choice(["buy", "sell"])))
    return out


def write(path, trades, kind):
    with open(path, "w") as file:
        if kind == "uuid":
            file.write("timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional\n")
            for name, time, price, quantity, side in trades:
                file.write(f"{time // 1000}.{time % 1000:03d},BTCUSDT,{side.title()},{quantity:f},{price:f},PlusTick,{name},1,1,1\n")
        elif kind == "none":
            file.write("time,price,quantity,side\n")
            for _, time, price, quantity, side in trades:
                file.write(f"{time},{price:f},{quantity:f},{side}\n")
        else:
            file.write("time,price,quantity,side,id\n")
            for name, time, price, quantity, side in trades:
                file.write(f"{time},{price:f},{quantity:f},{side},{name}\n")


def check_readers(checks, kind, venue, data, trades):
    """Every row, by every reader, in tape order."""
    pattern = f"{data}/tape/**/*.parquet"
    files = sorted(glob.glob(pattern, recursive=True))
    wanted = [(t * 1000, p, q, 1 if s == "buy" else -1) for _, t, p, q, s in trades]
    names = {"uuid": lambda n: uuid.UUID(n).bytes, "contiguous": int, "none": None}[kind]

    read = []
    for file in files:
        table = parquet.ParquetFile(file, page_checksum_verification=True).read()
        time = [v.value for v in table["time"]]
        read += list(zip(time, table["price"].to_pylist(), table["quantity"].to_pylist(), table["taker_side"].to_pylist()))
        checks.equal(f"{kind}: pyarrow: no arrival times", table["ts_recv"].null_count, table.num_rows)
    checks(f"{kind}: pyarrow reads every row exactly", read == wanted)
    if names:
        ids = [v for file in files for v in parquet.read_table(file, columns=["id"], partitioning=None)["id"].to_pylist()]
        ids = [v.bytes if isinstance(v, uuid.UUID) else v for v in ids]
        checks(f"{kind}: pyarrow reads the ids", ids == [names(t[0]) for t in trades])

    frame = polars.scan_parquet(pattern, hive_partitioning=True).collect()
    checks.equal(f"{kind}: polars counts", len(frame), len(trades))
    checks.equal(f"{kind}: polars sums prices", frame["price"].sum(), sum(t[2] for t in trades))
    checks.equal(f"{kind}: polars sums quantities", frame["quantity"].sum(), sum(t[3] for t in trades))
    checks.equal(f"{kind}: polars sees the partitions", set(frame["exchange"].to_list()), {venue})

    row = duckdb.sql(
        f"select count(*), sum(price), sum(quantity), sum(taker_side), epoch_us(min(time)), epoch_us(max(time)), any_value(symbol) "
        f"from read_parquet('{pattern}', hive_partitioning = true)").fetchall()[0]
    checks.equal(
        f"{kind}: duckdb", row,
        (len(trades), sum(t[2] for t in trades), sum(t[3] for t in trades), sum(w[3] for w in wanted), wanted[0][0], wanted[-1][0], "BTCUSDT"))


def check_foreign(checks, data):
    """What another writer leaves in a tape's place is found, and what is wrong with its rows is said."""
    file = sorted(glob.glob(f"{data}/tape/**/*.parquet", recursive=True))[0]
    shutil.copy(file, file + ".kept")
    os.rename(file + ".kept", data + "/kept")
    table = parquet.ParquetFile(file).read()
    import pyarrow
    for what, changed in {
        "duplicate": pyarrow.concat_tables([table.slice(0, 10), table.slice(9)]),
        "unknown hole": pyarrow.concat_tables([table.slice(0, 10), table.slice(17)]),
        "wrong order": pyarrow.concat_tables([table.slice(5, 5), table.slice(0, 5), table.slice(10)]),
    }.items():
        parquet.write_table(changed, file)
        done = millrace("verify", "--data", data)
        checks(f"verify names a {what} in a file that another writer left", done.status == 1 and what in done.stdout, done.stdout)
    shutil.copy(data + "/kept", file)
    os.remove(data + "/kept")
    checks.equal("verify is content again", millrace("verify", "--data", data).status, 0)


def main():
    quick = "--quick" in sys.argv
    seed = int(os.environ.get("SEED", random.randrange(2**32)))
    print(f"lake: seed {seed}")
    rng = random.Random(seed)
    checks = Checks("lake")
    with tempfile.TemporaryDirectory() as scratch:
        for kind, venue in [("contiguous", "binance-spot"), ("uuid", "bybit-linear"), ("none", "bybit-spot")]:
            trades = rows(20_000 if quick else 700_000, rng, kind)
            csv, data = f"{scratch}/{kind}.csv", f"{scratch}/{kind}"
            write(csv, trades, kind)
            done = millrace("import", csv, "--data", data, "--venue", venue, "--symbol", "BTCUSDT", "--report", "json")
            if not checks(f"{kind}: import", done.status == 0, done.stderr):
                continue
            checks.equal(f"{kind}: rows", done.report["rows"], len(trades))
            check_readers(checks, kind, venue, data, trades)
            checks.equal(f"{kind}: verify", millrace("verify", "--data", data).status, 0)
            if kind == "contiguous":
                check_foreign(checks, data)
    checks.finish()


main()
