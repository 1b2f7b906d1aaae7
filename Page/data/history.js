import { KEPT, wordOf } from "./bars.js";
import { exact, nearest } from "./delta.js";
import { lengthOf } from "./intervals.js";

/** How many bars are asked for at first; those further back come in pages that grow with what is held, so that a month is a few of them. */
export const PAGE = 300;
const MOST = 3000;
/** How many prints are listed at first. */
const PRINTS = 200;

/** The questions of one instrument to the tables of the API. */
export class History {
  constructor(api, { venue, symbol, interval, basket = null }) {
    this.api = api;
    this.instrument = { venue, symbol };
    this.interval = interval;
    this.basket = basket;
  }

  /** The datasets that bars are put together from. */
  get halves() {
    return this.basket?.halves ?? ["ohlcv", "flow"];
  }

  /** What a word of the API on a bar says to the page, as `[half, word]`. */
  told(half, word) {
    return this.basket ? this.basket.told(half, word) : [[half, word]];
  }

  /** Both halves of the bars of a stretch, as `[half, word]`; without `from` the newest page. */
  async bars({ from = null, to = null, signal }) {
    const halves = await Promise.all(this.halves.map((half) => this.#half(half, { from, to, signal })));
    return halves.flat();
  }

  async #half(half, { from, to, signal }) {
    const words = [];
    const fields = [...KEPT[half], "revision", "is_open", ...(this.basket?.fields(half) ?? [])].join(",");
    let begin = from;
    do {
      const limit = from === null ? PAGE : 20_000;
      const page = await this.api.json(
        `/v1/bars/${half}`, { ...this.instrument, interval: this.interval, from: begin, to, limit, fields }, { signal });
      for (const row of page.bars) words.push(...this.told(half, wordOf(row)));
      begin = page.next;
    } while (from !== null && begin !== null);
    return words;
  }

  /**
   * The bars before a time, as far back as `until` where that is given, and whether there are any before those; `held` are known already.
   *
   * Intervals without trades have no bar, so that a stretch may hold fewer than a page: the next one is then longer, until the tape begins.
   */
  async before(time, { begin, until, held, signal }) {
    const count = Math.min(MOST, Math.max(PAGE, held >> 1));
    let span = Math.max(count * lengthOf(this.interval), until === null ? 0 : time - until);
    for (let to = time; to > begin; span *= 4) {
      const from = Math.max(to - span, begin - lengthOf(this.interval));
      const words = await this.bars({ from, to, signal });
      if (words.length) return { words, hasMore: from > begin };
      to = from;
    }
    return { words: [], hasMore: false };
  }

  /** What the cumulative delta since `anchor` is where the bar of a time begins; zero at the anchor. */
  async cumulatedBefore(time, anchor, signal) {
    if (time <= anchor) return 0;
    const page = await this.api.json(
      "/v1/cvd", { ...this.instrument, interval: this.interval, from: time, since: anchor, limit: 1 }, { signal });
    const bar = page.bars[0];
    const [sum, change] = this.basket?.sum ?? ["cvd", "volume_delta"];
    return bar ? nearest(exact(bar[sum]) - exact(bar[change])) : 0;
  }

  async prints(notional, signal) {
    const { trades } = await this.api.json("/v1/large", { ...this.instrument, min_notional: notional, limit: PRINTS }, { signal });
    return this.basket ? trades.map((print) => this.basket.print(print)) : trades;
  }

  async holes(from, signal) {
    const holes = [];
    let after = null;
    do {
      const page = await this.api.json("/v1/gaps", { ...this.instrument, from, limit: 1000, after }, { signal });
      holes.push(...page.gaps);
      after = page.next;
    } while (after !== null);
    return holes;
  }

  /** The levels of the bar of a time, lowest first. */
  async footprint(time, signal) {
    const to = time + lengthOf(this.interval);
    return (await this.api.json("/v1/footprint", { ...this.instrument, interval: this.interval, from: time, to, limit: 1000 }, { signal })).levels;
  }
}
