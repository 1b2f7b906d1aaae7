import assert from "node:assert/strict";
import test from "node:test";
import { cumulate, exact, nearest } from "../../Page/data/delta.js";
import { group } from "../../Page/view/footprint.js";
import { sumSizes } from "../../Page/view/sizes.js";

const bar = (time, delta) => ({ time, flow: { values: { volume_delta: delta } } });

test("Decimals add up without rounding", () => {
  assert.equal(nearest(exact(0.1) + exact(0.2)), 0.3);
  assert.equal(nearest(exact(1e-7) + exact(-2.5e-8)), 7.5e-8);
  assert.equal(nearest(exact(-71240.47) + exact(0.000001)), -71240.469999);
  assert.equal(nearest(exact(1e21)), 1e21);
  assert.equal(nearest(exact(-0.5)), -0.5);
});

test("The cumulative delta is zero where its anchor begins, both ways from there", () => {
  const bars = [bar(0, 1), bar(60, 0.1), bar(120, 0.2), bar(180, -5)];
  assert.deepEqual(cumulate(bars, 120), [-0.1, 0, 0.2, -4.8]);
  assert.deepEqual(cumulate(bars, 0), [1, 1.1, 1.3, -3.7]);
  assert.deepEqual(cumulate(bars, 999), [4.7, 4.8, 5, 0]);
});

test("A page further back leaves the sums of the bars that were there", () => {
  const bars = Array.from({ length: 50 }, (_, index) => bar(index * 60, Math.round(Math.sin(index) * 1e5) / 1e5));
  const whole = cumulate(bars, 0);
  assert.deepEqual(cumulate(bars.slice(20), bars[20].time, whole[19]), whole.slice(20));
  assert.deepEqual(cumulate(bars, bars[20].time, whole[19]), whole);
});

test("Levels put together keep every volume", () => {
  const levels = Array.from({ length: 100 }, (_, index) => ({
    price: 100 + index * 0.5, price_to: 100.5 + index * 0.5, taker_buy_volume: 0.1, taker_sell_volume: index % 2 ? 0.3 : 0,
  }));
  const rows = group(levels, 40);
  assert.ok(rows.length <= 41 && rows[0].price > rows[1].price);
  assert.equal(nearest(rows.reduce((sum, row) => sum + exact(row.buys), 0n)), 10);
  assert.equal(nearest(rows.reduce((sum, row) => sum + exact(row.sells), 0n)), 15);
  assert.deepEqual(group([]), []);
});

test("Order sizes are summed over bars, and without trades there is no share", () => {
  const one = { flow: { values: { taker_buy_large_order_volume: 3, taker_sell_large_order_volume: 1 } } };
  const [large, , small] = sumSizes([one, one]);
  assert.deepEqual([large.buys, large.sells, large.share], [6, 2, 0.75]);
  assert.ok(Number.isNaN(small.share));
});
