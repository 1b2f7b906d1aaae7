"""Writes the trades of a CSV as zstd Parquet, in the file's order, the way each engine does by itself: to_parquet.py duckdb|polars CSV OUT"""
import sys

engine, source, target = sys.argv[1:4]
if engine == "duckdb":
    import duckdb
    duckdb.execute(f"""
        COPY (SELECT * FROM read_csv('{source}', header = true, columns = {{'a': 'BIGINT', 'p': 'DOUBLE', 'q': 'DOUBLE', 'f': 'BIGINT',
              'l': 'BIGINT', 't': 'BIGINT', 'm': 'BOOLEAN'}})) TO '{target}' (FORMAT parquet, COMPRESSION zstd)""")
else:
    import polars as pl
    pl.scan_csv(source, has_header=True, new_columns=["a", "p", "q", "f", "l", "t", "m"]).sink_parquet(target, compression="zstd")
