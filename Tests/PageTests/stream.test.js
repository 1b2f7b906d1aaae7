import assert from "node:assert/strict";
import test from "node:test";
import { Api } from "../../Page/data/api.js";
import { Backoff } from "../../Page/data/backoff.js";
import { EventParser } from "../../Page/data/events.js";
import { Stream } from "../../Page/data/stream.js";
import { createServer } from "node:http";

test("Events are read wherever their pieces are cut", () => {
  const text = ": heartbeat\n\nid: a-1\nevent: bar\ndata: {\"x\":1}\n\ndata: one\r\ndata: two\r\n\r\nid: a-3\n\n";
  const wanted = [{ id: "a-1", data: '{"x":1}' }, { id: null, data: "one\ntwo" }];
  for (let cut = 1; cut <= text.length; cut += 1) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < text.length; at += cut) events.push(...parser.feed(text.slice(at, at + cut)));
    assert.deepEqual(events, wanted);
  }
});

test("Waits double up to a limit, start anew, and differ between clients", () => {
  const waits = (random) => {
    const backoff = new Backoff({ first: 100, most: 1000, random: () => random });
    return Array.from({ length: 6 }, () => backoff.next());
  };
  assert.deepEqual(waits(1), [100, 200, 400, 800, 1000, 1000]);
  assert.deepEqual(waits(0), [50, 100, 200, 400, 500, 500]);
  const backoff = new Backoff({ first: 100, random: () => 1 });
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 100);
});

/** A server whose answers to each connection in turn are these, and what it was asked. */
async function serving(...answers) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url, key: request.headers.authorization, since: request.headers["last-event-id"] });
    (answers.shift() ?? ((_, last) => last.writeHead(200).flushHeaders()))(request, response);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { api: new Api({ origin, key: () => "secret" }), asked, stop: () => (server.closeAllConnections(), server.close()) };
}

function follow(api, options) {
  const seen = [];
  let wake = () => {};
  const on = { event: (event) => (seen.push(event.type), wake()), state: (state) => (seen.push(`[${state}]`), wake()) };
  const stream = new Stream(api, { topics: "a,b:c" }, on, { backoff: new Backoff({ first: 5, most: 5 }), ...options }).start();
  const until = async (holds) => {
    while (!holds(seen)) await new Promise((done) => (wake = done));
  };
  return { stream, seen, until };
}

const events = (...list) => (_, response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  for (const [id, type] of list) response.write(`id: ${id}\ndata: {"type":"${type}"}\n\n`);
  response.end();
};

test("A stream that ends is taken up again after the last event it had, with the key", async () => {
  const { api, asked, stop } = await serving(events(["x-0", "ready"], ["x-1", "bar"]), events(["x-2", "bar"], ["x-2", "ready"]));
  const { stream, seen, until } = follow(api);
  await until((all) => all.filter((one) => one === "ready").length === 2);
  stream.close();
  stop();
  assert.deepEqual(asked.slice(0, 2), [
    { url: "/v1/stream?topics=a,b:c", key: "Bearer secret", since: undefined }, { url: "/v1/stream?topics=a,b:c", key: "Bearer secret", since: "x-1" },
  ]);
  assert.deepEqual(seen.slice(0, 8), ["[connecting]", "ready", "[live]", "bar", "[waiting]", "[connecting]", "bar", "ready"]);
});

test("Silence is taken for an end", async () => {
  const silent = (_, response) => response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
  const { api, stop } = await serving(silent, events(["x-0", "ready"]));
  const { stream, until } = follow(api, { silence: 40 });
  await until((all) => all.includes("[live]"));
  stream.close();
  stop();
});

test("A refusal is final, but for one that says to come back", async () => {
  const answer = (status, headers) => (_, response) => response.writeHead(status, headers).end('{"error":{"message":"no"}}');
  const { api, asked, stop } = await serving(answer(429), answer(503), answer(401));
  const { stream, seen, until } = follow(api);
  await until((all) => all.includes("[refused]"));
  stream.close();
  stop();
  assert.equal(asked.length, 3);
  assert.equal(seen.at(-1), "[refused]");
});
