"""Raw trades as month files."""
import datetime
import io
from fractions import Fraction

import aperiodic
import polars
import pyarrow
import pyarrow.parquet
import pytest

from asking import DECEMBER, JANUARY, fetch, refused

COLUMNS = ["exchange_timestamp", "local_timestamp", "id", "side", "price", "amount"]
SIDES = {1: "buy", -1: "sell", 0: "unknown"}


def nearest(text):
    return float(Fraction(text))


def expected(tape, start, end):
    """Rows as the client must have them: base quantities, exactly; an inverse contract's at 1e-12, half to even."""
    result = []
    for i, time, price, quantity, side in tape.rows:
        day = datetime.datetime.fromtimestamp(time / 10**6, datetime.timezone.utc).date()
        if not start <= day <= end:
            continue
        base = Fraction(quantity)
        if tape.contract_size is not None:
            base = Fraction(round(base * tape.contract_size / Fraction(price) * 10**12), 10**12)
        result.append((time, None, i, SIDES[side], nearest(price), float(base)))
    return result


def found(frame):
    """Rows of a polars frame."""
    assert frame.columns == COLUMNS
    for name in COLUMNS[:2]:
        assert frame.schema[name] == polars.Datetime("us", "UTC"), frame.schema
    return frame.with_columns(polars.col(COLUMNS[:2]).dt.epoch("us")).rows()


def test_a_year_of_trades(world, api):
    assert found(api.raw(aperiodic.get_raw)) == expected(world.btc, JANUARY, DECEMBER)


@pytest.mark.parametrize("name", ("holed", "inverse", "sideless"))
def test_other_instruments(world, api, name):
    tape, start = getattr(world, name), datetime.date(2024, 1, 1)
    assert found(api.raw(aperiodic.get_raw, tape=tape, start=start)) == expected(tape, start, DECEMBER)


def test_pandas_has_the_same(world, api):
    start, end = datetime.date(2025, 1, 31), datetime.date(2025, 2, 1)
    frame = api.raw(aperiodic.get_raw, start=start, end=end, output="pandas")
    assert list(frame.columns) == COLUMNS and str(frame["exchange_timestamp"].dt.tz) == "UTC"
    assert frame["local_timestamp"].isna().all()
    wanted = expected(world.btc, start, end)
    assert len(wanted) > 1 and frame["id"].tolist() == [row[2] for row in wanted]
    assert frame["price"].tolist() == [row[4] for row in wanted] and frame["amount"].tolist() == [row[5] for row in wanted]
    assert frame["exchange_timestamp"].astype("datetime64[us, UTC]").astype("int64").tolist() == [row[0] for row in wanted]


def test_the_list_of_files(api):
    answer = api.get("data/raw/trades", **api.query(start="2025-02-01", end="2026-01-31")).json
    assert answer["dataset"] == "trades" and answer["exchange"] == "binance-futures" and answer["symbol"] == "perpetual-BTC-USDT:USDT"
    assert isinstance(answer["schema_version"], int) and answer["expires_in"] == 3600
    assert [file["period"] for file in answer["files"]] == [f"2025-{month:02}" for month in range(2, 13) if month != 8] + ["2026-01"]
    assert answer["missing_periods"] == ["2025-08"]
    for file in answer["files"]:
        body = fetch(file["url"])
        assert body.status == 200 and len(body.body) == file["size"] and body.headers["ETag"]
        assert fetch(file["url"], Range="bytes=0-3").body == b"PAR1"


def test_one_schema(api):
    schemas = []
    for name in ("perpetual-BTC-USDT:USDT", "perpetual-ETH-USDT:USDT"):
        for file in api.get("data/raw/trades", **api.query(symbol=name)).json["files"]:
            schemas.append(pyarrow.parquet.read_schema(io.BytesIO(fetch(file["url"]).body)).remove_metadata())
    assert all(schema.equals(schemas[0]) for schema in schemas)
    stamp = pyarrow.timestamp("us", "UTC")
    assert [field.type for field in schemas[0]] == [stamp, stamp, pyarrow.int64(), pyarrow.string(), pyarrow.float64(), pyarrow.float64()]
    assert not schemas[0].field("exchange_timestamp").nullable and schemas[0].field("local_timestamp").nullable


def test_downloads_are_skipped_when_they_are_there(api, tmp_path):
    settings = {"start": datetime.date(2025, 4, 15), "end": datetime.date(2025, 6, 15), "output_dir": tmp_path}
    paths = api.raw(aperiodic.download_raw, **settings)
    assert [str(path.relative_to(tmp_path)) for path in paths] == [
        f"trades/exchange=binance-futures/symbol=perpetual-BTC-USDT:USDT/year=2025/month={month:02}/data.parquet" for month in (4, 5, 6)]
    before = [path.stat().st_mtime_ns for path in paths]
    assert api.raw(aperiodic.download_raw, **settings) == paths
    assert [path.stat().st_mtime_ns for path in paths] == before
    assert polars.scan_parquet(f"{tmp_path}/**/data.parquet").select(polars.len()).collect().item() > 100


def test_coverage(world, api):
    coverage = aperiodic.get_raw_coverage(base_url=api.base)
    assert {"datasets", "summary", "coverage"} <= set(coverage)
    trades = coverage["coverage"]["trades"]
    assert set(trades) >= {tape.venue for tape in world.tapes}
    for tape in world.tapes:
        said = trades[tape.venue][tape.atlas]
        days = sorted({datetime.datetime.fromtimestamp(row[1] / 10**6, datetime.timezone.utc).date().isoformat() for row in tape.rows})
        assert (said["first"], said["last"], said["days"]) == (days[0], days[-1], len(days)), said
        assert {"missing", "bytes"} <= set(said)
    assert any(COLUMNS == [column if isinstance(column, str) else column["name"] for column in each["columns"]]
               for each in (coverage["datasets"].values() if isinstance(coverage["datasets"], dict) else coverage["datasets"]))


def test_datasets_that_need_quotes(api):
    for dataset in ("quotes", "mark_price", "index_price", "funding_rate"):
        refused(404, api.raw, aperiodic.get_raw, dataset=dataset)


def test_faults(api):
    assert refused(400, api.raw, aperiodic.get_raw, symbol="perpetual-NO-SUCH:SUCH").details
    assert refused(400, api.raw, aperiodic.get_raw, exchange="moon").details
    assert api.get("data/raw/trades").json["details"]
    answer = api.get("data/raw/trades", **api.query(start="2025-01-01", end="2026-01-02"))
    assert answer.status == 400 and answer.json["code"] == "range_too_long"
    assert api.get("data/raw/trades", **api.query(start="2025-01-01", end="2026-01-01")).status == 200


def test_the_client_splits_what_is_longer_than_a_year(world, api):
    end = datetime.date(2026, 1, 31)
    assert found(api.raw(aperiodic.get_raw, end=end)) == expected(world.btc, JANUARY, end)
