#!/usr/bin/env python3
"""The live simulator before strangers: ccxt reads markets, trades, streams and open interest, and frames look as recorded ones do.

usage: run.py [--quick]
"""
import asyncio
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import dumps
import interest
import pace
import rest
import schema
import streams
from harness import SHARED, Checks, millrace
from simulating import Simulator

check = Checks("simulator")


def main():
    began = time.monotonic()
    for words, hint in ((("--fault", "+1s dance"), "dance"), (("--only", "nowhere:X"), "nowhere:X"), (("--rate", "0"), "--rate")):
        done = millrace("simulate", "live", *words, timeout=20)
        check(f"simulate live {words} is bad usage", done.status == 2 and hint in done.stderr and done.stderr.count("\n") == 1, done.stderr)
    with Simulator("--seed", 7, "--rate", 2000, "--steady") as simulator:
        rest.run(check, simulator)
        asyncio.run(streams.run(check, simulator))
        schema.run(check, simulator, SHARED)
        check.equal("it ends when asked to", simulator.stop(), 0)
    with Simulator(*dumps.MARKET) as simulator:
        dumps.run(check, simulator)
    with Simulator("--seed", 7, "--rate", 2000, "--fault", "+1s refuse for=2s status=429 retry=2; +4s storm for=2s every=300ms") as simulator:
        asyncio.run(streams.faults(check, simulator))
    # One of its own: ccxt loads markets again, and venues count what is asked of them.
    with Simulator("--seed", 7) as simulator:
        interest.run(check, simulator)
    with Simulator("--seed", 7, *interest.FAULTS) as simulator:
        interest.faults(check, simulator)
    if "--quick" not in sys.argv:
        with Simulator("--only", "binance-spot:BTCUSDT", "--rate", 200_000, "--steady") as simulator:
            pace.run(check, simulator, "/ws/btcusdt@aggTrade", 200_000)
    print(f"simulator: {time.monotonic() - began:.1f} s")
    check.finish()


main()
