"""Reads a Parquet file into a table of an engine, and times how long it takes to write all rows of the table to nowhere: export.py ENGINE FILE FORMAT"""
import json
import os
import sys
import time


def timed(run):
    began = time.perf_counter()
    run()
    print(json.dumps({"seconds": time.perf_counter() - began}))


def duckdb_(path, form):
    import duckdb
    import pyarrow.ipc

    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE rows AS FROM read_parquet('{path}')")

    def arrow():
        reader = connection.execute("FROM rows").to_arrow_reader(65_536)
        with open(os.devnull, "wb") as sink, pyarrow.ipc.new_stream(sink, reader.schema) as stream:
            for batch in reader:
                stream.write_batch(batch)

    def copy():
        words = {"csv": "FORMAT csv", "json": "FORMAT json", "parquet": "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"}[form]
        connection.execute(f"COPY rows TO '/dev/null' ({words}, USE_TMP_FILE false)")

    timed(arrow if form == "arrow" else copy)


def chdb_(path, form):
    from chdb import session

    with_names = {"arrow": "ArrowStream", "csv": "CSVWithNames", "json": "JSONEachRow", "parquet": "Parquet"}[form]
    engine = session.Session()
    engine.query("CREATE DATABASE bench")
    engine.query(f"CREATE TABLE bench.rows ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM file('{path}', Parquet)")
    settings = " SETTINGS output_format_parquet_compression_method = 'zstd'" if form == "parquet" else ""
    timed(lambda: engine.query(f"SELECT * FROM bench.rows INTO OUTFILE '/dev/null' TRUNCATE FORMAT {with_names}{settings}"))


{"duckdb": duckdb_, "chdb": chdb_}[sys.argv[1]](*sys.argv[2:4])
