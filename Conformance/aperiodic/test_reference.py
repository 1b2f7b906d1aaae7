"""That the judge sees what it should see."""
import math

import pytest

import tape
from reference import DATASETS, Near, differences, rows


def trade(i, second, price, quantity, side):
    return tape.Trade(i, second * 10**6, tape.decimal(price), tape.decimal(quantity), side)


HAND = [trade(1, 0, "100.0", "2", 1), trade(2, 10, "101.0", "1", -1), trade(3, 20, "101.0", "1", -1), trade(4, 59, "98.0", "20", 1)]


@pytest.mark.parametrize("dataset, expected", (
    ("ohlcv", {"open": 100.0, "high": 101.0, "low": 98.0, "close": 98.0, "volume": 24.0, "volume_notional": 2362.0}),
    ("vtwap", {"vwap": 2362 / 24, "twap": 100.0}),
    ("updownticks", {"uptick_volume": 101.0, "downtick_volume": 1960.0, "unchanged_volume": 101.0, "uptick_count": 1, "unchanged_count": 1}),
    ("run_structure", {"buy_run_max_len": 1, "sell_run_max_len": 2, "sell_run_mean_len": 2.0, "run_imbalance": -1 / 3, "flip_rate": 2 / 3,
                       "price_change_on_flip": (1 / 100 + 3 / 101) / 2}),
    ("trade_size", {"medium_order_count": 3, "large_order_volume": 1960.0, "trade_amount_median": 1.5, "trade_amount_range_ratio": 20.0,
                    "medium_order_percentage": 402 / 24, "large_order_count_percentage": 0.25}),
    ("returns", {"trendiness": math.log(100 / 98) / (math.log(1.01) + math.log(101 / 98)), "bipower_variation": 0.0, "jump_ratio": 1.0}),
    ("impact", {"amihud_like": math.log(100 / 98) / 2362, "impact_per_notional": math.log(100 / 98) / 1958, "large_trade_reversal": None,
                "directional_impact_asymmetry": math.log(98 / 101) / 2160 + math.log(1.01) / 202}),
    ("range", {"range": 3.0, "range_bps": 3 / 98 * 10_000, "price_median": 100.5, "price_variance": 2.0}),
    ("flow", {"taker_buy_volume": 22.0, "volume_delta_notional": 1958.0, "taker_buy_sell_ratio": 11.0, "flow_toxicity_score": None}),
))
def test_a_bar_worked_out_by_hand(dataset, expected):
    row, = rows(HAND, "1m")[dataset]
    for name, value in expected.items():
        assert row[name] == value if value is None or isinstance(value, int) else math.isclose(row[name], value, rel_tol=1e-12), name


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_least_difference_is_seen(dataset):
    expected = rows(HAND, "1m")[dataset]
    for name, value in expected[0].items():
        if isinstance(value, Near):
            off = 1e-7 * (abs(value) + value.scale) or 1e-300
            assert differences([expected[0] | {name: float(value) + math.copysign(off, value)}], expected), name
            assert not differences([expected[0] | {name: float(value) * (1 + 1e-12)}], expected), name
        elif isinstance(value, float):
            assert differences([expected[0] | {name: math.nextafter(value, math.inf)}], expected), name
        elif isinstance(value, int):
            assert differences([expected[0] | {name: value + 1}], expected) and (name == "time" or differences([expected[0] | {name: float(value)}], expected))
        assert value is None or differences([expected[0] | {name: None}], expected)
    assert differences([], expected) and differences([dict(reversed(expected[0].items()))], expected)
