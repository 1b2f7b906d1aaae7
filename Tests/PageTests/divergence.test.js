import assert from "node:assert/strict";
import test from "node:test";
import { countWithin, divergences, FARTHEST, REACH } from "../../Page/data/divergence.js";

/** Bars whose high and low lie one above and below a line through these `[place, price]`, and sums likewise. */
function line(points, length) {
  return Array.from({ length }, (_, place) => {
    const next = points.findIndex(([at]) => at >= place);
    if (next <= 0) return points[next < 0 ? points.length - 1 : 0][1];
    const [[from, low], [to, high]] = [points[next - 1], points[next]];
    return low + ((high - low) * (place - from)) / (to - from);
  });
}
const bar = (time, price, quality = "complete", open = false) =>
  ({ time, ohlcv: { open, values: { high: price + 1, low: price - 1, quality } }, flow: { open, values: { quality } } });
const barsOf = (prices) => prices.map((price, place) => bar(place * 60, price));

/** Two tops, the second higher, while the sum at the second is lower. */
const tops = line([[0, 100], [10, 120], [20, 105], [30, 125], [40, 100]], 41);
const fading = line([[0, 0], [10, 50], [20, 20], [30, 35], [40, 0]], 41);
const kinds = (found) => found.map((one) => one.kind);

test("A higher high on less buying is bearish, and its ends are the swings of both", () => {
  const [one, ...rest] = divergences(barsOf(tops), fading);
  assert.deepEqual(rest, []);
  assert.deepEqual(one, {
    kind: "bearish", from: { time: 600, price: 121, sumTime: 600, sum: 50 }, to: { time: 1800, price: 126, sumTime: 1800, sum: 35 },
  });
});

test("A lower low on less selling is bullish", () => {
  assert.deepEqual(kinds(divergences(barsOf(tops.map((price) => -price)), fading.map((sum) => -sum))), ["bullish"]);
});

test("Where both go the same way, or price does not go further, nothing parts", () => {
  assert.deepEqual(divergences(barsOf(tops), tops), []);
  assert.deepEqual(divergences(barsOf([...tops].reverse()), fading), []);
  // Half a bar's worth of less buying is none.
  assert.deepEqual(divergences(barsOf(tops), line([[0, 0], [10, 50], [20, 20], [30, 49], [40, 0]], 41)), []);
});

test("Takers may turn a bar or two before price", () => {
  const early = line([[0, 0], [8, 50], [20, 20], [28, 35], [40, 0]], 41);
  const [one] = divergences(barsOf(tops), early);
  assert.deepEqual([one.from.time, one.from.sumTime, one.to.sumTime], [600, 480, 1680]);
});

test("Nothing is compared across a bar whose trades are not all known, nor beside one", () => {
  for (let place = 0; place < tops.length; place += 1) {
    for (const half of ["ohlcv", "flow"]) {
      const bars = barsOf(tops);
      bars[place][half].values.quality = "gap";
      const isNear = place >= 10 - REACH && place <= 30 + REACH;
      assert.equal(divergences(bars, fading).length, isNear ? 0 : 1, `${half} of ${place}`);
    }
    const repaired = barsOf(tops);
    repaired[place].ohlcv.values.quality = "repaired";
    assert.equal(divergences(repaired, fading).length, 1);
  }
});

test("A swing is one once enough final bars stand behind it", () => {
  const bars = barsOf(tops);
  assert.equal(divergences(bars.slice(0, 31 + REACH), fading).length, 1);
  assert.equal(divergences(bars.slice(0, 30 + REACH), fading).length, 0);
  bars[30 + REACH].flow.open = true;
  assert.equal(divergences(bars.slice(0, 31 + REACH), fading).length, 0, "a growing bar may rise yet");
});

test("Swings too far from each other are not compared", () => {
  const apart = (distance) => {
    const shape = (values) => line([[0, values[0]], [10, values[1]], [20, values[2]], [distance, values[2]], [10 + distance, values[3]], [20 + distance, values[0]]], 21 + distance);
    return divergences(barsOf(shape([100, 120, 110, 125])), shape([0, 50, 20, 35])).length;
  };
  assert.deepEqual([apart(FARTHEST), apart(FARTHEST + 1)], [1, 0]);
});

function walk(draw, length) {
  let [price, sum] = [1000, 0];
  const bars = [];
  const sums = [];
  for (let place = 0; place < length; place += 1) {
    price += Math.round(draw() * 20 - 10);
    sum += Math.round(draw() * 40 - 20);
    const quality = draw() < 0.01 ? "gap" : "complete";
    const one = bar(place * 60, price, quality);
    one.ohlcv.values.high += Math.round(draw() * 5);
    one.ohlcv.values.low -= Math.round(draw() * 5);
    bars.push(one);
    sums.push(sum);
  }
  return { bars, sums };
}
const mirror = ({ bars, sums }) => ({
  bars: bars.map((one) => ({ ...one, ohlcv: { ...one.ohlcv, values: { ...one.ohlcv.values, high: -one.ohlcv.values.low, low: -one.ohlcv.values.high } } })),
  sums: sums.map((sum) => -sum),
});

test("Upside down, bearish is bullish; higher by a constant, nothing changes; piece by piece, the same is found", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  let state = seed;
  const draw = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  let total = 0;
  for (let round = 0; round < 40; round += 1) {
    const one = walk(draw, 400);
    const found = divergences(one.bars, one.sums);
    total += found.length;
    const other = mirror(one);
    const told = (list) => list.map(({ kind, from, to }) => `${kind} ${from.time} ${from.sumTime} ${to.time} ${to.sumTime}`).sort();
    const swapped = divergences(other.bars, other.sums).map((each) => ({ ...each, kind: each.kind === "bearish" ? "bullish" : "bearish" }));
    assert.deepEqual(told(swapped), told(found), `seed ${seed}, round ${round}`);
    assert.deepEqual(told(divergences(one.bars, one.sums.map((sum) => sum + 1e6))), told(found), `seed ${seed}, round ${round}`);
    const late = divergences(one.bars, one.sums, 200);
    assert.deepEqual(told(late), told(found.filter((each) => each.to.time >= 200 * 60)), `seed ${seed}, round ${round}`);
    for (const { from, to } of found) {
      const between = one.bars.filter((each) => each.time >= from.time && each.time <= to.time);
      assert.ok(between.every((each) => each.ohlcv.values.quality !== "gap"), `seed ${seed}, round ${round}`);
    }
    const count = countWithin(found, 0, Infinity);
    assert.equal(count.bearish + count.bullish, found.length);
  }
  assert.ok(total > 40, `seed ${seed}: ${total} were found in all`);
});

test("One is in view as soon as a part of it is", () => {
  const found = divergences(barsOf(tops), fading);
  assert.deepEqual([countWithin(found, 0, 599).bearish, countWithin(found, 700, 800).bearish, countWithin(found, 1801, 9999).bearish], [0, 1, 0]);
});
