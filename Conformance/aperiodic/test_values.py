"""Every number that the client gets, against the reference."""
import datetime
import glob
import os
import subprocess
import sys
import time

import aperiodic
import pyarrow.parquet
import pytest

import reference
import tape as text
from asking import DECEMBER, JANUARY, fetch, rows, table, within
from conftest import bring
from harness import SHARED, millrace
from reference import DATASETS, differences
from tapes import Tape


@pytest.mark.parametrize("output", ("polars", "pandas"))
@pytest.mark.parametrize("dataset", DATASETS)
def test_a_year_of_hours_by_the_client(world, api, dataset, output):
    found = api.metrics(dataset, output=output)
    assert not differences(rows(found), within(world.expected(world.btc, "1h")[dataset], JANUARY, DECEMBER))


@pytest.mark.parametrize("interval", ("1s", "15s", "1m", "5m", "15m", "30m", "4h", "1d"))
def test_every_interval(world, api, interval, quick):
    if quick and interval not in ("1s", "5m", "1d"):
        pytest.skip("left out by --quick")
    for dataset in DATASETS:
        for name in ("holed", "inverse", "sideless"):
            tape = getattr(world, name)
            found = api.metrics(dataset, tape=tape, interval=interval, start=datetime.date(2024, 1, 1), end=datetime.date(2025, 12, 31))
            words = differences(rows(found), world.expected(tape, interval)[dataset])
            assert not words, (dataset, name, words)


@pytest.mark.parametrize("output", ("polars", "pandas"))
def test_the_functions_with_a_name_of_their_own(world, api, output):
    expected = {name: within(rows, JANUARY, DECEMBER) for name, rows in world.expected(world.btc, "1h").items()}
    for function, dataset in ((aperiodic.get_ohlcv, "ohlcv"), (aperiodic.get_vwap, "vtwap"), (aperiodic.get_twap, "vtwap")):
        assert not differences(rows(api.call(function, output=output)), expected[dataset])


def test_the_end_date_is_included_to_its_last_bar(world, api):
    for start, end in ((datetime.date(2025, 1, 31), datetime.date(2025, 2, 1)), (datetime.date(2025, 2, 28), datetime.date(2025, 2, 28))):
        expected = within(world.expected(world.btc, "1h")["ohlcv"], start, end)
        days = [datetime.datetime.fromtimestamp(row["time"] / 10**6, datetime.timezone.utc).date() for row in (expected[0], expected[-1])]
        assert days == [start, end]
        assert not differences(rows(api.metrics("ohlcv", start=start, end=end)), expected)


def test_a_month_file_is_the_whole_month(world, api):
    """Also when a day of it was asked for: the client cuts."""
    for dataset in ("ohlcv", "flow"):
        url, = api.files(dataset, start="2025-05-01", end="2025-05-01").values()
        expected = within(world.expected(world.btc, "1h")[dataset], datetime.date(2025, 5, 1), datetime.date(2025, 5, 31))
        assert not differences(rows(table(fetch(url).body)), expected)


def test_twelve_months_by_ten_downloads_at_once(world, api):
    end = datetime.date(2026, 1, 31)
    for dataset in ("flow", "returns"):
        assert len(api.files(dataset, end="2026-01-31", interval="30m")) == 12
        found = api.metrics(dataset, end=end, interval="30m", max_concurrent=10)
        assert not differences(rows(found), within(world.expected(world.btc, "30m")[dataset], JANUARY, end))


def test_the_command_line_says_the_same(world, api, tmp_path):
    """To the last bit, and with the vendor's columns first."""
    done = millrace("bars", "all", "--data", world.lake, "--venue", "binance-futures", "--symbol", "BTCUSDT", "--interval", "1h", "--format", "parquet",
                    "--from", "2025-05-01", "--to", "2025-06-01", "--output", tmp_path, "--quiet")
    assert done.status == 0, done.stderr
    for dataset in DATASETS:
        served = table(fetch(api.files(dataset)[2025, 5]).body).replace_schema_metadata()
        told = pyarrow.parquet.read_table(tmp_path / f"{dataset}.parquet").replace_schema_metadata()
        assert told.column_names[:served.num_columns] == served.column_names
        assert told.select(served.column_names).equals(served), dataset


def test_months_without_trades_have_no_file(api):
    assert (2025, 8) not in api.files("ohlcv")
    assert api.files("ohlcv", start="2025-08-02", end="2025-08-30") == {}
    assert len(api.metrics("ohlcv", start=datetime.date(2025, 8, 1), end=datetime.date(2025, 8, 31))) == 0


def test_one_trade_a_bar_gives_the_types_of_any_month(api):
    """March holds bars of one trade: many of its columns have no value at all."""
    for dataset in DATASETS:
        found = api.metrics(dataset, start=datetime.date(2025, 3, 1), end=datetime.date(2025, 4, 30), output="polars")
        assert found.height > 200
        assert all(str(kind) in ("Int64", "Float64", "Datetime(time_unit='us', time_zone=None)") for kind in found.dtypes), found.schema


def test_the_address_from_the_environment(world, api):
    program = ("import aperiodic, datetime, os\n"
               "print(len(aperiodic.get_symbols(os.environ['KEY'], exchange='binance-futures')))")
    done = subprocess.run([sys.executable, "-c", program], env=os.environ | {"APERIODIC_API_URL": api.base, "KEY": api.key},
                          capture_output=True, text=True)
    assert done.stdout.strip() == "2", done.stderr


def test_real_coin_margined_day(world, api, quick):
    found = glob.glob(os.path.join(SHARED, "binance-coinm-aggtrades", "BTCUSD_PERP-*.zip"))
    if quick or not found:
        pytest.skip("left out by --quick, or no COIN-M day in ../shared/data")
    recorded = Tape("binance-coin-futures", "BTCUSD_PERP", "perpetual-BTC-USD:BTC",
                    [(t.id, t.time, *(f"{m / 10**d:.{d}f}" for m, d in (t.price, t.quantity)), t.side) for t in text.read(found)], contract_size=100)
    bring(world.lake, world.folder, recorded)
    compare(world, api, recorded, ("1m", "1d"), datetime.date(2026, 5, 1))


def test_real_spot_days_with_holes(world, api, quick):
    found = sorted(glob.glob(os.path.join(SHARED, "binance-spot-ltcusdt", "LTCUSDT*.csv.gz")))
    if quick or not found:
        pytest.skip("left out by --quick, or no LTCUSDT files in ../shared/data")
    recorded = Tape("binance-spot", "LTCUSDT", "spot-LTC-USDT",
                    [(t.id, t.time, *(f"{m / 10**d:.{d}f}" for m, d in (t.price, t.quantity)), t.side) for t in text.read(found)])
    bring(world.lake, world.folder, recorded)
    compare(world, api, recorded, ("1m", "1h"), datetime.date(2025, 6, 1))


def compare(world, api, tape, intervals, month):
    for _ in range(50):
        if tape.atlas in aperiodic.get_symbols(api.key, exchange=tape.venue, base_url=api.base):
            break
        time.sleep(0.1)
    for interval in intervals:
        expected = reference.rows(tape.trades, interval, contract_size=tape.contract_size)
        for dataset in DATASETS:
            found = api.metrics(dataset, tape=tape, interval=interval, start=month, end=month + datetime.timedelta(days=27))
            words = differences(rows(found), expected[dataset])
            assert not words, (dataset, interval, words)
