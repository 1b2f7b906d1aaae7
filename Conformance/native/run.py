#!/usr/bin/env python3
"""The native API's tables and flowsurface's `/trades.arrow`, against what was imported.

usage: run.py [--quick] [--seed N] [--accept]
"""
import argparse
import os
import random
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import bars
import contract
import days
import flowsurface
import formats
import kept
import paging
import prints
import strains
import tapes
import listed
from harness import Checks, millrace
from serving import Serving

check = Checks("native")


def refusals(server):
    """What is asked wrongly is refused with a line that says what is right."""
    good = "venue=binance-spot&symbol=BTCUSDT"
    for query, status, word in [
        ("symbol=BTCUSDT", 400, "venue"), ("venue=binance-spot", 400, "symbol"), (good + "&limit=0", 400, "limit"),
        (good + "&limit=1000001", 400, "limit"), (good + "&limit=x", 400, "limit"), (good + "&limit=all", 400, "from"),
        (good + "&to=5", 400, "from"), (good + "&from=yesterday", 400, "from"), (good + "&from=0&format=xml", 400, "format"),
        ("venue=binance-spot&symbol=NOPE", 404, "instruments"), ("venue=%00&symbol=NOPE", 400, "UTF-8"), ("venue=A&symbol=NOPE", 400, "venue"),
    ]:
        found, _, body = server.ask("/v1/trades?" + query)
        check(f"{query} is {status}", found == status and word.encode() in body, (found, body))


def keys(lake):
    """Both want the native API's key, and nothing but `Bearer` and the key as it is."""
    key = millrace("keys", "create", "--data", lake, "--vendor", "millrace", "--plan", "unlimited").stdout.split()[0]
    with Serving(lake) as server:
        for path in ("/v1/trades?venue=binance-spot&symbol=BTCUSDT&limit=1", "/trades.arrow?venue=binance&market=spot&symbol=btcusdt&from=0&to=1"):
            for words, status in [({}, 401), ({"Authorization": f"Bearer {key}"}, 200), ({"Authorization": f"Bearer {key.swapcase()}"}, 401),
                                  ({"Authorization": f"Bearer {key[:20]}"}, 401), ({"Authorization": key}, 401), ({"X-API-KEY": key}, 401)]:
                found = server.ask(path, words)[0]
                check.equal(f"{path.split('?')[0]} with {list(words) or 'no key'}", found, status)
        check("no key is in the log", key not in server.log() and key.swapcase() not in server.log())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--accept", action="store_true", help="take what answers look like now for what they have to look like")
    options = parser.parse_args()
    print(f"native: seed {options.seed}", flush=True)
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="millrace-native-") as folder:
        lake = os.path.join(folder, "lake")
        made, hasReal = tapes.make(folder, lake, draw.getrandbits(32), 6_000 if options.quick else 300_000)
        if not hasReal:
            check.skip("../shared/data is not there: no real recording is read")
        with Serving(lake) as server:
            contract.run(check, server, made, options.accept)
            formats.run(check, server, made)
            paging.run(check, server, made, draw, 6 if options.quick else 60)
            flowsurface.run(check, server, made, draw)
            bars.run(check, server, made, draw, folder, lake, options.quick)
            # The repair has left some.
            listed.lists(check, server.ask, "/v1/gaps", "gaps")
            prints.run(check, server, made, draw, options.quick)
            refusals(server)
        days.run(check, Serving, lake)
        strains.run(check, Serving, folder, lake, made, options.quick)
        kept.run(check, Serving, folder, lake)
        keys(lake)
    check.finish()


if __name__ == "__main__":
    main()
