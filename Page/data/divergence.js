// Where price and cumulative delta part: price makes a higher high and takers do not buy more, or a lower low and they do not sell more.

/** A swing stands above (below) so many final bars on both sides. */
export const REACH = 5;
/** Two swings are compared where they are no more bars apart than these. */
export const FARTHEST = 60;
/** The sum at a swing is the extreme within so many bars of it: takers turn a little before price, or after. */
const NEAR = 2;

const KINDS = [{ kind: "bearish", name: "high", sign: 1 }, { kind: "bullish", name: "low", sign: -1 }];

/**
 * Regular divergences between swings that follow each other, by their second swing from a place on, rising.
 *
 * `bars` are bars of one interval and `sums` the cumulative delta at the end of each. Each is `{kind, from, to}`; both ends have the `time`
 * and `price` of the swing, and `sumTime` and `sum` of the extreme of the cumulative delta beside it. Growing bars at the end do not count;
 * nothing is compared across a bar whose trades are not all known.
 */
export function divergences(bars, sums, first = 0) {
  let count = bars.length;
  while (count > 0 && isOpen(bars[count - 1])) count -= 1;
  const found = [];
  for (const { kind, name, sign } of KINDS) {
    const values = Float64Array.from({ length: count }, (_, place) => sign * bars[place].ohlcv.values[name]);
    let before = -Infinity;
    for (let place = Math.max(REACH, first - FARTHEST); place < count - REACH; place += 1) {
      if (!isSwing(values, place)) continue;
      const isHigher = place - before <= FARTHEST && values[place] > values[before];
      if (place >= first && isHigher && isWhole(bars, before - REACH, place + REACH)) {
        const [from, to] = [before, place].map((at) => extreme(sums, at, sign));
        const end = (at, sumAt) => ({ time: bars[at].time, price: bars[at].ohlcv.values[name], sumTime: bars[sumAt].time, sum: sums[sumAt] });
        // Less than an average bar between them is no difference.
        if (sign * (sums[from] - sums[to]) > average(sums, before, place)) found.push({ kind, from: end(before, from), to: end(place, to) });
      }
      before = place;
    }
  }
  return found.sort((a, b) => a.to.time - b.to.time);
}

/** How many of them reach into a stretch of time, by kind. */
export function countWithin(list, from, to) {
  const count = { bearish: 0, bullish: 0 };
  for (const one of list) if (one.to.time >= from && one.from.time <= to) count[one.kind] += 1;
  return count;
}

const isOpen = (bar) => bar.ohlcv.open || bar.flow?.open;

/** Of equal bars beside each other the first is the swing. */
function isSwing(values, place) {
  for (let step = 1; step <= REACH; step += 1) {
    if (values[place - step] >= values[place] || values[place + step] > values[place]) return false;
  }
  return true;
}

function isWhole(bars, from, to) {
  for (let at = from; at <= to; at += 1) {
    if (!bars[at].flow || bars[at].flow.values.quality === "gap" || bars[at].ohlcv.values.quality === "gap") return false;
  }
  return true;
}

function extreme(sums, place, sign) {
  let best = place - NEAR;
  for (let at = best + 1; at <= place + NEAR; at += 1) if (sign * sums[at] > sign * sums[best]) best = at;
  return best;
}

function average(sums, from, to) {
  let sum = 0;
  for (let at = from + 1; at <= to; at += 1) sum += Math.abs(sums[at] - sums[at - 1]);
  return sum / (to - from);
}
