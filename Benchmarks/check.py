#!/usr/bin/env python3
"""Check that the bars of Millrace and of its peers say the same: check.py ROWS OURS.parquet PEER.parquet…"""
import sys

import polars

rows, mine = int(sys.argv[1]), polars.read_parquet(sys.argv[2])
if mine["taker_buy_count"].sum() + mine["taker_sell_count"].sum() != rows:
    sys.exit(f"bench: the bars hold another number of trades than {rows}")
for path in sys.argv[3:]:
    theirs = polars.read_parquet(path)
    if len(theirs) != len(mine):
        sys.exit(f"bench: {path} has {len(theirs)} bars, not {len(mine)}")
    for ours, other in (("taker_buy_volume", "buy_volume"), ("taker_sell_large_order_volume", "sell_large_notional")):
        if ((mine[ours] - theirs[other]).abs() / mine[ours]).max() > 1e-9:
            sys.exit(f"bench: {path}: {other} differs from {ours}")
