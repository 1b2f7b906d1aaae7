import assert from "node:assert/strict";
import test from "node:test";
import { BasketBars, instrumentOf, isPriceless } from "../../Page/data/basket.js";
import { coinOf } from "../../Page/data/coins.js";
import { Directory } from "../../Page/data/directory.js";
import { ApiError } from "../../Page/data/errors.js";
import { Feed } from "../../Page/data/feed.js";
import { search, unitsOf } from "../../Page/data/instruments.js";
import { averageDigits } from "../../Page/view/numbers.js";

const member = (venue, symbol, state = "live", first = 5) => ({ venue, symbol, state, first_time: first, last_time: first && first + 1 });
const perps = { name: "btc-perps", base: "BTC", instruments: [member("binance-futures", "BTCUSDT"), member("okx-perps", "BTC-USDT-SWAP", "disconnected", 3), member("bybit-linear", "BTCUSDT", "missing", null)] };
const mixed = { name: "majors", base: null, instruments: [member("binance-spot", "BTCUSDT", "imported"), member("binance-spot", "ETHUSDT", "missing", null)] };
const listed = [{ venue: "binance-futures", symbol: "BTCUSDT", trades: 7, atlas: "perpetual-BTC-USDT:USDT", kind: "linear", state: "live" }];

test("A basket stands among instruments: found by its coin, counted in dollars, live where a member is", () => {
  const one = instrumentOf(perps);
  assert.deepEqual([one.state, one.first_time, coinOf(one)], ["live", 3, "BTC"]);
  assert.deepEqual(unitsOf(one), { base: "BTC", quote: "USD" });
  assert.deepEqual(search([...listed, one], "btc basket").map((found) => found.symbol), ["btc-perps"]);
  assert.deepEqual(one.members, ["binance-futures:BTCUSDT", "okx-perps:BTC-USDT-SWAP", "bybit-linear:BTCUSDT"]);
  const other = instrumentOf(mixed);
  assert.deepEqual([other.state, isPriceless(other), coinOf(other), unitsOf(other).base], ["imported", true, "", "USD"]);
});

const flow = { volume_delta: null, taker_buy_volume: null, taker_sell_volume: null, volume_delta_notional: -5, taker_buy_notional: 10, taker_sell_notional: 15,
  volume_notional: 25, trade_count: 4, quality: "gap", contributors: "binance-spot:BTCUSDT", missing: "binance-spot:ETHUSDT" };

test("Of several coins dollars stand for coins, and prices are not there", () => {
  const bars = new BasketBars(instrumentOf(mixed));
  assert.deepEqual(bars.halves, ["flow"]);
  const said = Object.fromEntries(bars.told("flow", { time: 60, open: false, revision: 1, values: flow }));
  assert.deepEqual([said.ohlcv.values.close, said.ohlcv.values.volume, said.ohlcv.values.quality], [null, 25, "gap"]);
  assert.deepEqual([said.flow.values.volume_delta, said.flow.values.taker_buy_volume, said.flow.values.taker_sell_volume], [-5, 10, 15]);
  assert.deepEqual([said.flow.time, said.flow.revision, said.ohlcv.open], [60, 1, false]);
  assert.deepEqual(bars.members(60), { contributors: ["binance-spot:BTCUSDT"], missing: ["binance-spot:ETHUSDT"] });
  assert.deepEqual(bars.members(0), { contributors: [], missing: [] });
});

test("A print of a basket is in coins, whatever its venue counts in", () => {
  const bars = new BasketBars(instrumentOf(perps));
  assert.equal(bars.print({ price: 50_000, quantity: 300, notional: 150_000 }).quantity, 3);
  const thousands = new BasketBars({ base: "PEPE", multiples: [["binance-futures:1000PEPEUSDT", 1000]] });
  const print = thousands.print({ venue: "binance-futures", symbol: "1000PEPEUSDT", price: 8, quantity: 5, notional: 40 });
  assert.deepEqual([print.price, print.quantity], [0.008, 5000]);
});

test("A feed of a basket follows its own bars and its members' prints, each once", async () => {
  let topics = null;
  let send = null;
  const api = {
    json: async (path) => ({ "/v1/large": { trades: [] }, "/v1/gaps": { gaps: [], next: null } })[path] ?? { bars: [], next: null },
    ask: async (path, parameters) => {
      topics = parameters.topics;
      return { body: new ReadableStream({ start: (body) => (send = (event) => body.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`))) }) };
    },
  };
  const feed = new Feed(api, { instrument: instrumentOf(mixed), interval: "1m", notional: 10_000 }, () => {});
  feed.instrument.state = "live";
  feed.open();
  const turn = () => new Promise((done) => setTimeout(done, 10));
  await turn();
  assert.equal(topics, "bars:basket:majors:1m:flow,large:basket:majors,gaps:basket:majors");
  send({ type: "ready", id: "1" });
  await turn();
  send({ type: "bar", venue: "basket", symbol: "majors", dataset: "flow", time: 60, open: true, revision: 0, values: flow });
  const print = (symbol) => ({ type: "large", venue: "binance-spot", symbol, trade: { id: "1", time: 61, price: 10, quantity: 1, notional: 20_000, side: "buy" } });
  for (const symbol of ["BTCUSDT", "ETHUSDT", "BTCUSDT"]) send(print(symbol));
  const hole = { type: "gap", venue: "binance-spot", from_id: 1, time_from: 7, state: "open" };
  for (const symbol of ["BTCUSDT", "ETHUSDT"]) send({ ...hole, symbol });
  await turn();
  assert.equal(feed.bars.rows()[0].flow.values.volume_delta, -5);
  assert.deepEqual(feed.prints.rows.map((row) => `${row.symbol} ${row.quantity}`).sort(), ["BTCUSDT 2000", "ETHUSDT 2000"]);
  assert.equal(feed.holes.rows().length, 2, "holes of two members at one time are two");
  feed.close();
});

test("Baskets are asked for with the first list of instruments, and then seldom", async () => {
  const asked = [];
  const api = { json: async (path) => (asked.push(path), path === "/v1/baskets" ? { baskets: [perps] } : { instruments: listed }) };
  const directory = new Directory(api, () => {}, { pause: 1e6 });
  await directory.refresh();
  await directory.refresh();
  assert.deepEqual(asked, ["/v1/instruments", "/v1/baskets", "/v1/instruments"]);
  assert.equal(directory.find("basket", "btc-perps").members.length, 3);
  directory.close();
});

test("Where baskets are not opened by a key, instruments are shown", async () => {
  const api = { json: async (path) => {
    if (path === "/v1/baskets") throw new ApiError(403, "the plan has no baskets");
    return { instruments: listed };
  } };
  const directory = new Directory(api, () => {}, { pause: 1e6 });
  await directory.refresh();
  assert.deepEqual([directory.error, directory.instruments.length, directory.baskets.length], [null, 1, 0]);
  directory.close();
});

test("An average of prices is shown with seven digits", () => {
  assert.deepEqual([80442.57512, 3822.1, 0.12345678, 1.5, null].map(averageDigits), [2, 3, 7, 6, 2]);
});
