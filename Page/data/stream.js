import { Backoff } from "./backoff.js";
import { ApiError } from "./errors.js";
import { EventParser } from "./events.js";

/** A heartbeat comes every ten seconds: after two and a half of them nobody is there. */
const SILENCE = 25_000;

/**
 * Follows topics of `/v1/stream` and never gives up: after a cut it comes back with the last id it had, and is sent what it missed.
 *
 * Server-sent events are read with `fetch`, since neither EventSource nor WebSocket can send a key in a header.
 * `on.event(event)` is called in order, `on.state(state, error)` with `connecting`, `live`, `waiting` (for the next attempt) and `refused`.
 */
export class Stream {
  #abort = null;
  #timer = null;
  #watchdog = null;
  #lastId = null;
  #isOver = false;

  constructor(api, parameters, on, { silence = SILENCE, backoff = new Backoff() } = {}) {
    this.api = api;
    this.parameters = parameters;
    this.on = on;
    this.silence = silence;
    this.backoff = backoff;
  }

  start() {
    this.#connect();
    return this;
  }

  close() {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#abort?.abort();
  }

  /** Tries now instead of when the wait is over: the network is back, or the reader looks again. */
  hurry() {
    if (this.#timer === null || this.#isOver) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  async #connect() {
    this.#timer = null;
    this.on.state("connecting", null);
    const abort = new AbortController();
    this.#abort = abort;
    this.#watch(abort);
    try {
      const headers = this.#lastId ? { "Last-Event-ID": this.#lastId } : {};
      const response = await this.api.ask("/v1/stream", this.parameters, { signal: abort.signal, accept: "text/event-stream", headers });
      const reader = response.body.getReader();
      const text = new TextDecoder();
      const parser = new EventParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.#isOver) break;
        this.#watch(abort);
        for (const event of parser.feed(text.decode(value, { stream: true }))) this.#take(event);
      }
      this.#again(new ApiError(0, "the stream ended"));
    } catch (error) {
      this.#again(error);
    }
  }

  #take({ id, data }) {
    if (this.#isOver) return;
    const event = JSON.parse(data);
    // Handled first: what was not taken in is asked for again.
    this.on.event(event);
    if (id) this.#lastId = id;
    if (event.type === "ready") {
      this.backoff.reset();
      this.on.state("live", null);
    }
  }

  #watch(abort) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => abort.abort(), this.silence);
  }

  #again(error) {
    clearTimeout(this.#watchdog);
    this.#abort?.abort();
    if (this.#isOver) return;
    const isFinal = error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429 && error.status !== 408;
    if (isFinal) {
      this.on.state("refused", error);
      return;
    }
    this.on.state("waiting", error);
    const wait = error.retryAfter ? Math.max(error.retryAfter * 1000, this.backoff.next()) : this.backoff.next();
    this.#timer = setTimeout(() => this.#connect(), wait);
  }
}
