#!/usr/bin/env python3
"""The HTTP server as `millrace serve` runs it: damaged requests, slow clients, signals. The server's own tests (Tests/TransportTests) run
the other files of this folder against routes of every kind.

usage: run.py [--quick]
"""
import os
import random
import signal
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import hostile
import mutated
from client import Closed, Connection, healthy, once
from harness import Checks, millrace
from serving import Serving

QUICK = "--quick" in sys.argv
check = Checks("http")


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def damaged(server):
    targets = ["/orderflow-api/v1/flow?symbol=BTCUSDT&trades=2000", "/orderflow-api/v1/large?symbol=BTCUSDT&min_notional=1000&group=ms",
               "/orderflow-api/v1/symbols?quote=USDT", "/orderflow-api/v1/flow?coin=BTC&quote=USDT&venue=binance-spot", "/healthz"]
    mutated.SEEDS = [f"GET {target} HTTP/1.1\r\nHost: a\r\nx-oanor-key: oanor_live_0\r\n\r\n".encode() for target in targets] + mutated.SEEDS
    pid = server.process.pid
    before, open_before = resident(pid), descriptors(pid)
    mutated.run(server.address, 2000 if QUICK else 10_000, random.randrange(1 << 32))
    check("memory stays", resident(pid) < before + 50_000, (before, resident(pid)))
    time.sleep(1)
    # Some connections of what was asked before may have been open still.
    check("no descriptor is lost", descriptors(pid) <= open_before + 8, (open_before, descriptors(pid)))


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


def signals(lake):
    """SIGTERM while many ask: every request that was begun is answered whole, and the process ends with 0."""
    for number in (signal.SIGTERM, signal.SIGINT):
        server = Serving(lake)
        broken = []
        served = [0]

        def hammer():
            try:
                with Connection(server.address) as connection:
                    while True:
                        response = connection.request("/orderflow-api/v1/large?symbol=BTCUSDT&min_notional=0")
                        assert response.status == 200 and response.body.endswith(b'"success":true}')
                        served[0] += 1
            except (Closed, ConnectionRefusedError, ConnectionResetError, BrokenPipeError):
                # Between two requests a connection may end; in the middle of an answer it may not.
                if connection.pending:
                    broken.append(connection.pending[:100])
            except AssertionError as error:
                broken.append(error)

        threads = [threading.Thread(target=hammer) for _ in range(8)]
        idle = Connection(server.address)
        assert idle.request("/healthz").status == 200
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        start = time.monotonic()
        status = server.stop(number)
        took = time.monotonic() - start
        for thread in threads:
            thread.join()
        idle.close()
        check("a signal ends it in order", status == 0 and took < 5 and not broken and served[0] > 50, (status, took, broken, served))


def main():
    with tempfile.TemporaryDirectory(prefix="millrace-http-") as folder:
        lake = os.path.join(folder, "lake")
        dump = millrace("simulate", "archives", "--venue", "binance-spot", "--symbol", "BTCUSDT", "--rows", 20_000, "--output", folder, "--quiet")
        millrace("import", dump.stdout.split()[-1], "--data", lake, "--venue", "binance-spot", "--symbol", "BTCUSDT")
        with Serving(lake) as server:
            check.equal("ready", once(server.address, "/readyz").body, b"ready\n")
            hostile.broken_requests(server.address)
            damaged(server)
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
        signals(lake)
    check.finish()


if __name__ == "__main__":
    main()
