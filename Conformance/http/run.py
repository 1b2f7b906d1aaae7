#!/usr/bin/env python3
"""The HTTP server as `millrace serve` runs it: damaged requests, slow clients, signals. The server's own tests (Tests/TransportTests) run
the other files of this folder against routes of every kind.

usage: run.py [--quick] [--only damaged|slow|stopping] [--count N] [--seed N]

Without --quick: 100,000 damaged requests and frames (--count, --seed), thousands of slow clients and what a good one notices of them, many
ends under load.
"""
import argparse
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import damaged
import hostile
import slowloris
import stopping
from client import Connection, healthy, once
from harness import Checks, millrace
from serving import Serving

check = Checks("http")


def slow_clients(server):
    """Two hundred slow clients for five seconds; good ones are served meanwhile, and the slow ones are gone afterwards."""
    slow = [Connection(server.address) for _ in range(200)]
    for connection in slow:
        connection.send("GET /healthz HTTP/1.1\r\nX: ")
    stop = time.monotonic() + 7
    worst = 0
    while time.monotonic() < stop:
        start = time.monotonic()
        check("a good client among slow ones", once(server.address, "/orderflow-api/v1/flow?symbol=BTCUSDT").status == 200)
        worst = max(worst, time.monotonic() - start)
        time.sleep(0.05)
    gone = 0
    for connection in slow:
        connection.socket.settimeout(0.2)
        gone += connection.ends()
        connection.close()
    check.equal("slow headers are cut off", gone, 200)
    check("good clients did not wait", worst < 1, worst)


def small_lake(folder):
    lake = os.path.join(folder, "lake")
    dump = millrace("simulate", "archives", "--venue", "binance-spot", "--symbol", "BTCUSDT", "--rows", 20_000, "--output", folder, "--quiet")
    millrace("import", dump.stdout.split()[-1], "--data", lake, "--venue", "binance-spot", "--symbol", "BTCUSDT")
    return lake


def basics(lake, folder):
    with Serving(lake) as server:
        check.equal("ready", once(server.address, "/readyz").body, b"ready\n")
        hostile.broken_requests(server.address)
        slow_clients(server)
        check("healthy at the end", healthy(server.address))
        with open(f"/proc/{server.process.pid}/status") as file:
            check("alive", "State" in file.read())
    second = Serving(lake)
    taken = millrace("serve", "--data", lake, "--port", second.address[1], timeout=20)
    check("a port in use is named", taken.status == 1 and "is in use" in taken.stderr and taken.stderr.count("\n") == 1, taken.stderr)
    second.stop()
    missing = millrace("serve", "--data", os.path.join(folder, "nothing"), timeout=20)
    check("a missing data directory is named", missing.status == 1 and missing.stderr.count("\n") == 1, missing.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["damaged", "slow", "stopping"])
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="millrace-http-") as folder:
        lake = small_lake(folder)
        if options.only is None:
            basics(lake, folder)
        if options.only in (None, "stopping"):
            stopping.run(check, lake, folder, options.quick)
        if options.only in (None, "slow"):
            with Serving(lake) as server:
                slowloris.run(check, server.address, server.process.pid, options.quick)
        if options.only in (None, "damaged"):
            damaged.run(check, folder, options.count or (4000 if options.quick else 100_000), options.seed)
    check.finish()


if __name__ == "__main__":
    main()
