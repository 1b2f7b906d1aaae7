#!/usr/bin/env python3
"""Check that Millrace and a peer say the same of all nine datasets: check_datasets.py OURS THEIRS, each a folder with a file a dataset.

A value of the peer's must be ours to a millionth, of itself or of the column's median. One bar in a thousand may differ: sums of doubles do not
cancel to nothing where exact ones do, so that a correlation, or what is over a zero, is another.
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
        scale = pl.max_horizontal(a.abs(), pl.lit(a.abs().median()))
        apart = pl.select(((a - b).abs() > 1e-6 * scale).fill_null(False) | (a.is_null() != b.is_null())).to_series().sum()
        if apart > len(mine) / 1000:
            faults.append(f"{name}: {column} differs in {apart} bars of {len(mine)}")
if faults:
    sys.exit("bench: Millrace and its peer disagree:\n" + "\n".join(faults))
