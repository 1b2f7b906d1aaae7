import { standing } from "./asked.js";
import { INTERVALS, lengthOf } from "./intervals.js";

/** The names of changes as /v1/open-interest has them. */
export const CHANGES = ["5m", "15m", "30m", "1h", "4h", "24h"];
/** More bars than these tell no more than a longer interval does. */
const MOST = 1500;
/** Venues are asked about once a minute: a shorter interval has nothing to tell. */
const SHORTEST = "1m";

/** The exchanges of an answer with the share of each in all together, which stands first. */
export function shares({ exchanges }) {
  const all = exchanges.find((one) => one.exchange === "All");
  return exchanges.map((one) => ({ ...one, share: all?.usd > 0 ? one.usd / all.usd : NaN }));
}

/** The interval that a stretch of open interest is shown at: the wanted one, or the next with no more bars than are told apart. */
export function intervalFor(wanted, span) {
  const least = Math.max(lengthOf(wanted), lengthOf(SHORTEST), span / MOST);
  return INTERVALS.find((name) => lengthOf(name) >= least) ?? INTERVALS.at(-1);
}

/** Bars of a coin's open interest for the stretch in view and half of it on both sides; at the live edge the last is asked for again. */
export class InterestHistory {
  bars = [];
  error = null;
  #isLoaded = false;
  #name = "";
  #held = null;
  #wanted = null;
  #abort = null;
  #timer = null;

  constructor(api, onChange, { pause = 15_000 } = {}) {
    Object.assign(this, { api, onChange, pause });
  }

  get word() {
    return standing(this.#isLoaded, this.error);
  }

  /** Shows a series, `{coin, exchange, unit, interval}`, over a stretch, `{from, to, isAtEdge}`; nothing is asked for what is held. */
  want(series, range) {
    const name = JSON.stringify(series);
    if (name !== this.#name) {
      this.#name = name;
      this.rest();
      Object.assign(this, { bars: [], error: null });
      this.#isLoaded = false;
      this.#held = null;
    }
    this.#wanted = { series, range };
    if (!range || !series.coin) return;
    const { from, to } = this.#held ?? { from: Infinity, to: -Infinity };
    if (from <= range.from && (to >= range.to || range.isAtEdge)) return;
    const half = (range.to - range.from) / 2;
    this.#ask(Math.floor(range.from - half), Math.ceil(range.to + half), true);
  }

  rest() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
  }

  /** Asks again: the stretch that is wanted where none is held, else from the last bar on. */
  retry() {
    if (!this.#wanted?.range || !this.#wanted.series.coin) return;
    const { range } = this.#wanted;
    if (!this.#held) this.want(this.#wanted.series, range);
    else if (range.isAtEdge) this.#ask(this.bars.at(-1)?.time ?? this.#held.from, null, false);
    else this.#soon();
  }

  async #ask(from, to, isWhole) {
    this.rest();
    const abort = new AbortController();
    this.#abort = abort;
    if (isWhole) this.#held = { from, to };
    try {
      const { series } = this.#wanted;
      const { bars } = await this.api.json("/v1/open-interest/history", { ...series, from, to, limit: 4 * MOST }, { signal: abort.signal });
      if (this.#abort !== abort) return;
      this.bars = isWhole ? bars : [...this.bars.filter((bar) => bar.time < from), ...bars];
      this.error = null;
      this.#isLoaded = true;
    } catch (error) {
      if (this.#abort !== abort) return;
      if (isWhole) this.#held = null;
      this.error = error;
    }
    this.onChange();
    this.#soon();
  }

  #soon() {
    clearTimeout(this.#timer);
    if (!this.error?.isDenied) this.#timer = setTimeout(() => this.retry(), this.pause);
  }
}
