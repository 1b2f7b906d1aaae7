import assert from "node:assert/strict";
import test from "node:test";
import { search, unitsOf } from "../../Page/data/instruments.js";
import { Holes } from "../../Page/data/holes.js";
import { Prints } from "../../Page/data/prints.js";
import { statusOf } from "../../Page/data/status.js";
import { ApiError } from "../../Page/data/errors.js";
import { STRINGS } from "../../Page/strings.js";
import { Axis } from "../../Page/view/axis.js";
import { curlOf } from "../../Page/view/export.js";
import { fixed, lag, percent, short, signed, volume } from "../../Page/view/numbers.js";
import { readPlace, writePlace } from "../../Page/view/place.js";
import { addedBefore } from "../../Page/view/tape.js";

test("Both languages have the same words with the same places in them", () => {
  const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  assert.deepEqual(Object.keys(STRINGS.zh).sort(), Object.keys(STRINGS.en).sort());
  for (const [name, text] of Object.entries(STRINGS.en)) assert.deepEqual(places(STRINGS.zh[name]), places(text), name);
});

test("A place survives its address, and nonsense is as usual", () => {
  const address = "?i=okx-perps:BTC-USDT-SWAP&interval=5m&from=2026-11-20T08:00:00Z&to=2026-11-20T09:00:00Z&large=100000&theme=dark&lang=zh&tz=utc";
  const place = readPlace(address);
  assert.equal(place.symbol, "BTC-USDT-SWAP");
  assert.equal(place.to - place.from, 3_600_000_000);
  assert.equal(writePlace(place), address);
  const odd = readPlace("?i=x&interval=7m&from=2026-11-20&to=2026-11-19&large=7&theme=pink&lang=<b>&tz=");
  assert.deepEqual(odd, { venue: null, symbol: null, interval: "1m", from: null, to: null, large: 50_000, panel: "interest", theme: null, lang: null, tz: null });
  assert.equal(readPlace("?i=hyperliquid-perps:xyz:TSLA").symbol, "xyz:TSLA");
  assert.equal(readPlace("?from=0&to=1").from, null, "what browsers read unlike each other is no time");
});

test("Prints that come before those that are listed are told from any other change", () => {
  const [a, b, c, d, e] = "abcde".split("").map((name) => ({ name }));
  assert.equal(addedBefore([c, d, e], [a, b, c, d, e]), 2);
  assert.equal(addedBefore([c, d, e], [a, b, c]), 2, "the last ones have no room any more");
  assert.equal(addedBefore([a, b], [a, b]), 0);
  assert.equal(addedBefore([], [a, b]), null);
  assert.equal(addedBefore([c, e], [a, c, d, e]), null, "one came late, between others");
  assert.equal(addedBefore([a, b, c], [d, e]), null);
  assert.equal(addedBefore([a, b, c], []), null);
});

test("The axis has a place for every interval, and times between them lie between", () => {
  const axis = new Axis(60);
  assert.deepEqual(axis.extend(600), [600]);
  assert.deepEqual(axis.extend(780), [660, 720, 780]);
  assert.deepEqual(axis.extend(780), []);
  assert.equal(axis.place(600), -0.5);
  assert.equal(axis.place(690), 1);
  assert.equal(axis.place(840), 3.5);
  for (const place of [-3, 0, 0.25, 2, 2.5, 5]) assert.equal(axis.place(axis.time(place)), place);
});

test("A stretch of a month without trades takes some room, not all", () => {
  const axis = new Axis(60);
  axis.extend(60);
  const places = axis.extend(60 * 50_001);
  assert.equal(places.length, Axis.LONGEST + 1);
  assert.deepEqual([places[0], places.at(-2), places.at(-1)], [120, 60 * 50_000, 60 * 50_001]);
  assert.ok(places.every((time, index) => index === 0 || time > places[index - 1]));
});

test("Numbers keep their digits and their signs", () => {
  assert.equal(fixed(71284.2, 2), "71,284.20");
  assert.equal(signed(-0.0004, 3), "0.000");
  assert.equal(signed(-12.5, 1), "−12.5");
  assert.equal(signed(3, 0), "+3");
  assert.equal(volume(999.9999), "1,000.000");
  assert.equal(volume(123456.7), "123,457");
  assert.deepEqual([128_000, 999_600, 1_284_000, 940, null].map(short), ["128.0k", "1.00M", "1.28M", "940", "–"]);
  assert.equal(percent(0 / 0), "–");
  assert.deepEqual([lag(2884), lag(41_000_000), lag(null)], ["3 ms", "41.0 s", "–"]);
});

test("Each word of a search has to fit; a symbol that begins with it comes first", () => {
  const one = (venue, symbol, atlas, state = "live", trades = 1) => ({ venue, symbol, atlas, state, trades, kind: atlas.split("-")[0] });
  const all = [
    one("binance-spot", "WBTCUSDT", "spot-WBTC-USDT"), one("binance-spot", "BTCUSDT", "spot-BTC-USDT", "imported"),
    one("binance-futures", "BTCUSDT", "perpetual-BTC-USDT:USDT"), one("okx-perps", "ETH-USDT-SWAP", "perpetual-ETH-USDT:USDT"),
  ];
  assert.deepEqual(search(all, "btc").map((found) => `${found.venue}:${found.symbol}`), ["binance-futures:BTCUSDT", "binance-spot:BTCUSDT", "binance-spot:WBTCUSDT"]);
  assert.deepEqual(search(all, "Eth perp").map((found) => found.symbol), ["ETH-USDT-SWAP"]);
  assert.deepEqual(search(all, "okx btc"), []);
  assert.equal(search(all, "").length, 4);
  assert.deepEqual(unitsOf(all[2]), { base: "BTC", quote: "USDT" });
  assert.deepEqual(unitsOf({ atlas: null }), { base: "", quote: "" });
});

test("Prints stand newest first, each once, and no more than there is room for", () => {
  const prints = new Prints(3);
  const one = (id, time) => ({ id, time, price: 1, quantity: 1, side: "buy" });
  assert.equal(prints.take([one("1", 1), one("3", 3), one("2", 2), one("3", 3)]), 3);
  assert.deepEqual(prints.rows.map((row) => row.id), ["3", "2", "1"]);
  prints.take([one("4", 4)]);
  assert.deepEqual(prints.rows.map((row) => row.id), ["4", "3", "2"]);
  assert.equal(prints.take([one(4, 4)]), 0, "the stream writes ids as texts, the tables as numbers");
});

test("A hole that is filled is not missing any more", () => {
  const holes = new Holes();
  holes.take([{ from_id: 7, time_from: 5, state: "open" }, { from_id: null, time_from: 2, state: "abandoned" }]);
  holes.take([{ from_id: 7, time_from: 5, state: "repaired" }]);
  assert.deepEqual(holes.rows().map((hole) => hole.time_from), [2, 5]);
  assert.deepEqual(holes.missing().map((hole) => hole.time_from), [2]);
});

test("A feed says how it stands", () => {
  const base = { instrument: { state: "live", reason: null }, connection: "live", isLoaded: true, isEmpty: false, error: null, streamError: null, isPolled: false, isLoading: false };
  const word = (more) => statusOf({ ...base, ...more }).word;
  assert.equal(word({}), "live");
  assert.equal(word({ isPolled: true }), "polled");
  assert.equal(word({ isLoaded: false, isEmpty: true }), "loading");
  assert.equal(word({ isLoaded: false, connection: "waiting" }), "reconnecting");
  assert.equal(word({ isLoaded: false, error: new ApiError(401, "key") }), "denied");
  assert.equal(word({ streamError: new ApiError(401, "revoked"), connection: "refused" }), "denied");
  assert.equal(word({ streamError: new ApiError(403, "the plan has no stream"), connection: "refused", isPolled: true }), "polled");
  assert.equal(word({ isLoaded: false, error: new ApiError(500, "") }), "error");
  assert.equal(word({ connection: "waiting" }), "reconnecting");
  assert.equal(word({ isEmpty: true }), "empty");
  assert.equal(word({ instrument: { state: "imported" }, connection: "none" }), "history");
  assert.deepEqual(statusOf({ ...base, instrument: { state: "disconnected", reason: "no route" } }), { word: "stale", detail: "no route" });
  const none = { isLoaded: false, error: new ApiError(404, "no tape") };
  assert.deepEqual([word({ ...none, instrument: { kind: "basket", state: "imported" } }), word(none)], ["empty", "error"]);
});

test("A line of curl can be pasted, and shows no key", () => {
  assert.equal(curlOf("http://a/b?c='", false), "curl 'http://a/b?c='\\'''");
  assert.ok(curlOf("http://a/", true).includes("$MILLRACE_KEY"));
});
