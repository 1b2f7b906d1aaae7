#!/usr/bin/env python3
"""Write a made-up month of trades, a dump a day: month.py MILLRACE FOLDER ROWS

Each simulated day starts with the same id; ids are moved on so that they follow each other through the month.
"""
import os
import subprocess
import sys

import polars as pl

millrace, folder, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.makedirs(folder, exist_ok=True)
for day in range(30):
    count = rows // 30
    words = ["simulate", "archives", "--rows", str(count), "--seed", str(day + 1), "--day", f"2024-04-{day + 1:02}", "--format", "csv"]
    done = subprocess.run([millrace, *words, "--output", folder, "--quiet"], check=True, capture_output=True, text=True)
    path = done.stdout.split()[-1]
    # As text but for the id: what is written again is what was read.
    trades = pl.scan_csv(path, infer_schema=False)
    trades.with_columns(pl.col("agg_trade_id").cast(pl.Int64) + day * count).sink_csv(path + ".new")
    os.rename(path + ".new", path)
