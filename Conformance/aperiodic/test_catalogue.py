"""What the server says that it has."""
import aperiodic

from asking import fetch
from reference import DATASETS


def test_symbols(world, api):
    for venue in {tape.venue for tape in world.tapes}:
        wanted = sorted(tape.atlas for tape in world.tapes if tape.venue == venue)
        found = aperiodic.get_symbols(api.key, exchange=venue, base_url=api.base)
        assert found == sorted(found) and set(wanted) <= set(found)
    answer = api.get("metadata/symbols", exchange="binance-futures")
    assert answer.json["exchange"] == "binance-futures"
    assert "perpetual-BTC-USDT:USDT" in answer.json["symbols"]
    assert api.get("metadata/symbols", exchange="moon").status == 400
    assert api.get("metadata/symbols").status == 400


def test_the_catalogue_lists_what_is_served_and_nothing_else(world, api):
    answer = fetch(f"{api.base}/metadata/catalog")
    assert answer.status == 200, answer.body
    metrics = {metric["id"]: metric for metric in answer.json["metrics"]}
    assert set(metrics) == set(DATASETS)
    for name, metric in metrics.items():
        assert metric["name"] and metric["description"] and metric["category"]
        assert [field["name"] for field in metric["fields"]] == [column for column in world.expected(world.btc, "1h")[name][0] if column != "time"]
        assert all(field["label"] and field["description"] for field in metric["fields"])
