import { Bars } from "./bars.js";
import { BasketBars } from "./basket.js";
import { cumulate } from "./delta.js";
import { History, PAGE } from "./history.js";
import { Holes } from "./holes.js";
import { lengthOf, startOfDay } from "./intervals.js";
import { Prints } from "./prints.js";
import { statusOf } from "./status.js";
import { Stream } from "./stream.js";

/** Beyond this half of them are forgotten, as far as they are not in view or near it: a page that is left open stays as small as it was. */
const MOST_BARS = 3000;
/** Fewer are not worth drawing all bars anew. */
const LEAST_FORGOTTEN = 500;
/** Tables have a print once it is durable, some tenth of a second after the stream tells of it; so long is waited before those are asked for. */
const DURABLE = 1500;
/** Words on a reset come one per topic: the history is asked for once. */
const SETTLE = 50;

/**
 * All that is known of one instrument at one interval, kept up to date: history, then what the stream says.
 *
 * `onChange(what)` is called with `bars` (the newest bar), `past` (any other), `prints`, `holes` and `state`. It knows no charts.
 */
export class Feed {
  bars = new Bars();
  prints = new Prints();
  holes = new Holes();
  /** Where the cumulative delta is counted from, and what it is before the bar of a time. */
  anchor = 0;
  basis = { time: 0, sum: 0 };
  hasMore = true;
  isLoaded = false;
  error = null;
  connection = "none";
  #stream = null;
  #streamError = null;
  /** What the stream tells while the history is asked for anew: it goes on top of the answers. */
  #fresh = null;
  #again = null;
  #abort = new AbortController();
  #reloading = null;
  #poll = null;
  #past = null;
  #isClosed = false;
  /** Whether all that happened since the history was asked for has been told by the stream, or will be. */
  #isCovered = false;

  constructor(api, { instrument, interval, notional }, onChange) {
    this.api = api;
    this.instrument = instrument;
    this.interval = interval;
    this.notional = notional;
    this.onChange = onChange;
    this.history = new History(api, {
      venue: instrument.venue, symbol: instrument.symbol, interval, basket: instrument.kind === "basket" ? new BasketBars(instrument) : null,
    });
  }

  get state() {
    return statusOf({
      instrument: this.instrument, connection: this.connection, isLoaded: this.isLoaded, isEmpty: this.bars.size === 0,
      error: this.error, streamError: this.#streamError, isPolled: this.isPolled, isLoading: this.#fresh !== null,
    });
  }

  /** Whether bars are asked for again and again, because the server does not stream those of this interval. */
  get isPolled() {
    return this.#poll !== null;
  }

  open() {
    if (this.instrument.state === "imported") this.reload();
    else this.#follow(true);
    return this;
  }

  close() {
    this.#isClosed = true;
    this.#abort.abort();
    this.#stream?.close();
    clearTimeout(this.#reloading);
    clearTimeout(this.#again);
    clearTimeout(this.#poll);
  }

  /** Tries again at once: the reader said so, or the network is back. */
  retry() {
    if (this.#isClosed) return;
    if (this.connection === "refused" || this.connection === "none") {
      this.error = null;
      this.#streamError = null;
      this.open();
    } else {
      this.#stream.hurry();
      if (this.error) this.reload();
    }
  }

  /** Follows the instrument's state, which the list of instruments tells. */
  update(instrument) {
    const wasImported = this.instrument.state === "imported";
    this.instrument = instrument;
    if (wasImported && instrument.state !== "imported") this.#follow(true);
    this.onChange("state");
  }

  /** Shows what another feed of the same instrument and interval knew, until the server has been asked anew. */
  adopt(other) {
    if (!other?.isLoaded) return this;
    this.bars = other.bars;
    if (other.notional === this.notional) this.prints = other.prints;
    this.holes = other.holes;
    this.anchor = other.anchor;
    this.basis = other.basis;
    this.hasMore = other.hasMore;
    this.history.basket = other.history.basket;
    return this;
  }

  /** The sums of the bars from a place on, where those before it are as they were. */
  cumulativeAfter(rows, sums, place) {
    if (place === 0 || rows[place].time <= this.basis.time) return this.cumulative(rows).slice(place);
    return cumulate(rows.slice(place), rows[place].time, sums[place - 1]);
  }

  /** The cumulative delta at the end of each of these bars. */
  cumulative(rows) {
    return cumulate(rows, this.basis.time, this.basis.sum);
  }

  #follow(withBars) {
    const name = `${this.instrument.venue}:${this.instrument.symbol}`;
    const bars = withBars ? this.history.halves.map((half) => `bars:${name}:${this.interval}:${half}`) : [];
    const topics = [...bars, `large:${name}`, `gaps:${name}`].join(",");
    this.#stream?.close();
    this.#isCovered = false;
    this.#stream = new Stream(this.api, { topics, min_notional: this.notional }, {
      event: (event) => this.#take(event),
      state: (state, error) => this.#connected(state, error, withBars),
    }).start();
  }

  #connected(state, error, withBars) {
    this.connection = state;
    this.#streamError = error;
    if (state === "live") {
      // What was asked for before the stream began may miss what happened between the two.
      if (!this.#isCovered) this.reload();
      this.#isCovered = true;
      if (!withBars) this.#pollSoon();
    } else if (state === "refused" && withBars && error.status === 404) {
      // The server streams bars of some lengths only, or does not record this instrument any more: the rest says which.
      this.#follow(false);
    } else if (state === "refused" || state === "waiting") {
      if (!this.isLoaded && !this.#fresh) this.reload();
      if (state === "refused" && !error.isDenied) this.#pollSoon();
    }
    this.onChange("state");
  }

  #take(event) {
    switch (event.type) {
      case "bar": {
        const word = { time: event.time, open: event.open, revision: event.revision, values: event.values };
        for (const [half, said] of this.history.told(event.dataset, word)) this.#takeBar(half, said);
        break;
      }
      case "large":
        this.#fresh?.prints.push(this.#printOf(event));
        if (this.prints.take([this.#printOf(event)])) this.onChange("prints");
        break;
      case "gap":
        this.#fresh?.gaps.push(event);
        this.holes.take([event]);
        // What the delta is counted from lies before what is held, and may just have changed.
        if (event.time_from < this.basis.time) this.#reloadSoon();
        this.onChange("holes");
        break;
      case "reset":
        this.#reloadSoon();
        break;
      default:
        break;
    }
  }

  #takeBar(half, word) {
    this.#fresh?.bars.take(half, word);
    const changed = this.bars.take(half, word);
    if (changed) this.onChange(changed === "last" ? "bars" : "past");
    if (changed === "last") this.#trim();
  }

  /** A print as the tables have it: of a basket with the member that it is of. */
  #printOf({ venue, symbol, trade }) {
    const { basket } = this.history;
    return basket ? basket.print({ ...trade, venue, symbol }) : trade;
  }

  #reloadSoon() {
    clearTimeout(this.#reloading);
    this.#reloading = setTimeout(() => this.reload(), SETTLE);
  }

  /** From when on bars are asked for anew: what is in view and a page before it, of what is held; nothing for the newest page. */
  #begin() {
    const first = this.bars.times[0];
    if (first === undefined) return null;
    return Math.max(first, (this.viewStart?.() ?? first) - PAGE * lengthOf(this.interval));
  }

  /** Asks anew for what is held, or for the newest page; what is shown stays until the answers are there, and then goes at once. */
  async reload() {
    clearTimeout(this.#reloading);
    this.#abort.abort();
    const abort = new AbortController();
    const { signal } = abort;
    this.#abort = abort;
    clearTimeout(this.#again);
    const bars = new Bars();
    const fresh = { bars, prints: [], gaps: [] };
    this.#fresh = fresh;
    this.onChange("state");
    try {
      const from = this.#begin();
      const [words, prints] = await Promise.all([this.history.bars({ from, signal }), this.history.prints(this.notional, signal)]);
      for (const [half, word] of words) bars.take(half, word);
      const [first, last] = [bars.times[0] ?? 0, bars.times.at(-1) ?? 0];
      const anchor = this.anchor || startOfDay(last);
      const [sum, holes] = await Promise.all([
        this.history.cumulatedBefore(first, anchor, signal), this.history.holes(Math.min(first, anchor), signal),
      ]);
      this.bars = bars;
      this.anchor = anchor;
      this.basis = first <= anchor ? { time: anchor, sum: 0 } : { time: first, sum };
      this.prints.clear();
      this.prints.take([...prints, ...fresh.prints]);
      this.holes.clear();
      this.holes.take([...holes, ...fresh.gaps]);
      if (this.connection === "live") this.#again = setTimeout(() => this.#catchUp(signal), DURABLE);
      this.hasMore = bars.size > 0;
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      // Without an answer the next attempt is the reader's or the stream's; a server that is busy is asked again.
      if (!error.isDenied && error.status !== 400 && error.status !== 404) this.#reloading = setTimeout(() => this.reload(), 3000);
    } finally {
      if (this.#fresh === fresh) this.#fresh = null;
    }
    if (this.#isClosed) return;
    for (const what of ["past", "prints", "holes", "state"]) this.onChange(what);
  }

  /** Asks for the prints of the moment in which the stream began: it did not tell of them, and the tables did not have them yet. */
  async #catchUp(signal) {
    try {
      if (this.prints.take(await this.history.prints(this.notional, signal)) && !this.#isClosed) this.onChange("prints");
    } catch {
      // Of a server that does not answer the stream tells.
    }
  }

  /** Loads a page of bars before the first one held, or all from a time on. */
  async extend(until = null) {
    if (this.#past || !this.hasMore || !this.isLoaded || this.#fresh) return;
    const bars = this.bars;
    const first = bars.times[0];
    this.#past = new AbortController();
    this.onChange("state");
    try {
      const { signal } = this.#past;
      const begin = this.instrument.first_time ?? first;
      const { words, hasMore } = await this.history.before(first, { begin, until, held: bars.size, signal });
      const holes = words.length ? await this.history.holes(words[0][1].time, signal) : [];
      if (this.bars === bars) {
        for (const [half, word] of words) bars.take(half, word);
        this.holes.take(holes);
        this.hasMore = hasMore && words.length > 0;
        this.error = null;
      }
    } catch (error) {
      this.error = error;
    } finally {
      this.#past = null;
    }
    if (this.#isClosed) return;
    for (const what of ["past", "holes", "state"]) this.onChange(what);
  }

  get isExtending() {
    return this.#past !== null;
  }

  #pollSoon() {
    clearTimeout(this.#poll);
    const wait = Math.min(15_000, Math.max(2000, lengthOf(this.interval) / 1000 / 20));
    this.#poll = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    if (this.#isClosed) return;
    const last = this.bars.times.at(-1);
    try {
      if (this.isLoaded && last !== undefined) {
        const words = await this.history.bars({ from: last });
        for (const [half, word] of words) this.bars.take(half, word);
        if (!this.#isClosed) this.onChange("bars");
      }
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    if (this.#isClosed) return;
    this.onChange("state");
    this.#pollSoon();
  }

  #trim() {
    if (this.bars.size <= MOST_BARS) return;
    const rows = this.bars.rows();
    const first = this.viewStart?.() ?? Infinity;
    const seen = rows.filter((bar) => bar.time >= first).length;
    // Whoever scrolls on finds a page, and as many as are in view, before them.
    const place = rows.length - Math.max(MOST_BARS / 2, seen * 2 + PAGE);
    if (place < LEAST_FORGOTTEN) return;
    const sums = this.cumulative(rows);
    this.basis = { time: rows[place].time, sum: sums[place - 1] };
    this.bars.forget(-Infinity, rows[place].time);
    this.hasMore = true;
    this.onChange("past");
  }
}
