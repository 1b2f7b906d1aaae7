"""The sums of the flow dataset by DuckDB in double precision, from the same raw file: a third opinion, right within rounding."""
import math

import duckdb


def differences(path, ours, seconds, contract_size, header, tolerance=1e-9, limit=5):
    names = ["id", "p", "q", "f", "l", "t", "m"]
    width = names if header else names + ["best"]
    columns = ", ".join(f"'{n}': '{ {'p': 'DOUBLE', 'q': 'DOUBLE', 'm': 'BOOLEAN', 'best': 'BOOLEAN'}.get(n, 'BIGINT') }'" for n in width)
    base = "q" if contract_size is None else f"q * {contract_size} / p"
    worth = "p * q" if contract_size is None else f"q * {contract_size}"
    side = lambda name, condition: f"""
        coalesce(sum(b) FILTER ({condition}), 0) AS taker_{name}_volume, count(*) FILTER ({condition}) AS taker_{name}_count,
        coalesce(sum(n) FILTER ({condition}), 0) AS {name}_notional,
        coalesce(sum(n) FILTER ({condition} AND n < 100), 0) AS taker_{name}_small_order_volume,
        count(*) FILTER ({condition} AND n < 100) AS taker_{name}_small_order_count,
        coalesce(sum(n) FILTER ({condition} AND n >= 100 AND n < 1000), 0) AS taker_{name}_medium_order_volume,
        coalesce(sum(n) FILTER ({condition} AND n >= 1000), 0) AS taker_{name}_large_order_volume"""
    query = duckdb.sql(f"""
        SELECT us // {seconds * 10**6} * {seconds * 10**6} AS time, {side('buy', 'NOT m')}, {side('sell', 'm')}
        FROM (SELECT CASE WHEN t >= 100000000000000 THEN t ELSE t * 1000 END AS us, {base} AS b, {worth} AS n, m
              FROM read_csv('{path}', header = {str(header).lower()}, columns = {{{columns}}}))
        GROUP BY 1 ORDER BY 1""")
    theirs = [dict(zip(query.columns, record)) for record in query.fetchall()]
    found = []
    if len(theirs) != len(ours):
        found.append(f"{len(ours)} rows, DuckDB has {len(theirs)}")
    for mine, record in zip(ours, theirs):
        record["volume_delta"] = record["taker_buy_volume"] - record["taker_sell_volume"]
        record["volume_delta_notional"] = record["buy_notional"] - record["sell_notional"]
        scale = {"volume_delta": record["taker_buy_volume"] + record["taker_sell_volume"],
                 "volume_delta_notional": record.pop("buy_notional") + record.pop("sell_notional")}
        for name, value in record.items():
            if not math.isclose(mine[name], value, rel_tol=tolerance, abs_tol=tolerance * scale.get(name, 0)):
                found.append(f"time {record['time']}: {name} is {mine[name]!r}, DuckDB says {value!r}")
                if len(found) >= limit:
                    return found
    return found
