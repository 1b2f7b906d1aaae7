"""Lists of the native API: one table in every format."""
import io
import json

import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet


def lists(check, ask, path, name="", nested=(), wanted=None):
    """A list of objects is one table in every format, but for members that are lists themselves, which JSON alone has."""
    link = "&" if "?" in path else "?"
    wanted = wanted or [{key: value for key, value in row.items() if key not in nested} for row in json.loads(ask(path)[2])[name]]
    check(f"{path} has rows", wanted)
    for format in ("csv", "parquet", "arrow"):
        status, _, body = ask(f"{path}{link}format={format}")
        if not check.equal(f"{path} as {format}", status, 200):
            continue
        if format == "csv":
            table = pyarrow.csv.read_csv(io.BytesIO(body), convert_options=pyarrow.csv.ConvertOptions(
                strings_can_be_null=True, column_types={key: "string" for key in ("durable_id", "symbol")}))
        else:
            table = pyarrow.parquet.read_table(io.BytesIO(body)) if format == "parquet" else pyarrow.ipc.open_stream(body).read_all()
        check.equal(f"{path} as {format}: columns", table.column_names, list(wanted[0]))
        for index, column in enumerate(table.columns):
            if pyarrow.types.is_timestamp(column.type):
                table = table.set_column(index, table.column_names[index], column.cast(pyarrow.timestamp("us", "UTC")).cast("int64"))
        check(f"{path} as {format}: rows", table.to_pylist() == wanted,
              next(((a, b) for a, b in zip(table.to_pylist(), wanted) if a != b), (table.num_rows, len(wanted))))
