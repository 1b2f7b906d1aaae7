import os
import sys

# Polars reads its number of threads as it is imported.
os.environ["POLARS_MAX_THREADS"] = sys.argv[4]
import polars as pl

from query import SIDES, SIZES, arguments, timed

source, target, seconds, threads = arguments()
NAMES = ["a", "p", "q", "f", "l", "t", "m"]


def run():
    trades = pl.scan_parquet(source) if source.endswith(".parquet") else pl.scan_csv(source, has_header=True, new_columns=NAMES)
    length = seconds * 1000
    notional = pl.col("p") * pl.col("q")
    trades = trades.select((pl.col("t") // length * length).alias("time"), "q", "m", notional.alias("n"))
    n = pl.col("n")
    sizes = {"small": n < 100, "medium": (n >= 100) & (n < 1000), "large": n >= 1000}
    sums = []
    for side, maker in SIDES.items():
        mine = pl.col("m") if maker else ~pl.col("m")
        sums += [pl.col("q").filter(mine).sum().alias(f"{side}_volume"), n.filter(mine).sum().alias(f"{side}_notional"),
                 mine.sum().alias(f"{side}_count")]
        for size, fits in sizes.items():
            sums += [n.filter(mine & fits).sum().alias(f"{side}_{size}_notional"), (mine & fits).sum().alias(f"{side}_{size}_count")]
    c = pl.col
    share = c("buy_volume") / (c("buy_volume") + c("sell_volume"))
    derived = [(c("buy_volume") - c("sell_volume")).alias("volume_delta"), (c("buy_notional") - c("sell_notional")).alias("volume_delta_notional"),
               (c("buy_volume") / c("sell_volume")).alias("volume_ratio"), (c("buy_count") / c("sell_count")).alias("count_ratio"),
               share.alias("volume_share"), (c("buy_count") / (c("buy_count") + c("sell_count"))).alias("count_share"),
               (-(share * share.log() + (1 - share) * (1 - share).log())).alias("flow_entropy")]
    for side in SIDES:
        for size in SIZES:
            derived += [(c(f"{side}_{size}_notional") / c(f"{side}_volume")).alias(f"{side}_{size}_percentage"),
                        (c(f"{side}_{size}_count") / c(f"{side}_count")).alias(f"{side}_{size}_count_percentage")]
    bars = trades.group_by("time").agg(*sums).with_columns(*derived).sort("time")
    bars.collect(engine="streaming").write_parquet(target)


timed(run)
