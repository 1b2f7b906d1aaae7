#!/usr/bin/env python3
"""Parse and normalise recorded aggTrade frames with cryptofeed: frames_cryptofeed.py FILE TIMES

Its own handler of USD-M frames is given each text, and calls back with a Trade; `@trade`, which some recordings hold, it does not read.
"""
import json
import sys
import time

from cryptofeed.defines import TRADES
from cryptofeed.exchanges import BinanceFutures
from cryptofeed.symbols import Symbols

path, times = sys.argv[1], int(sys.argv[2])
with open(path) as file:
    frames = file.read().splitlines()
# What it would ask the venue for.
symbols = {f"{name}-PERP": name for name in {json.loads(frame)["data"]["s"] for frame in frames}}
Symbols.set(BinanceFutures.id, symbols, {"instrument_type": {}, "tick_size": {}})
seen = 0


async def count(trade, received):
    global seen
    seen += 1


feed = BinanceFutures(symbols=list(symbols), channels=[TRADES], callbacks={TRADES: count})
began, worked = time.perf_counter(), time.process_time()
for _ in range(times):
    for frame in frames:
        handling = feed.message_handler(frame, None, 0.0)
        try:
            handling.send(None)
        except StopIteration:
            pass
print(json.dumps({"trades": seen, "seconds": time.perf_counter() - began, "processor": time.process_time() - worked}))
