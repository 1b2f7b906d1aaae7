"""CVD divergence and large prints, by lists, dictionaries and bisection."""
import bisect
import math
import statistics
from decimal import Decimal

import truth
from lake_pages import micros
from rerun import close_to, markets


def divergences(check, names, context):
    reach = names["REACH"]
    for label, names, trades, lake, market in markets("cvd-divergence", names, context):
        exact = truth.bars(trades, 5 * truth.MINUTE)
        high, low = {}, {}
        for trade in trades:
            start = trade.time // (5 * truth.MINUTE) * 5 * truth.MINUTE
            high[start], low[start] = max(high.get(start, trade.price), trade.price), min(low.get(start, trade.price), trade.price)
        times, cvd = [bar[0] for bar in exact], [bar[4] for bar in exact]
        expected = []
        for kind, price, best in (("bearish", high, max), ("bullish", low, min)):
            level = [price[time] for time in times]
            found = [i for i in range(reach, len(level) - reach) if level[i] == best(level[i - reach:i + reach + 1])]
            for a, b in zip(found, found[1:]):
                up, more = level[b] > level[a], cvd[b] > cvd[a]
                if level[a] != level[b] and cvd[a] != cvd[b] and up != more and up == (kind == "bearish"):
                    known = times[b + reach + 1] if b + reach + 1 < len(times) else None
                    expected.append((times[b], kind, level[a], level[b], cvd[a], cvd[b], known))
        got = [(micros(time), kind, before, price, cvd_before, cvd, known and micros(known)) for time, kind, before, price, cvd_before, cvd, known
               in names["divergences"].select("time", "kind", "before", "price", "cvd_before", "cvd", "known").iter_rows()]
        check(f"divergences, {label}: there are some", len(got) >= 3, len(got))
        check(f"divergences, {label}: the list", sorted(got, key=str) == sorted(expected, key=str),
              (got[:2], expected[:2], len(got), len(expected)))
        check(f"divergences, {label}: none is known before its last bar is over",
              all(row[6] is None or row[6] >= row[0] + (reach + 1) * 5 * truth.MINUTE for row in got))
        ours = [float(row["close"]) for row in truth.flow(lake, *market, interval="5m", dataset="ohlcv")]
        closes = [float(price) for price in names["bars"]["close"]]
        check.equal(f"divergences, {label}: closes are those of `millrace bars ohlcv`", closes, ours)


def prints(check, names, context):
    for label, names, trades, _, _ in markets("large-prints", names, context):
        # One print a time and side, in the order of times; the price is the last in the order of ids.
        groups = {}
        for trade in trades:
            notional, _ = groups.get((trade.time, trade.side), (Decimal(0), None))
            groups[trade.time, trade.side] = notional + trade.price * trade.quantity, trade.price
        order = sorted(groups, key=lambda key: key[0])
        last = {}
        for key in order:
            last[key[0]] = groups[key][1]
        times = sorted(last)
        check.equal(f"prints, {label}: how many", len(names["prints"]), len(groups))
        check.equal(f"prints, {label}: their notional, exactly", names["prints"]["notional"].sum(), sum(t.price * t.quantity for t in trades))
        moves = []
        for time, side in order:
            if time + 10_000_000 <= times[-1]:
                after = last[times[bisect.bisect_right(times, time + 10_000_000) - 1]]
                moves.append((float(groups[time, side][0]), side * 1e4 * math.log(after / groups[time, side][1]), time // 600_000_000))
        edges = names["edges"]
        parts = {}
        for size, move, block in moves:
            parts.setdefault(bisect.bisect_left(edges, size), []).append((move, block))
        counts = {key: row[0] for key, row in names["table"].items()}
        check.equal(f"prints, {label}: buckets", {key: len(part) for key, part in parts.items()}, counts)
        ranked = sorted(size for size, _, _ in moves)
        for share, edge in zip(names["SHARES"], edges):
            at = bisect.bisect_left(ranked, edge) / len(ranked)
            check(f"prints, {label}: {share} of all are below their edge", abs(at - share) < 0.02, at)
        for key, part in sorted(parts.items()):
            count, blocks, mean, error, naive = names["table"][key]
            expected = math.fsum(move for move, _ in part) / len(part)
            sums = {}
            for move, block in part:
                sums[block] = sums.get(block, 0) + move - expected
            of_blocks = 2 * math.sqrt(sum(rest * rest for rest in sums.values()) * len(sums) / (len(sums) - 1)) / len(part)
            check(f"prints, {label}: mean of bucket {key}", close_to(mean, expected), (mean, expected))
            check(f"prints, {label}: error of bucket {key}", blocks == len(sums) and close_to(error, of_blocks), (error, of_blocks))
            independent = 2 * statistics.stdev(move for move, _ in part) / math.sqrt(len(part))
            check(f"prints, {label}: naive error of bucket {key}", close_to(naive, independent, 1e-6), (naive, independent))
