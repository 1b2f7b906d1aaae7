"""What every peer computes, and how a peer is timed.

The flow dataset without the toxicity score: per minute and side the base volume, notional and count, the notional and count of small, medium and
large orders, and the deltas, ratios, entropy and shares made of them. Each peer says it in its own best words; the columns are the same.
"""
import json
import sys
import time

SIDES = {"buy": False, "sell": True}        # side: buyer is maker
SIZES = ("small", "medium", "large")


def arguments():
    """The trades (CSV or Parquet), the file to write, the seconds of a bar, and the threads to use."""
    source, target, seconds, threads = sys.argv[1:5]
    return source, target, int(seconds), int(threads)


def timed(run):
    """Runs the query and prints how long it alone took; imports and start-up are over by now."""
    began = time.perf_counter()
    run()
    print(json.dumps({"seconds": time.perf_counter() - began}))


def sql_size(size):
    return {"small": "n < 100", "medium": "n >= 100 AND n < 1000", "large": "n >= 1000"}[size]


def sql_derived(ln="ln"):
    """The columns made of the sums, for SQL."""
    parts = ["buy_volume - sell_volume AS volume_delta", "buy_notional - sell_notional AS volume_delta_notional",
             "buy_volume / sell_volume AS volume_ratio", "buy_count / sell_count AS count_ratio",
             "buy_volume / (buy_volume + sell_volume) AS volume_share", "buy_count / (buy_count + sell_count) AS count_share",
             f"-(buy_volume / (buy_volume + sell_volume) * {ln}(buy_volume / (buy_volume + sell_volume))"
             f" + sell_volume / (buy_volume + sell_volume) * {ln}(sell_volume / (buy_volume + sell_volume))) AS flow_entropy"]
    for side in SIDES:
        for size in SIZES:
            parts.append(f"{side}_{size}_notional / {side}_volume AS {side}_{size}_percentage")
            parts.append(f"{side}_{size}_count / {side}_count AS {side}_{size}_count_percentage")
    return ", ".join(parts)
