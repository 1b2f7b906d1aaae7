import assert from "node:assert/strict";
import test from "node:test";
import { Asked, standing } from "../../Page/data/asked.js";
import { coinOf } from "../../Page/data/coins.js";
import { ApiError } from "../../Page/data/errors.js";
import { InterestHistory, intervalFor, shares } from "../../Page/data/interest.js";

const MINUTE = 60_000_000;
const turn = () => new Promise((done) => setTimeout(done, 5));

test("Open interest knows a coin by its own name, however many of it a contract counts", () => {
  const coin = (base) => coinOf({ atlas: `perpetual-${base}-USDT:USDT` });
  assert.deepEqual(["BTC", "XBT", "1000PEPE", "SHIB1000", "1000000MOG", "1MBABYDOGE", "1INCH", "C98"].map(coin),
    ["BTC", "BTC", "PEPE", "SHIB", "MOG", "BABYDOGE", "1INCH", "C98"]);
  assert.equal(coinOf({ atlas: null }), "");
});

test("Shares are of all together, and of nothing there is none", () => {
  const answer = { exchanges: [{ exchange: "All", usd: 200 }, { exchange: "OKX", usd: 50 }] };
  assert.deepEqual(shares(answer).map((one) => one.share), [1, 0.25]);
  assert.ok(Number.isNaN(shares({ exchanges: [{ exchange: "All", usd: 0 }] })[0].share));
  assert.deepEqual(shares({ exchanges: [] }), []);
});

test("A stretch has no more bars than can be told apart, and none shorter than a venue is asked", () => {
  assert.equal(intervalFor("1s", 60 * MINUTE), "1m");
  assert.equal(intervalFor("5m", 60 * MINUTE), "5m");
  assert.equal(intervalFor("1m", 3000 * MINUTE), "3m");
  assert.equal(intervalFor("1m", 1e15), "1w");
});

test("An answer stands by what is held and by what went wrong", () => {
  assert.equal(standing(false, null), "loading");
  assert.equal(standing(true, null), "ready");
  assert.equal(standing(true, new ApiError(0, "")), "stale");
  assert.equal(standing(false, new ApiError(0, "")), "reconnecting");
  assert.equal(standing(false, new ApiError(500, "")), "error");
  assert.equal(standing(true, new ApiError(404, "")), "absent");
  assert.equal(standing(true, new ApiError(403, "")), "denied");
});

test("What was answered stays while the server is away, and another question forgets it", async () => {
  const asked = [];
  let fails = false;
  const api = { json: async (path, { coin }) => {
    asked.push(coin);
    if (fails) throw new ApiError(0, "gone");
    return { coin };
  } };
  const one = new Asked(api, () => {}, { pause: 1e6 });
  one.want(["/v1/open-interest", { coin: "BTC" }]);
  await turn();
  one.want(["/v1/open-interest", { coin: "BTC" }]);
  assert.deepEqual([one.word, one.value.coin, asked.length], ["ready", "BTC", 1]);
  fails = true;
  one.retry();
  await turn();
  assert.deepEqual([one.word, one.value.coin], ["stale", "BTC"]);
  one.want(["/v1/open-interest", { coin: "ETH" }]);
  assert.equal(one.word, "loading");
  await turn();
  assert.equal(one.word, "reconnecting");
  one.rest();
});

test("A late answer to the question before is not taken for one to this", async () => {
  const waiting = {};
  const api = { json: (path, { coin }) => new Promise((done) => (waiting[coin] = () => done({ coin }))) };
  const one = new Asked(api, () => {}, { pause: 1e6 });
  one.want(["/", { coin: "BTC" }]);
  one.want(["/", { coin: "ETH" }]);
  waiting.ETH();
  waiting.BTC();
  await turn();
  assert.equal(one.value.coin, "ETH");
  one.rest();
});

test("Scrolling within what is held asks nothing, and the live edge asks from the last bar on", async () => {
  const asked = [];
  const api = { json: async (path, { from, to }) => {
    asked.push([from, to]);
    const bars = [];
    for (let time = Math.ceil(from / MINUTE) * MINUTE; time < Math.min(to ?? Infinity, 100 * MINUTE); time += MINUTE) bars.push({ time, close: asked.length });
    return { bars };
  } };
  const series = { coin: "BTC", exchange: "All", unit: "usd", interval: "1m" };
  const one = new InterestHistory(api, () => {}, { pause: 1e6 });
  one.want(series, { from: 80 * MINUTE, to: 100 * MINUTE, isAtEdge: true });
  await turn();
  assert.deepEqual(asked, [[70 * MINUTE, 110 * MINUTE]]);
  one.want(series, { from: 72 * MINUTE, to: 92 * MINUTE, isAtEdge: false });
  one.want(series, { from: 80 * MINUTE, to: 120 * MINUTE, isAtEdge: true });
  assert.equal(asked.length, 1);
  one.retry();
  await turn();
  assert.deepEqual(asked[1], [99 * MINUTE, null]);
  assert.deepEqual(one.bars.map((bar) => bar.time), Array.from({ length: 30 }, (_, index) => (70 + index) * MINUTE));
  assert.equal(one.bars.at(-1).close, 2);
  one.want({ ...series, exchange: "OKX" }, { from: 80 * MINUTE, to: 100 * MINUTE, isAtEdge: true });
  assert.deepEqual(one.bars, []);
  one.rest();
});
