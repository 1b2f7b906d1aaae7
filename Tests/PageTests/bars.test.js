import assert from "node:assert/strict";
import test from "node:test";
import { Bars, isDoubtful, wordOf } from "../../Page/data/bars.js";

const word = (time, trades, more = {}) => ({ time, open: false, revision: 0, ...more, values: { trade_count: trades, quality: "complete", ...more.values } });

test("A growing bar grows, and its final word stays", () => {
  const bars = new Bars();
  assert.equal(bars.take("ohlcv", word(60, 1, { open: true })), "last");
  assert.equal(bars.take("ohlcv", word(60, 5, { open: true })), "last");
  assert.equal(bars.take("ohlcv", word(60, 3, { open: true })), null, "an answer from before is late");
  assert.equal(bars.take("ohlcv", word(60, 6)), "last");
  assert.equal(bars.take("ohlcv", word(60, 9, { open: true })), null, "final beats growing");
  assert.equal(bars.get(60).ohlcv.values.trade_count, 6);
});

test("A repair replaces a bar of the past, and an older page does not undo it", () => {
  const bars = new Bars();
  bars.take("ohlcv", word(60, 6, { values: { quality: "gap" } }));
  bars.take("ohlcv", word(120, 2));
  assert.ok(isDoubtful(bars.get(60)));
  assert.equal(bars.take("ohlcv", word(60, 8, { revision: 1, values: { quality: "repaired" } })), "past");
  assert.equal(bars.take("ohlcv", word(60, 6, { values: { quality: "gap" } })), null);
  assert.equal(bars.get(60).ohlcv.values.trade_count, 8);
  assert.ok(!isDoubtful(bars.get(60)));
});

test("Bars stand in the order of time, whatever the order in which they come, and a bar without a price is not drawn", () => {
  const bars = new Bars();
  for (const time of [180, 60, 120]) bars.take("ohlcv", word(time, 1));
  bars.take("flow", word(240, 1));
  assert.deepEqual(bars.times, [60, 120, 180, 240]);
  assert.deepEqual(bars.rows().map((bar) => bar.time), [60, 120, 180]);
  bars.forget(-Infinity, 120);
  assert.deepEqual(bars.times, [120, 180, 240]);
});

test("Any order of the same words leaves the same bars", () => {
  const words = [word(60, 1, { open: true }), word(60, 4, { open: true }), word(60, 6), word(60, 7, { revision: 1 }), word(120, 1, { open: true })];
  const seed = Math.floor(Math.random() * 1e9);
  let state = seed;
  const draw = (below) => ((state = (state * 1103515245 + 12345) % 2147483648) / 2147483648) * below;
  for (let round = 0; round < 200; round += 1) {
    const bars = new Bars();
    const rest = [...words];
    while (rest.length) bars.take("ohlcv", rest.splice(Math.floor(draw(rest.length)), 1)[0]);
    assert.equal(bars.get(60).ohlcv.values.trade_count, 7, `seed ${seed}, round ${round}`);
  }
});

test("A row of history is the word that the stream would have said", () => {
  assert.deepEqual(wordOf({ time: 60, close: 2, revision: 1, is_open: true }), { time: 60, open: true, revision: 1, values: { close: 2 } });
});
