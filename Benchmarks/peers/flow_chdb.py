import chdb

from query import SIDES, SIZES, arguments, sql_derived, sql_size, timed

source, target, seconds, threads = arguments()
sums = []
for side, maker in SIDES.items():
    mine = "m" if maker else "NOT m"
    sums += [f"sumIf(q, {mine}) AS {side}_volume", f"sumIf(n, {mine}) AS {side}_notional", f"countIf({mine}) AS {side}_count"]
    for size in SIZES:
        sums += [f"sumIf(n, {mine} AND {sql_size(size)}) AS {side}_{size}_notional",
                 f"countIf({mine} AND {sql_size(size)}) AS {side}_{size}_count"]
if source.endswith(".parquet"):
    trades = f"(SELECT t, m, q, p * q AS n FROM file('{source}', Parquet))"
else:
    types = ("agg_trade_id Int64, price Float64, quantity Float64, first_trade_id Int64, last_trade_id Int64, transact_time Int64, "
             "is_buyer_maker Bool")
    trades = (f"(SELECT transact_time AS t, is_buyer_maker AS m, quantity AS q, price * quantity AS n "
              f"FROM file('{source}', CSVWithNames, '{types}'))")
query = f"""
    SELECT *, {sql_derived()}
    FROM (SELECT intDiv(t, {seconds * 1000}) * {seconds * 1000} AS time, {', '.join(sums)} FROM {trades} GROUP BY time) ORDER BY time
    INTO OUTFILE '{target}' TRUNCATE FORMAT Parquet SETTINGS max_threads = {threads}"""
timed(lambda: chdb.query(query))
