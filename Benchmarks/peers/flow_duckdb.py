import duckdb

from query import SIDES, SIZES, arguments, sql_derived, sql_size, timed

source, target, seconds, threads = arguments()
connection = duckdb.connect()
connection.execute(f"SET threads = {threads}")
sums = []
for side, maker in SIDES.items():
    mine = "m" if maker else "NOT m"
    sums += [f"sum(q) FILTER ({mine}) AS {side}_volume", f"sum(n) FILTER ({mine}) AS {side}_notional",
             f"count(*) FILTER ({mine}) AS {side}_count"]
    for size in SIZES:
        sums += [f"sum(n) FILTER ({mine} AND {sql_size(size)}) AS {side}_{size}_notional",
                 f"count(*) FILTER ({mine} AND {sql_size(size)}) AS {side}_{size}_count"]
if source.endswith(".parquet"):
    trades = f"read_parquet('{source}')"
else:
    trades = (f"read_csv('{source}', header = true, columns = {{'a': 'BIGINT', 'p': 'DOUBLE', 'q': 'DOUBLE', 'f': 'BIGINT', 'l': 'BIGINT',"
              " 't': 'BIGINT', 'm': 'BOOLEAN'})")
timed(lambda: connection.execute(f"""
    COPY (SELECT *, {sql_derived()}
          FROM (SELECT t // {seconds * 1000} * {seconds * 1000} AS time, {', '.join(sums)}
                FROM (SELECT t, m, q, p * q AS n FROM {trades}) GROUP BY 1) ORDER BY time)
    TO '{target}' (FORMAT parquet, COMPRESSION zstd)"""))
