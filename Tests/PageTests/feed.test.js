import assert from "node:assert/strict";
import test from "node:test";
import { Feed } from "../../Page/data/feed.js";

const instrument = { venue: "binance-spot", symbol: "BTCUSDT", state: "live", first_time: 0 };
const printAt = (time) => ({ id: String(time), time, price: 10, quantity: 2000, notional: 20_000, side: "buy" });
const turn = () => new Promise((done) => setTimeout(done, 10));

/** A feed, the stream that it follows, and its questions for prints, which wait to be answered. */
function begin() {
  const asked = [];
  let send = null;
  const api = {
    json: (path) => {
      if (path === "/v1/large") return new Promise((answer) => asked.push((prints) => answer({ trades: prints })));
      return Promise.resolve(path === "/v1/gaps" ? { gaps: [], next: null } : { bars: [], next: null });
    },
    ask: async () => ({
      body: new ReadableStream({ start: (body) => (send = (event) => body.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`))) }),
    }),
  };
  const feed = new Feed(api, { instrument, interval: "1m", notional: 10_000 }, () => {}).open();
  return { feed, asked, send: (event) => send(event) };
}

test("What the stream tells while history is asked for lies on top of the answer", async () => {
  const { feed, asked, send } = begin();
  await turn();
  send({ type: "ready", id: "1" });
  await turn();
  assert.equal(asked.length, 1);
  send({ type: "large", ...instrument, trade: printAt(30) });
  send({ type: "gap", ...instrument, from_id: 1, time_from: 25, time_to: 27, state: "open" });
  await turn();
  asked[0]([printAt(10), printAt(20)]);
  await turn();
  assert.deepEqual(feed.prints.rows.map((print) => print.time), [30, 20, 10]);
  assert.equal(feed.holes.rows().length, 1);
  feed.close();
});

test("Prints that were told of before the stream began, and in the tables only after, are asked for again", async () => {
  const { feed, asked, send } = begin();
  await turn();
  send({ type: "ready", id: "1" });
  await turn();
  asked[0]([printAt(10)]);
  await turn();
  send({ type: "large", ...instrument, trade: printAt(30) });
  await new Promise((done) => setTimeout(done, 1600));
  assert.equal(asked.length, 2);
  asked[1]([printAt(10), printAt(20), printAt(30)]);
  await turn();
  assert.deepEqual(feed.prints.rows.map((print) => print.time), [30, 20, 10]);
  feed.close();
});
