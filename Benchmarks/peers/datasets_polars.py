"""All nine trade datasets by Polars: datasets_polars.py TRADES.parquet OUT SECONDS THREADS. OUT is a folder, for one file a dataset.

Written for speed, each choice measured against others: what a trade says of its neighbours is worked out by shifting whole columns, so that the
grouping has nothing to do but sums, order statistics and moments; bars are groups of a column that is known to be sorted; runs are the distances
between their first trades. The toxicity score, which needs the month, is left out.
"""
import os
import sys

# Polars reads its number of threads as it is imported.
os.environ["POLARS_MAX_THREADS"] = sys.argv[4]
import math

import polars as pl

from query import SIDES, SIZES, arguments, timed

source, target, seconds, threads = arguments()
c = pl.col
DIRECTIONS = ("uptick", "downtick", "unchanged")
FIELDS = {
    "flow": [f"taker_{side}_{what}" for side in SIDES for what in ("volume", "count")]
    + ["volume_delta", "volume_delta_notional", "flow_entropy", "taker_buy_sell_ratio", "taker_buy_sell_count_ratio", "taker_buy_sell_percentage",
       "taker_buy_sell_count_percentage"]
    + [f"taker_{side}_{size}_order_{what}" for side in SIDES for size in SIZES for what in ("volume", "count", "percentage", "count_percentage")],
    "trade_size": [f"{size}_order_{what}" for size in SIZES for what in ("volume", "count")] + ["volume", "n_trades"]
    + [f"{size}_order_{what}" for what in ("percentage", "count_percentage") for size in SIZES]
    + [f"trade_amount_{what}" for what in ("mean", "median", "std", "variance", "skewness", "kurtosis", "min", "max", "range_ratio", "cv")],
    "impact": ["amihud_like", "kyle_like_lambda", "impact_per_notional", "large_trade_reversal", "directional_impact_asymmetry"],
    "range": ["range", "range_bps"] + [f"price_{what}" for what in ("mean", "median", "std", "variance", "skewness", "kurtosis", "range_ratio", "cv")],
    "updownticks": [f"{each}_volume" for each in DIRECTIONS] + [f"{each}_count" for each in DIRECTIONS]
    + ["uptick_downtick_volume_ratio", "uptick_downtick_count_ratio"]
    + [f"{each}_{what}_percentage" for what in ("volume", "count") for each in DIRECTIONS],
    "run_structure": ["buy_run_max_len", "sell_run_max_len", "buy_run_mean_len", "sell_run_mean_len", "run_imbalance", "flip_rate",
                      "price_change_on_flip"],
    "returns": ["logret_var", "realized_vol", "bipower_variation", "jump_ratio", "ret_autocorr_lag1", "trendiness"],
    "vtwap": ["vwap", "twap"],
    "ohlcv": ["open", "high", "low", "close", "volume", "volume_notional"],
}


def trades():
    """Every trade with what it is beside its neighbours of the same bar: no value where there is none."""
    length = seconds * 1000
    rows = pl.scan_parquet(source).select((c("t") // length * length).alias("time"), "p", "q", "m", n=c("p") * c("q"))
    here = c("time")
    follows = here == here.shift(1)
    rows = rows.with_columns(
        r=pl.when(follows).then((c("p") / c("p").shift(1)).log()), flip=follows & (c("m") != c("m").shift(1)),
        later=pl.when(here == here.shift(-5)).then((c("p").shift(-5) / c("p")).log()),
        x=pl.when(follows).then(pl.when("m").then(-c("q")).otherwise("q")))
    first = (c("flip") | (here != here.shift(1))).fill_null(True)
    return rows.with_columns(here.set_sorted(), before=pl.when(here == here.shift(1)).then(c("r").shift(1)), first=first, i=pl.int_range(pl.len()))


def sums():
    """What the bars are made of."""
    p, q, n, r, before, x = (c(name) for name in ("p", "q", "n", "r", "before", "x"))
    parts = [pl.len().alias("n_trades"), q.sum().alias("volume"), n.sum().alias("volume_notional"), p.first().alias("open"),
             p.max().alias("high"), p.min().alias("low"), p.last().alias("close"), q.min().alias("least"), q.max().alias("most")]
    sizes = {"small": n < 100, "medium": (n >= 100) & (n < 1000), "large": n >= 1000}
    for side, maker in SIDES.items():
        mine = c("m") if maker else ~c("m")
        parts += [q.filter(mine).sum().alias(f"taker_{side}_volume"), n.filter(mine).sum().alias(f"{side}_notional"), mine.sum().alias(f"taker_{side}_count"),
                  r.filter(mine).sum().alias(f"{side}_return")]
        for size, fits in sizes.items():
            parts += [n.filter(mine & fits).sum().alias(f"taker_{side}_{size}_order_volume"), (mine & fits).sum().alias(f"taker_{side}_{size}_order_count")]
    for prefix, value in (("trade_amount", q), ("price", p)):
        parts += [value.mean().alias(f"{prefix}_mean"), value.median().alias(f"{prefix}_median"), value.var().alias(f"{prefix}_variance"),
                  value.skew().alias(f"{prefix}_skewness"), value.kurtosis().alias(f"{prefix}_kurtosis")]
    for direction, fits in (("uptick", r > 0), ("downtick", r < 0), ("unchanged", r == 0)):
        parts += [n.filter(fits).sum().alias(f"{direction}_volume"), fits.sum().alias(f"{direction}_count")]
    parts += [c("flip").sum().alias("flips"), (r.exp() - 1).abs().filter("flip").mean().alias("price_change_on_flip"),
              r.var().alias("logret_var"), (r * r).sum().alias("rv"), r.abs().sum().alias("steps"), (r * before).abs().sum().alias("products"),
              pl.corr(r, before).alias("ret_autocorr_lag1"), pl.cov(r, x).alias("covariance"), x.var().alias("size_variance"),
              c("later").filter(q >= q.quantile(0.9, interpolation="equiprobable")).mean().alias("large_trade_reversal")]
    return parts


def runs(rows):
    """Longest and mean runs of a side, of the trades that begin one."""
    count = pl.scan_parquet(source).select(pl.len()).collect().item()
    begun = rows.filter("first").select("time", "m", length=c("i").shift(-1).fill_null(count) - c("i"))
    parts = []
    for side, maker in SIDES.items():
        mine = c("length").filter(c("m") if maker else ~c("m"))
        parts += [mine.max().fill_null(0).alias(f"{side}_run_max_len"), mine.mean().alias(f"{side}_run_mean_len")]
    return begun.group_by("time", maintain_order=True).agg(*parts)


def derived(bars):
    move = (c("close") / c("open")).log().abs()
    buy, sell = c("taker_buy_volume"), c("taker_sell_volume")
    buys, sells = c("taker_buy_count"), c("taker_sell_count")
    share = buy / (buy + sell)
    cells = [(side, size, f"taker_{side}_{size}_order") for side in SIDES for size in SIZES]
    bars = bars.with_columns(
        volume_delta=buy - sell, volume_delta_notional=c("buy_notional") - c("sell_notional"), taker_buy_sell_ratio=buy / sell,
        taker_buy_sell_count_ratio=buys / sells, taker_buy_sell_percentage=share, taker_buy_sell_count_percentage=buys / (buys + sells),
        flow_entropy=-(share * share.log() + (1 - share) * (1 - share).log()).fill_nan(0),
        **{f"{name}_percentage": c(f"{name}_volume") / c(f"taker_{side}_volume") for side, size, name in cells},
        **{f"{name}_count_percentage": c(f"{name}_count") / c(f"taker_{side}_count") for side, size, name in cells},
        **{f"{size}_order_{what}": c(f"taker_buy_{size}_order_{what}") + c(f"taker_sell_{size}_order_{what}") for size in SIZES
           for what in ("volume", "count")},
        trade_amount_std=c("trade_amount_variance").sqrt(), trade_amount_min=c("least"), trade_amount_max=c("most"),
        trade_amount_range_ratio=c("most") / c("least"), price_std=c("price_variance").sqrt(), price_range_ratio=c("high") / c("low"),
        amihud_like=move / c("volume_notional"), kyle_like_lambda=c("covariance") / c("size_variance"),
        impact_per_notional=move / (c("buy_notional") - c("sell_notional")).abs(),
        directional_impact_asymmetry=c("buy_return") / c("buy_notional") + c("sell_return") / c("sell_notional"),
        range=c("high") - c("low"), range_bps=(c("high") - c("low")) / c("close") * 10_000,
        uptick_downtick_volume_ratio=c("uptick_volume") / c("downtick_volume"),
        uptick_downtick_count_ratio=c("uptick_count") / c("downtick_count"),
        **{f"{each}_{what}_percentage": c(f"{each}_{what}") / sum(c(f"{other}_{what}") for other in DIRECTIONS)
           for each in DIRECTIONS for what in ("volume", "count")},
        run_imbalance=(c("buy_run_max_len").cast(pl.Int64) - c("sell_run_max_len").cast(pl.Int64))
        / (c("buy_run_max_len") + c("sell_run_max_len")),
        flip_rate=c("flips") / (c("n_trades") - 1), realized_vol=c("rv").sqrt(), bipower_variation=math.pi / 2 * c("products"),
        jump_ratio=(1 - math.pi / 2 * c("products") / c("rv")).clip(lower_bound=0), trendiness=move / c("steps"),
        vwap=c("volume_notional") / c("volume"), twap=c("price_mean"))
    return bars.with_columns(
        **{f"{size}_order_percentage": c(f"{size}_order_volume") / c("volume") for size in SIZES},
        **{f"{size}_order_count_percentage": c(f"{size}_order_count") / c("n_trades") for size in SIZES},
        trade_amount_cv=c("trade_amount_std") / c("trade_amount_mean"), price_cv=c("price_std") / c("price_mean"))


def run():
    rows = trades()
    bars = rows.group_by("time", maintain_order=True).agg(*sums()).join(runs(rows), on="time")
    bars = derived(bars).sort("time").collect(engine="streaming")
    os.makedirs(target, exist_ok=True)
    for name, fields in FIELDS.items():
        bars.select("time", *fields).write_parquet(os.path.join(target, f"{name}.parquet"), compression="zstd")


timed(run)
