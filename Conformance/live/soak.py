#!/usr/bin/env python3
"""Records a simulated market at full rate for a long time, with faults now and then: memory stays flat, and the tape is the venues' own.

usage: soak.py [--minutes N] [--rate ORDERS_A_SECOND] [--seed N]

The server's resident memory is measured each second. After a warm-up a line is fitted to the least of each minute: how much it says that
memory has grown until the end, and the most that it ever was, have bounds. Then the recording is sealed and compared with the venues' dumps.
"""
import argparse
import glob
import os
import random
import socket
import statistics
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import duckdb

from clock import ShiftedClock
from harness import Checks, millrace
from market import INSTRUMENTS, SECOND, day_of, market, recording
from serving import Serving
from simulating import Simulator

# What the fitted line may rise by from the end of the warm-up to the end, and the most that may ever be used, in MiB.
GROWTH, MOST = 16, 700
FAULTS = ["drop", "half", "storm for=1s every=300ms", "gap for=200ms", "duplicate for=1s", "reorder for=1s", "mute for=1s"]


def faults(draw, seconds):
    """A misbehaviour of one venue about every half minute, none in the last minute."""
    words, at = [], 20.0
    while at < seconds - 60:
        instrument, fault = draw.choice(INSTRUMENTS), draw.choice(FAULTS)
        # What a venue whose ids tell nothing leaves out while it is connected nobody can know (docs/live.md).
        if instrument.has_ids or not fault.startswith(("gap", "mute")):
            words += ["--fault", f"+{at:.1f}s {fault} venue={instrument.venue}"]
        at += draw.uniform(10, 50)
    return words


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def seconds_used(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def subscriber(address, stop):
    """Reads trades and bars as they come and lets them fall."""
    topics = ",".join(f"{kind}:{each.venue}:{each.symbol}{more}" for each in INSTRUMENTS
                      for kind, more in (("trades", ""), ("bars", ":1m"), ("gaps", "")))
    with socket.create_connection(address) as connection:
        connection.sendall(f"GET /v1/stream?topics={topics} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        connection.settimeout(1)
        while not stop.is_set():
            try:
                if not connection.recv(1 << 20):
                    return
            except TimeoutError:
                pass


def measure(server, seconds):
    """Resident memory each second, while somebody asks and follows."""
    stop = threading.Event()
    thread = threading.Thread(target=subscriber, args=(server.address, stop))
    time.sleep(3)
    thread.start()
    samples, began = [], time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        samples.append((passed, resident(server.process.pid)))
        if int(passed) % 30 == 0:
            rates = [f"{each['venue']} {each['trades']:,}" for each in server.get("/v1/instruments")["instruments"]]
            print(f"soak: {passed:.0f} s: {samples[-1][1]:.0f} MiB; {', '.join(rates)}", flush=True)
        time.sleep(1 - (time.monotonic() - began) % 1)
    stop.set()
    thread.join(30)
    return samples


def flat(check, samples, seconds):
    # The least of each minute: what a tape that is read again takes meanwhile is given back, and bounded below.
    length, least = min(60, seconds / 10), {}
    for at, size in samples:
        if at >= min(300, 0.5 * seconds):
            least[at // length] = min(size, least.get(at // length, size))
    warm = [(length * number, size) for number, size in sorted(least.items())]
    slope, _ = statistics.linear_regression(*zip(*warm))
    growth = slope * (warm[-1][0] - warm[0][0])
    most = max(size for _, size in samples)
    print(f"soak: memory: {growth:+.1f} MiB in {warm[-1][0] - warm[0][0]:.0f} s by the line through each minute's least ({slope * 60:+.2f} MiB "
          f"a minute), {most:.0f} MiB at most", flush=True)
    check("memory is flat", growth <= GROWTH, growth)
    check("memory is bounded", most <= MOST, most)


def seal(check, lake, hosts, folder):
    clock = ShiftedClock(folder)
    clock.set(7 * 86_400)
    with Serving(lake, *recording(hosts), environment=clock.environment):
        end = time.monotonic() + 600
        while glob.glob(os.path.join(lake, "journal", "*", "*.sqlite")) and time.monotonic() < end:
            time.sleep(0.2)
    check("all days are sealed", not glob.glob(os.path.join(lake, "journal", "*", "*.sqlite")))


def dumped(instrument, options, first, last, folder):
    """A lake of the venue's dump of the time of the recording."""
    lake = os.path.join(folder, "truth")
    for day in sorted({day_of(first + instrument.shift), day_of(last + instrument.shift)}):
        done = millrace("simulate", "dump", *instrument.who, "--day", day, "--from", first // 1000, "--to", last // 1000 + 1,
                        "--output", os.path.join(folder, "dumps"), *options)
        assert done.status == 0, done.stderr
        path = done.stdout.strip()
        done = millrace("import", path, "--data", lake, *instrument.who, *instrument.options, "--quiet")
        assert done.status == 0, done.stderr
        os.remove(path)
    return lake


def compare(check, lake, instrument, options, holes, folder):
    """Rows of the recording and of the dump, all columns that a dump has; missing ones have to lie in recorded holes."""
    def files(of):
        return os.path.join(of, "tape", f"exchange={instrument.venue}", f"symbol={instrument.symbol}", "**", "*.parquet")

    database = duckdb.connect()
    columns = "id, epoch_us(time) AS happened, price::DECIMAL(18, 4) AS price, quantity::DECIMAL(18, 8) AS quantity, taker_side, fills"
    database.execute(f"CREATE TABLE have AS SELECT {columns} FROM read_parquet('{files(lake)}', hive_partitioning = false)")
    first, last, count = database.execute("SELECT min(happened), max(happened), count(*) FROM have").fetchone()
    truth = dumped(instrument, options, first, last, folder)
    database.execute(f"CREATE TABLE truth AS SELECT {columns} FROM read_parquet('{files(truth)}', hive_partitioning = false)")
    # The moments at both ends may be cut through.
    wrong = database.execute(f"SELECT count(*) FROM (FROM have WHERE happened > {first} AND happened < {last} EXCEPT FROM truth)").fetchone()[0]
    check.equal(f"{instrument}: rows that are not the dump's", wrong, 0)
    check.equal(f"{instrument}: rows that are there twice", database.execute("SELECT count(*) - count(DISTINCT id) FROM have").fetchone()[0], 0)
    missing = database.execute(f"SELECT id, happened FROM truth WHERE happened > {first} AND happened < {last} AND id NOT IN (SELECT id FROM have)").fetchall()
    mine = [hole for hole in holes if (hole["venue"], hole["symbol"]) == (instrument.venue, instrument.symbol) and hole["state"] != "repaired"]
    if instrument.has_ids:
        unsaid = [each for each in missing if not any(hole["from_id"] <= each[0] <= hole["to_id"] for hole in mine)]
    else:
        unsaid = [each for each in missing if not any(hole["time_from"] <= each[1] <= hole["time_to"] for hole in mine)]
    check(f"{instrument}: what is missing is a recorded hole", not unsaid, unsaid[:3])
    print(f"soak: {instrument}: {count:,} rows are the dump's, {len(missing):,} missing in {len(mine)} recorded holes", flush=True)
    return count


def run(check, folder, minutes, rate, seed):
    print(f"soak: live: seed {seed}, {rate:,} orders a second of {len(INSTRUMENTS)} venues for {minutes:g} minutes", flush=True)
    draw = random.Random(seed)
    seconds = minutes * 60
    options, lake = market(seed, rate), os.path.join(folder, "lake")
    with Simulator("--weight", 10_000_000, *faults(draw, seconds), *options) as simulator:
        with Serving(lake, *recording(simulator.hosts)) as server:
            samples = measure(server, seconds)
            end = time.monotonic() + 300
            while (left := server.get("/v1/gaps?state=open")["gaps"]) and time.monotonic() < end:
                time.sleep(0.5)
            check("all holes are filled or given up", not left, left)
            spent = [seconds_used(each.process.pid) / (seconds + 3) for each in (server, simulator)]
            check.equal("an orderly end", server.stop(), 0)
            log = server.log()
    print(f"soak: processor: server {spent[0]:.2f} cores, simulator {spent[1]:.2f}", flush=True)
    check("no trade was refused", "are dropped" not in log, log[-2000:])
    check("bars could be read again", "cannot be read again" not in log, log[-2000:])
    flat(check, samples, seconds)
    seal(check, lake, simulator.hosts, folder)
    check.equal("verify", millrace("verify", "--data", lake).status, 0)
    with Serving(lake) as server:
        holes = server.gaps()
    rows = sum(compare(check, lake, each, options, holes, folder) for each in INSTRUMENTS)
    print(f"soak: {rows:,} trades in {seconds:.0f} s: {rows / seconds:,.0f} a second", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--rate", type=int, default=20_000, help="taker orders a second of all venues together")
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    check = Checks("soak")
    with tempfile.TemporaryDirectory(prefix="millrace-soak-") as folder:
        run(check, folder, options.minutes, options.rate,
            random.SystemRandom().randrange(2**32) if options.seed is None else options.seed)
    check.finish()


if __name__ == "__main__":
    main()
