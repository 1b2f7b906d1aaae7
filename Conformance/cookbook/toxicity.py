"""Flow toxicity: scores, volatilities and correlations by their definitions, VPIN by where its buckets end."""
import bisect
import math
import statistics
from decimal import Decimal

import truth
from lake_pages import micros
from rerun import close_to, markets


def ranks(values):
    """Ranks from 1, those of equal values being their mean."""
    order = sorted(range(len(values)), key=values.__getitem__)
    out, at = [0.0] * len(values), 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for place in order[at:end]:
            out[place] = (at + end + 1) / 2
        at = end
    return out


def check_page(check, names, context):
    for label, names, trades, _, _ in markets("flow-toxicity", names, context):
        length, parts = 5 * truth.MINUTE, {}
        for trade in trades:
            parts.setdefault(trade.time // length * length, []).append(trade)
        rows, deltas, volatilities = [], [], []
        for time, part in sorted(parts.items()):
            deltas.append(float(sum(trade.side * trade.price * trade.quantity for trade in part)))
            steps = (math.log(b.price / a.price) for a, b in zip(part, part[1:]) if a.price != b.price)
            volatilities.append(math.sqrt(math.fsum(step * step for step in steps)))
            score = None
            if len(deltas) > 1 and len(set(deltas)) > 1 and len(set(volatilities)) > 1:
                score = math.prod((values[-1] - statistics.fmean(values)) / statistics.stdev(values) for values in (deltas, volatilities))
            rows.append((time, score))
        got = {micros(time): (score, vol) for time, score, vol in names["bars"].select("time", "score", "realized_vol").iter_rows()}
        check.equal(f"toxicity, {label}: bars", sorted(got), [row[0] for row in rows])
        wrong = [(row, got[row[0]]) for row, volatility in zip(rows, volatilities)
                 if (row[1] is None) != (got[row[0]][0] is None) or row[1] is not None and not close_to(row[1], got[row[0]][0], 1e-7)
                 or not close_to(volatility, got[row[0]][1], 1e-7)]
        check(f"toxicity, {label}: scores and volatilities by their definition", not wrong, wrong[:2])
        study = names["study"]
        following = {row[0]: volatility for row, volatility in zip(rows, volatilities[1:])}
        scored = {row[0] for row in rows if row[1] is not None} & set(following)
        later = {micros(time): volatility for time, volatility in study.select("time", "next_vol").iter_rows()}
        check(f"toxicity, {label}: bars of the study", set(later) <= scored and len(later) > len(scored) * 0.8, (len(later), len(scored)))
        check(f"toxicity, {label}: the volatility of the bar after", all(close_to(later[time], following[time], 1e-7) for time in later))
        fifths(check, label, names)
        size, now, then = (ranks(study[name].abs().to_list()) for name in ("score", "realized_vol", "next_vol"))
        same, ahead, habit = (statistics.correlation(a, b) for a, b in ((size, now), (size, then), (now, then)))
        pairs = ((same, names["same"]), (ahead, names["ahead"]), (habit, names["habit"]))
        check(f"toxicity, {label}: rank correlations", all(close_to(*pair, 1e-7) for pair in pairs), pairs)
        # What is left of both after a line through the ranks of this bar's volatility.
        def rest(values):
            slope, start = statistics.linear_regression(now, values)
            return [value - slope * x - start for x, value in zip(now, values)]
        check(f"toxicity, {label}: partial correlation", close_to(statistics.correlation(rest(size), rest(then)), names["partial"], 1e-6))
        check.equal(f"toxicity, {label}: wrong times", len(names["chance"]), len(size) - 24)
        for place in range(0, len(size) - 24, 40):
            step = place + 12
            moved = statistics.correlation(rest(size[-step:] + size[:-step]), rest(then))
            check(f"toxicity, {label}: scores moved by {step} bars", close_to(moved, names["chance"][place], 1e-6), (moved, names["chance"][place]))
        within = sum(abs(value) <= names["noise"] for value in names["chance"]) / len(names["chance"])
        check(f"toxicity, {label}: nineteen of twenty are within the noise", abs(within - 0.95) < 0.01, within)
        vpin(check, label, names, trades)


def fifths(check, label, names):
    """Five parts of equal size by the size of the score, and what the page says of their volatilities."""
    study = sorted(zip(names["study"]["score"].abs(), names["study"]["realized_vol"], names["study"]["next_vol"]))
    parts = [[] for _ in range(5)]
    for place, row in enumerate(study):
        parts[place * 5 // len(study)].append(row)
    expected = [(len(part), *(1e4 * math.fsum(row[column] for row in part) / len(part) for column in (1, 2))) for part in parts]
    got = [names["table"][fifth] for fifth in range(1, 6)]
    check(f"toxicity, {label}: fifths", all(same_numbers(a[:3], b) for a, b in zip(got, expected)), (got[:1], expected[:1]))


def same_numbers(some, others):
    return len(some) == len(others) and all(close_to(a, b, 1e-7) for a, b in zip(some, others))


def vpin(check, label, names, trades):
    """Each bucket's imbalance by where its ends lie in the running volume."""
    unit = Decimal(1).scaleb(-names["trades"].schema["quantity"].scale)
    buckets, window, volume = names["BUCKETS"], names["WINDOW"], names["volume"]
    ends, signed, at, net = [], [], 0, 0
    for trade in trades:
        amount = int(trade.quantity / unit)
        ends.append(at)
        signed.append((net, trade.side))
        at, net = at + amount, net + trade.side * amount
    check.equal(f"VPIN, {label}: volume of a bucket", volume, at // buckets)

    def net_at(where):
        i = bisect.bisect_right(ends, where) - 1
        return signed[i][0] + signed[i][1] * (where - ends[i])
    imbalance = [abs(net_at(volume * (i + 1)) - net_at(volume * i)) / volume for i in range(buckets)]
    check(f"VPIN, {label}: imbalances", same_numbers(names["imbalance"], imbalance))
    means = [math.fsum(imbalance[i - window:i]) / window for i in range(window, buckets + 1)]
    check(f"VPIN, {label}: means, none beyond 0 and 1", same_numbers(names["vpin"], means) and all(0 <= mean <= 1 for mean in means))
