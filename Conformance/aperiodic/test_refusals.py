"""What is refused, how, and in which order."""
import asyncio
import datetime
import time
import urllib.parse

import aperiodic
import pytest

from asking import Api, fetch, refused, rows, within
from conftest import key
from reference import DATASETS, differences
from serving import Serving

MAY = {"start": datetime.date(2025, 5, 1), "end": datetime.date(2025, 5, 31)}
PREVIEW_OPTION = "binance-futures,perpetual-BTC-USDT:USDT,1d,2025-02-01,2025-04-30"
CONFIGURED = {"interval": "1d", "start": datetime.date(2025, 2, 1), "end": datetime.date(2025, 4, 30)}
PREVIEW = MAY | {"interval": "5m", "preview": True}


def test_a_wrong_key_is_401_everywhere(api):
    wrong = api.with_key("no-such-key")
    for bucket in DATASETS + ("l2_imbalance", "nothing"):
        refused(401, wrong.metrics, bucket)
        refused(401, wrong.metrics, bucket, **PREVIEW)
    refused(401, aperiodic.get_symbols, "no-such-key", exchange="binance-futures", base_url=api.base)
    refused(401, wrong.raw, aperiodic.get_raw)
    for path in ("data/flow", "metadata/symbols", "data/raw/trades", "data/preview/flow"):
        assert api.get(path, key="").status == 401, path
        answer = api.get(path, key="wrong")
        assert answer.status == 401 and isinstance(answer.json["error"], str), answer.body


def test_the_demo_key_opens_previews_only(world, api):
    demo = api.with_key("DEMO-KEY")
    refused(401, demo.metrics, "flow")
    refused(401, demo.raw, aperiodic.get_raw)
    refused(401, aperiodic.get_symbols, "DEMO-KEY", exchange="binance-futures", base_url=api.base)


def test_previews(world, api):
    for client in (api.with_key(None), api):
        for dataset in DATASETS:
            found = client.metrics(dataset, **PREVIEW)
            assert not differences(rows(found), within(world.expected(world.btc, "5m")[dataset], MAY["start"], MAY["end"]))
    raw = api.with_key(None).raw(aperiodic.get_raw, preview=True, **MAY)
    assert raw.height == sum(1 for row in world.btc.rows if 1746057600_000000 <= row[1] < 1748736000_000000)


@pytest.mark.parametrize("other", (
    {"interval": "1h"}, {"timestamp": "true"}, {"symbol": "perpetual-ETH-USDT:USDT"}, {"exchange": "binance-spot"},
    {"end": datetime.date(2025, 6, 1)}, {"start": datetime.date(2025, 4, 30)}, {"start": datetime.date(2024, 1, 1), "end": datetime.date(2024, 1, 2)}))
def test_previews_of_anything_else(api, other):
    refused(400, api.with_key(None).metrics, "ohlcv", **(PREVIEW | other))


def test_a_preview_that_was_configured(world):
    with Serving(world.lake, "--preview", PREVIEW_OPTION) as server:
        demo = Api(server.url, None)
        assert demo.metrics("ohlcv", **(PREVIEW | CONFIGURED)).height
        refused(400, demo.metrics, "ohlcv", **PREVIEW)


def test_unknown_datasets(api):
    for bucket in ("slippage", "l1_price", "l2_imbalance", "funding", "open_interest", "basis", "nothing", "Flow", "raw", "preview"):
        answer = api.get(f"data/{bucket}", **api.query())
        assert answer.status == 404 and isinstance(answer.json["error"], str), (bucket, answer.body)
    refused(404, api.metrics, "slippage")


@pytest.mark.parametrize("wrong", (
    {"exchange": "moon"}, {"symbol": "perpetual-NO-SUCH:SUCH"}, {"symbol": "BTCUSDT"}, {"symbol": ""}, {"interval": "7m"}, {"interval": ""},
    {"timestamp": "never"}, {"exchange": "binance-coin-futures"}))
def test_unknown_parameters(api, wrong):
    error = refused(400, api.metrics, "flow", **wrong)
    assert len(error.details) == 1 and error.message, error.details


def test_inverted_dates(api):
    assert refused(400, api.metrics, "flow", start=datetime.date(2025, 5, 2), end=datetime.date(2025, 5, 1)).details
    for path in ("data/flow", "data/raw/trades"):
        query = api.query(start="2025-05-02", end="2025-05-01")
        assert api.get(path, **query).status == 400


@pytest.mark.parametrize("date", ("2025-02-30", "2025-13-01", "today", "", "20250501", "2025-5-1", "2025-05-01T00:00:00Z", "99999-01-01", "-001-01-01"))
def test_impossible_dates(api, date):
    for name in ("start_date", "end_date"):
        answer = api.get("data/flow", **(api.query() | {name: date}))
        assert answer.status == 400 and len(answer.json["details"]) == 1, (name, date, answer.body)


def test_every_fault_is_named_at_once(api):
    answer = api.get("data/flow")
    assert answer.status == 400 and len(answer.json["details"]) == 6, answer.body
    answer = api.get("data/flow", timestamp="x", interval="x", exchange="x", symbol="x", start_date="x", end_date="x")
    assert answer.status == 400 and len(answer.json["details"]) >= 5, answer.body


def test_the_order_of_checks(world, api):
    wrong, poor = api.with_key("wrong"), api.with_key(world.keys["tier1"])
    assert wrong.get("data/nothing").status == 401
    assert api.get("data/nothing", interval="x").status == 404
    assert poor.get("data/flow", **(api.query() | {"interval": "1s", "symbol": "x"})).status == 400
    assert poor.get("data/flow", **api.query(interval="1s")).status == 403


def test_arrival_times_that_were_never_recorded(api):
    error = refused(400, api.metrics, "flow", timestamp="true")
    assert "arrival" in (error.message + " ".join(error.details)), (error.message, error.details)


@pytest.mark.parametrize("plan, opened", (("tier1", ()), ("tier2", ()), ("tier3", ("15s", "30s")), ("prime", ("1s", "15s", "30s"))))
def test_short_bars_need_a_plan(world, api, plan, opened):
    client = api.with_key(world.keys[plan])
    for interval in ("1s", "15s", "30s", "1m"):
        if interval in opened or interval == "1m":
            client.metrics("ohlcv", interval=interval, **MAY)
        else:
            error = refused(403, client.metrics, "ohlcv", interval=interval, **MAY)
            assert error.code and error.message


def test_raw_files_need_a_plan(world, api):
    error = refused(403, api.with_key(world.keys["prime"]).raw, aperiodic.get_raw, **MAY)
    assert error.code == "raw_not_in_plan", error.code
    assert api.with_key(world.keys["prime-raw"]).raw(aperiodic.get_raw, **MAY).height


def test_too_many_calls(world, api, monkeypatch):
    client = api.with_key(key(world.lake, "tier1"))
    time.sleep(1.5)
    answers = [client.get("metadata/symbols", exchange="binance-futures") for _ in range(70)]
    statuses = [answer.status for answer in answers]
    assert statuses[:50] == [200] * 50 and statuses[-1] == 429, statuses
    said = answers[-1].headers["Retry-After"]
    assert said.isdigit() and 1 <= int(said) <= 60 and answers[-1].json["error"]
    # The client waits as long as it was told to, at most its own ten seconds, four times in all.
    waited = []

    async def sleep(seconds, *_):
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    refused(429, aperiodic.get_symbols, client.key, exchange="binance-futures", base_url=client.base)
    assert len(waited) == 3 and all(abs(each - min(10, int(said))) <= 1 for each in waited), (waited, said)


def test_tampered_addresses(api):
    url = api.files("ohlcv")[2025, 5]
    assert fetch(url).status == 200
    parts = urllib.parse.urlsplit(url)
    pairs = urllib.parse.parse_qsl(parts.query)
    changed = {parts._replace(query="").geturl(), url.replace("2025-05", "2025-06"), url.replace("BTC", "ETH"), url.replace("/1h/", "/1m/")}
    for index, (name, value) in enumerate(pairs):
        last = chr(ord(value[-1]) ^ 1)
        for other in (value[:-1] + last, value[1:], value + "0", "", "0", "99999999999999999999"):
            changed.add(parts._replace(query=urllib.parse.urlencode(pairs[:index] + [(name, other)] + pairs[index + 1:])).geturl())
        changed.add(parts._replace(query=urllib.parse.urlencode(pairs[:index] + pairs[index + 1:])).geturl())
    changed.discard(url)
    assert len(changed) > 10
    for each in changed:
        answer = fetch(each)
        assert answer.status == 403 and answer.json["error"], (each, answer.status, answer.body[:200])


def test_links_outlive_a_restart_and_hold_on_another_server(world, api):
    url = api.files("ohlcv")[2025, 5]
    with Serving(world.lake) as other:
        assert fetch(url.replace(api.url, other.url)).status == 200
    with Serving(world.lake) as other:
        theirs = Api(other.url, api.key).files("ohlcv")[2025, 5]
        assert fetch(theirs.replace(other.url, api.url)).status == 200


def test_an_expired_address(world, shifted_clock):
    """A server whose clock is moved on by five minutes, rather than a test that waits for them."""
    with Serving(world.lake, environment=shifted_clock.environment) as server:
        api = Api(server.url, world.keys["unlimited"])
        url = api.files("ohlcv")[2025, 5]
        raw = api.get("data/raw/trades", **api.query(start="2025-05-01", end="2025-05-31")).json["files"][0]["url"]
        shifted_clock.set(290)
        assert fetch(url).status == 200
        shifted_clock.set(302)
        answer = fetch(url)
        assert answer.status == 403 and "expired" in answer.json["error"], answer.body
        assert fetch(raw).status == 200
        shifted_clock.set(3602)
        assert fetch(raw).status == 403
        # A list asked for now holds again.
        assert fetch(api.files("ohlcv")[2025, 5]).status == 200


def test_other_methods_and_paths(api):
    answer = api.get("data/flow", method="POST")
    assert answer.status == 405 and "GET" in answer.headers["Allow"] and answer.json["error"]
    assert api.get("nothing").status == 404
    assert api.get("data").status == 404
    for path in ("data/flow/2025", "data/raw", "files/../../catalogue.sqlite", "files/%2e%2e/%2e%2e/catalogue.sqlite"):
        assert api.get(path).status in (400, 403, 404), path
