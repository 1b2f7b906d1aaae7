"""`millrace bars` and `millrace chart` of baskets: the rows of the API in every format, pictures of them, and errors that say what to do."""
import csv
import io
import json
import math
import os
import subprocess
import sys

import pyarrow
import pyarrow.ipc
import pyarrow.parquet

import sums
from harness import MILLRACE, millrace

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))
import charts


def words(lake, config, name):
    return ["--data", lake, "--venue", "basket", "--symbol", name, "--config", config, "--interval", "1m", "--quiet"]


def cell(text):
    """A cell of CSV: nothing, a number, or a text."""
    try:
        number = float(text)
    except ValueError:
        return text or None
    return None if math.isinf(number) else number


def table(body, format):
    """Rows with times in µs and without infinities, as the API has them in JSON."""
    if format == "json":
        return [row | {"time": row["time"] * 1000} for row in map(json.loads, body.decode().splitlines())]
    if format == "csv":
        rows = list(csv.DictReader(io.StringIO(body.decode())))
        return [{key: row[key] if key == "time" else cell(row[key]) for key in row} for row in rows]
    found = pyarrow.ipc.open_stream(body).read_all() if format == "arrow" else pyarrow.parquet.read_table(io.BytesIO(body))
    found = found.set_column(0, "time", found["time"].cast("int64"))
    return [{key: None if isinstance(value, float) and math.isinf(value) else value for key, value in row.items()} for row in found.to_pylist()]


def same(found, wanted, format):
    """Whether a row is the API's; CSV writes times as text, and an empty text as nothing."""
    if format == "csv":
        wanted = {key: value or None if isinstance(value, str) else value for key, value in wanted.items() if key != "time"}
        found = {key: value for key, value in found.items() if key != "time"}
    return found == wanted and list(found) == list(wanted)


def rows(check, server, lake, config, name, base, quick):
    for dataset in sums.DATASETS[:5 if base else 3]:
        bars = server.get(f"/v1/bars/{dataset}?venue=basket&symbol={name}&interval=1m&from=0&limit=all")["bars"]
        wanted = [{key: value for key, value in row.items() if key not in ("revision", "is_open")} for row in bars]
        for format in ("json",) if quick and dataset != "flow" else ("json", "csv", "parquet", "arrow"):
            done = subprocess.run([MILLRACE, "bars", dataset, *words(lake, config, name), "--format", format], capture_output=True)
            found = table(done.stdout, format) if done.returncode == 0 else []
            check(f"{name}: bars {dataset} as {format} is what the API has", len(found) == len(wanted) > 0 and all(same(a, b, format) for a, b in zip(found, wanted)),
                  next(((a, b) for a, b in zip(found, wanted) if not same(a, b, format)), (len(found), len(wanted), done.stderr)))


def files(check, folder, lake, config, name, members):
    """All datasets in one pass, with whose they are; some columns of one."""
    into = os.path.join(folder, f"bars-{name}")
    done = millrace("bars", "all", *words(lake, config, name), "--format", "parquet", "--output", into)
    check.equal(f"{name}: all datasets", (done.status, sorted(os.listdir(into))), (0, sorted(f"{dataset}.parquet" for dataset in sums.DATASETS)))
    about = pyarrow.parquet.read_schema(os.path.join(into, "ohlcv.parquet")).metadata
    told = {key: about[f"millrace.{key}".encode()].decode() for key in ("venue", "symbol", "members", "dataset")}
    check.equal(f"{name}: what a file says of itself", told, {"venue": "basket", "symbol": name, "members": " ".join(members), "dataset": "ohlcv"})
    done = millrace("bars", "flow", *words(lake, config, name), "--fields", "volume_delta,contributors")
    check.equal(f"{name}: some columns", done.stdout.split("\n")[0], "time,volume_delta,contributors")
    done = millrace("bars", "flow", *words(lake, config, name), "--medium-from", "1000000000", "--large-from", "2000000000", "--format", "json")
    check("who says so has other sizes", done.stdout and all(json.loads(line)["taker_buy_medium_order_count"] == 0 for line in done.stdout.splitlines()))


def pictures(check, folder, lake, config, name, begin):
    """A drawing agrees with the rows, at a candle a bar."""
    asked = [*words(lake, config, name)[:-1], "--from", begin // 1000, "--to", begin // 1000 + 3_600_000]
    path = os.path.join(folder, "basket.svg")
    done = millrace("chart", *asked, "--output", path, "--quiet")
    check.equal(f"{name}: a chart", (done.status, done.stderr), (0, ""))
    charts.agrees(check, name, asked, path)
    check(f"{name}: bars draws the same", millrace("bars", "flow", *asked, "--format", "svg", "--quiet").stdout == open(path).read())


def refusals(check, folder, lake, config):
    good, known = ["--venue", "basket", "--config", config, "--interval", "1m"], ["--data", lake, "--symbol", "eth-all"]
    wrong = os.path.join(folder, "wrong.json5")
    with open(wrong, "w") as file:
        file.write("{ baskets: { 'eth-all': ['binance-spot:BTCEUR'] } }\n")
    for command, *rest, status, phrase in [
        ("bars", "flow", *known, "--venue", "basket", "--interval", "1m", 2, "--config FILE"),
        ("chart", *known, "--venue", "basket", "--interval", "1m", "--output", "x.svg", 2, "--config FILE"),
        ("bars", "flow", *good, "--data", lake, "--symbol", "eth-al", 2, "Did you mean eth-all?"),
        ("bars", "flow", *good, "--data", lake, "--symbol", "nothing", 2, "there are: pepe, eth-all"),
        ("bars", "flow", *good, "--input", wrong, "--symbol", "eth-all", 2, "write --data DIR"),
        ("bars", "flow", *good, *known, "--clock", "true", 2, "--clock true is of one instrument"),
        ("bars", "returns", *good, *known, 2, "has flow, trade_size, updownticks, vtwap, ohlcv"),
        ("bars", "flwo", *good, *known, 2, "Did you mean flow?"),
        ("bars", "flow", *good, *known, "--fields", "open", 2, "has no column 'open'"),
        ("bars", "flow", *good, "--data", lake, "--symbol", "absent", 1, "no tape of any member"),
        ("bars", "flow", "--venue", "binance-spot", "--config", config, "--interval", "1m", "--data", lake, "--symbol", "ETHUSDC", 2, "--config"),
        ("bars", "flow", "--venue", "basket", "--config", wrong, "--interval", "1m", *known, 1, "wrong.json5:1:26: 'binance-spot:BTCEUR' is priced in 'EUR'"),
        ("bars", "flow", "--venue", "basket", "--config", os.path.join(folder, "none"), "--interval", "1m", *known, 1, "none: "),
    ]:
        done = millrace(command, *rest)
        check(f"{command} {' '.join(rest)} is {status}", done.status == status and phrase in done.stderr and len(done.stderr.splitlines()) == 1, (done.status, done.stderr))


def several_coins(check, lake, config):
    for command in (["bars", "ohlcv"], ["chart", "--output", "x.svg"]):
        done = millrace(*command, *words(lake, config, "coins"))
        check(f"{command[0]} of several coins", done.status == 2 and "trade several: basket 'coins' has flow, trade_size, updownticks" in done.stderr, done.stderr)


def run(check, server, folder, lake, config, baskets, tapes, quick):
    for name in ("pepe", "eth-all", "btc-perps", "coins") if "coins" in baskets else ("pepe", "eth-all"):
        rows(check, server, lake, config, name, name != "coins", quick)
    files(check, folder, lake, config, "eth-all", baskets["eth-all"])
    pictures(check, folder, lake, config, "eth-all", sums.merged(tapes, baskets["eth-all"])[0][1][0])
    refusals(check, folder, lake, config)
    if "coins" in baskets:
        several_coins(check, lake, config)
