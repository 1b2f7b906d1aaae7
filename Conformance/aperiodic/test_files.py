"""Month files as files: what is in them, who can read them, and how they are served."""
import datetime
import io
import json
import re
import urllib.parse

import duckdb
import polars
import pyarrow
import pyarrow.parquet
import pytest

from asking import Api, fetch, rows
from reference import DATASETS
from serving import Serving
from tapes import iso


@pytest.fixture(scope="module")
def months(api):
    """Every month file of every dataset: {dataset: {(year, month): answer}}."""
    return {dataset: {month: fetch(url) for month, url in api.files(dataset, end="2026-01-31").items()} for dataset in DATASETS}


def test_addresses_are_absolute_and_need_no_key(api, months):
    for dataset in DATASETS:
        for url in api.files(dataset).values():
            assert url.startswith(api.url + "/"), url
        assert all(answer.status == 200 for answer in months[dataset].values())


@pytest.mark.parametrize("dataset", DATASETS)
def test_one_schema_whatever_the_month_holds(world, months, dataset):
    schemas = [pyarrow.parquet.read_schema(io.BytesIO(answer.body)).remove_metadata() for answer in months[dataset].values()]
    assert len(schemas) == 12 and all(schema.equals(schemas[0]) for schema in schemas)
    expected = world.expected(world.btc, "1h")[dataset]
    assert schemas[0].names == list(expected[0])
    for field in schemas[0]:
        kinds = {type(row[field.name]) for row in expected if row[field.name] is not None}
        wanted = pyarrow.timestamp("us") if field.name == "time" else pyarrow.int64() if kinds == {int} else pyarrow.float64()
        assert field.type == wanted, field


def test_what_the_file_says_of_itself(world, months):
    tapes = {}
    for dataset in DATASETS:
        for (year, month), answer in months[dataset].items():
            said = {name.decode(): text.decode() for name, text in pyarrow.parquet.read_schema(io.BytesIO(answer.body)).metadata.items()}
            assert said["millrace.dataset"] == dataset
            assert said["millrace.venue"] == "binance-futures" and said["millrace.symbol"] == "BTCUSDT"
            assert said["millrace.instrument"] == "perpetual-BTC-USDT:USDT"
            assert said["millrace.interval"] == "1h" and said["millrace.clock"] == "exchange" and said["millrace.engine"]
            assert re.fullmatch(r"[0-9a-f]{64}", said["millrace.tape"])
            assert tapes.setdefault((year, month), said["millrace.tape"]) == said["millrace.tape"]
            assert isinstance(json.loads(said["millrace.coverage"]), dict)
    assert len(set(tapes.values())) == 12


def test_coverage_is_what_is_on_the_tape(world, api):
    """First and last trade, days, rows, and what is missing, for the months of the whole tape and of the one with holes."""
    for tape in (world.btc, world.holed):
        for (year, month), url in api.files("ohlcv", tape=tape).items():
            said = json.loads(pyarrow.parquet.read_schema(io.BytesIO(fetch(url).body)).metadata[b"millrace.coverage"])
            held = [row for row in tape.rows if iso(row[1])[:7] == f"{year}-{month:02}"]
            assert [said["first"][:23], said["last"][:23]] == [datetime.datetime.fromisoformat(iso(row[1])).isoformat(timespec="milliseconds")[:23]
                                                               for row in (held[0], held[-1])], said
            assert said["days"] == sorted({iso(row[1])[:10] for row in held}) and said["rows"] == len(held)
            missing = [(a[0] + 1, b[0] - 1) for a, b in zip(held, held[1:]) if b[0] != a[0] + 1]
            assert [(hole["from"], hole["to"]) for hole in said["holes"]] == missing and bool(missing) == (tape is world.holed)


def test_pyarrow_duckdb_and_polars_read_the_same(months, tmp_path):
    for dataset in DATASETS:
        path = str(tmp_path / f"{dataset}.parquet")
        with open(path, "wb") as file:
            file.write(months[dataset][2025, 5].body)
        arrow = rows(pyarrow.parquet.read_table(path))
        assert rows(polars.read_parquet(path)) == arrow
        assert rows(duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table()) == arrow


def test_ranges_tags_and_head(api, months):
    url, whole = api.files("flow")[2025, 5], months["flow"][2025, 5]
    tag = whole.headers["ETag"]
    assert tag and int(whole.headers["Content-Length"]) == len(whole.body)
    assert api.files("flow")[2025, 5] and fetch(api.files("flow")[2025, 5]).headers["ETag"] == tag
    assert fetch(url, If_None_Match=tag).status == 304
    part = fetch(url, Range="bytes=4-1003")
    assert part.status == 206 and part.body == whole.body[4:1004]
    assert part.headers["Content-Range"] == f"bytes 4-1003/{len(whole.body)}"
    assert fetch(url, Range="bytes=-4").body == b"PAR1"
    assert fetch(url, Range=f"bytes={len(whole.body)}-").status == 416
    head = fetch(url, method="HEAD")
    assert head.status == 200 and head.body == b"" and head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_the_configured_public_address(world):
    with Serving(world.lake, "--public-url", "https://flow.example.org/at") as server:
        api = Api(server.url, world.keys["unlimited"])
        url = api.files("ohlcv")[2025, 5]
        assert url.startswith("https://flow.example.org/at/"), url
        assert fetch(url.replace("https://flow.example.org/at", server.url)).status == 200


def test_addresses_follow_the_host_that_was_asked(api):
    query = urllib.parse.urlencode(api.query())
    answer = fetch(f"{api.base}/data/ohlcv?{query}", X_API_KEY=api.key, Host="tapes.localhost:9000")
    assert all(file["url"].startswith("http://tapes.localhost:9000/") for file in answer.json["files"]), answer.body[:300]
    for host in ("a b", "evil.example/path", "x@y", "[::1", "a:b", '"'):
        answer = fetch(f"{api.base}/data/ohlcv?{query}", X_API_KEY=api.key, Host=host)
        assert answer.status in (200, 400, 421)
        assert answer.status != 200 or all(file["url"].startswith(api.url + "/") for file in answer.json["files"]), (host, answer.body[:300])
