"""Every format of an answer is one table, by pandas, Polars and pyarrow, and that table is what was imported."""
import io
import json
from decimal import Decimal

import pandas
import polars
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

import listed

FORMATS = ["json", "csv", "parquet", "arrow"]


def rows_of(frame):
    """Times in µs, then the other cells as Python's own values; missing ones are None."""
    out = []
    for row in frame.itertuples(index=False):
        cells = []
        for value in row:
            if isinstance(value, pandas.Timestamp):
                value = value.value // 1000
            elif value is None or value is pandas.NaT or value is pandas.NA or value != value:
                value = None
            elif hasattr(value, "item"):
                value = value.item()
            cells.append(value)
        out.append(tuple(cells))
    return out


def by_pandas(format, body, name="trades"):
    if format == "json":
        return rows_of(pandas.DataFrame(json.loads(body)[name]))
    if format == "csv":
        frame = pandas.read_csv(io.BytesIO(body), float_precision="round_trip", dtype={"id": "object"} if b"-" in body.split(b"\n")[1].split(b",")[1] else None)
        frame["time"] = pandas.to_datetime(frame["time"], format="ISO8601")
        return rows_of(frame)
    if format == "parquet":
        return rows_of(pandas.read_parquet(io.BytesIO(body)))
    return rows_of(pyarrow.ipc.open_stream(body).read_pandas())


def by_polars(format, body, name="trades"):
    if format == "json":
        frame = polars.DataFrame(json.loads(body)[name], infer_schema_length=None)
    elif format == "csv":
        frame = polars.read_csv(io.BytesIO(body), try_parse_dates=True, infer_schema_length=None)
    elif format == "parquet":
        frame = polars.read_parquet(io.BytesIO(body))
    else:
        frame = polars.read_ipc_stream(io.BytesIO(body))
    if frame.height and frame["time"].dtype != polars.Int64:
        frame = frame.with_columns(polars.col("time").dt.epoch("us"))
    return [tuple(None if cell is None else cell for cell in row) for row in frame.iter_rows()]


def by_pyarrow(format, body, name="trades"):
    if format == "json":
        table = pyarrow.Table.from_pylist(json.loads(body)[name])
    elif format == "csv":
        table = pyarrow.csv.read_csv(io.BytesIO(body))
    elif format == "parquet":
        table = pyarrow.parquet.read_table(io.BytesIO(body))
    else:
        table = pyarrow.ipc.open_stream(body).read_all()
    columns = [column.cast(pyarrow.timestamp("us", "UTC")).cast("int64") if pyarrow.types.is_timestamp(column.type) else column for column in table.columns]
    return list(zip(*(column.to_pylist() for column in columns))) if columns else []


def expected(tape):
    return [(time, name, side, float(price), float(quantity)) for time, name, side, price, quantity in tape.trades]


def same(a, b):
    return len(a) == len(b) and all(tuple(x) == tuple(y) for x, y in zip(a, b))


def run(check, server, tapes):
    listed.lists(check, server.ask, "/v1/instruments", "instruments")
    for tape in tapes:
        wanted = expected(tape)
        for format in FORMATS:
            status, headers, body = server.ask(f"/v1/trades?{tape.query}&from=0&limit=all&format={format}")
            check.equal(f"{tape.venue} {format}: status", status, 200)
            for reader in (by_pandas, by_polars, by_pyarrow):
                found = reader(format, body)
                check(f"{tape.venue}: {format} by {reader.__name__[3:]} is what was imported", same(found, wanted),
                      (len(found), len(wanted), next(((a, b) for a, b in zip(found, wanted) if tuple(a) != tuple(b)), None)))
            accept = {"json": "application/json", "csv": "text/csv", "parquet": "application/vnd.apache.parquet",
                      "arrow": "application/vnd.apache.arrow.stream"}[format]
            _, other, again = server.ask(f"/v1/trades?{tape.query}&from=0&limit=all", {"Accept": f"text/x-nothing, {accept};q=0.9"})
            check(f"{tape.venue}: Accept asks for {format} as well", again == body and other["Content-Type"] == headers["Content-Type"])
            tag = headers.get("ETag")
            check(f"{tape.venue} {format}: what is sealed has an entity tag", tag is not None, dict(headers))
            if tag:
                status, _, nothing = server.ask(f"/v1/trades?{tape.query}&from=0&limit=all&format={format}", {"If-None-Match": tag})
                check.equal(f"{tape.venue} {format}: which is known again", (status, nothing), (304, b""))
        # The digits of JSON are the venue's own.
        first = json.loads(server.ask(f"/v1/trades?{tape.query}&from=0&limit=1")[2], parse_float=Decimal, parse_int=Decimal)["trades"][0]
        check.equal(f"{tape.venue}: exact decimals", (first["price"], first["quantity"]), tape.trades[0][3:])
        empty = f"/v1/trades?{tape.query}&from=1&to=2&limit=all&format="
        check.equal(f"{tape.venue}: nothing is an empty list", json.loads(server.ask(empty + "json")[2])["trades"], [])
        names = ["time", "id", "side", "price", "quantity"]
        check.equal(f"{tape.venue}: an empty Arrow stream has its columns", pyarrow.ipc.open_stream(server.ask(empty + "arrow")[2]).read_all().column_names, names)
        check.equal(f"{tape.venue}: so has an empty Parquet file", pyarrow.parquet.read_table(io.BytesIO(server.ask(empty + "parquet")[2])).column_names, names)
        check.equal(f"{tape.venue}: and CSV", server.ask(empty + "csv")[2].decode(), ",".join(names) + "\n")
