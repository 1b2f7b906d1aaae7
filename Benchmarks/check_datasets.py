#!/usr/bin/env python3
"""Check that Millrace and a peer say the same of all nine datasets: check_datasets.py OURS THEIRS, each a folder with a file a dataset.

Every value of the peer's must be ours to a millionth, of itself or of the column's median: theirs are sums of doubles, and statistics that cancel.
"""
import glob
import os
import sys

import polars as pl

ours, theirs = sys.argv[1:3]
faults = []
for path in sorted(glob.glob(os.path.join(theirs, "*.parquet"))):
    name = os.path.basename(path)
    mine, other = pl.read_parquet(os.path.join(ours, name)), pl.read_parquet(path)
    if len(mine) != len(other):
        sys.exit(f"bench: {name} has {len(other)} bars, not {len(mine)}")
    for column in other.columns[1:]:
        a, b = mine[column].cast(pl.Float64), other[column].cast(pl.Float64)
        a, b = (values.set(values.is_infinite() | values.is_nan(), None) for values in (a, b))
        if (a.is_null() != b.is_null()).any():
            faults.append(f"{name}: {column} has no value in other bars than ours: {(a.is_null() != b.is_null()).sum()} of {len(a)}")
        scale = pl.max_horizontal(a.abs(), pl.lit(a.abs().median()))
        worst = pl.select(((a - b).abs() / scale).fill_nan(0).max()).item()
        if worst is not None and worst > 1e-6:
            faults.append(f"{name}: {column} differs by {worst:.1e}")
if faults:
    sys.exit("bench: Millrace and its peer disagree:\n" + "\n".join(faults))
