import assert from "node:assert/strict";
import test from "node:test";
import { daysOf, knownOf, putCallRatios, volumeOf } from "../../Page/data/options.js";

const NOTHING = { call_buy: 0, call_sell: 0, call_unknown: 0, call_block: 0, put_buy: 0, put_sell: 0, put_unknown: 0, put_block: 0 };
const window = (end, more) => ({ end, quality: "complete", trades: 1, ...NOTHING, call_open_interest: null, put_open_interest: null, gaps: [], ...more });

test("What was traded counts blocks and unknown takers, without rounding", () => {
  const row = window(1, { call_buy: 0.1, call_sell: 0.2, call_unknown: 0.3, call_block: 0.4, put_buy: 2 });
  assert.equal(volumeOf(row, "call"), 1);
  assert.deepEqual(putCallRatios([row]), [{ time: 1, quality: "complete", volume: 2, interest: null }]);
});

test("Without calls, or without a word on what is open, there is no ratio", () => {
  const rows = [window(1, { put_buy: 5 }), window(2, { call_buy: 1 }), window(3, { call_open_interest: 4, put_open_interest: 3 }), window(4, { call_open_interest: 4 })];
  assert.deepEqual(putCallRatios(rows).map(({ volume, interest }) => [volume, interest]), [[null, null], [0, null], [null, 0.75], [null, null]]);
});

test("Windows from before anything was held are left out, and none between", () => {
  const none = (end) => window(end, { quality: "gap", trades: 0 });
  const rows = [none(1), none(2), window(3, { quality: "gap" }), none(4), window(5)];
  assert.deepEqual(knownOf(rows).map((row) => row.end), [3, 4, 5]);
  assert.deepEqual(knownOf([none(1)]), []);
  assert.equal(knownOf([window(1, { trades: 0 })]).length, 1, "a window in which nothing was traded, and nothing lacks");
});

test("A day begins at midnight of its own calendar", () => {
  assert.deepEqual(daysOf({ days: [{ day: "2026-11-20", calls: 1 }] }), [{ day: "2026-11-20", calls: 1, time: Date.UTC(2026, 10, 20) * 1000 }]);
});
