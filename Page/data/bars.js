const SIZES = ["small", "medium", "large"].flatMap((size) => [`taker_buy_${size}_order_volume`, `taker_sell_${size}_order_volume`]);
/** What is kept of each half: a page that is left open for days holds tens of thousands of bars. */
export const KEPT = {
  ohlcv: ["open", "high", "low", "close", "volume", "trade_count", "quality"],
  flow: ["volume_delta", "taker_buy_volume", "taker_sell_volume", "trade_count", "quality", ...SIZES],
};

/**
 * Bars of one instrument and interval in the order of time, put together from two datasets: `ohlcv` (price) and `flow` (who traded).
 *
 * A bar is told of many times: while it grows, as final, again for each repair, and in pages of history that may be older than what the
 * stream has said. Each half keeps the newest word on it, whatever the order in which words arrive.
 */
export class Bars {
  #byTime = new Map();
  #times = null;
  #newest = -Infinity;

  get size() {
    return this.#byTime.size;
  }

  /** The times of all bars, rising. */
  get times() {
    this.#times ??= [...this.#byTime.keys()].sort((a, b) => a - b);
    return this.#times;
  }

  get(time) {
    return this.#byTime.get(time);
  }

  /** All bars whose price is known, rising. */
  rows() {
    return this.times.map((time) => this.#byTime.get(time)).filter((bar) => bar.ohlcv);
  }

  /**
   * Takes a word on a half of a bar: `{time, open, revision, values}`.
   *
   * Returns what it changed: `null` (nothing new), `last` (the newest bar) or `past`.
   */
  take(half, word) {
    const bar = this.#byTime.get(word.time);
    if (bar && bar[half] && !isNewer(word, bar[half])) return null;
    const kept = { ...word, values: Object.fromEntries(KEPT[half].map((name) => [name, word.values[name]])) };
    if (!bar) {
      this.#byTime.set(word.time, { time: word.time, [half]: kept });
      // Pages of the past come in thousands: their order is made once, when it is asked for.
      if (word.time > this.#newest) this.#times?.push(word.time);
      else this.#times = null;
      this.#newest = Math.max(this.#newest, word.time);
    } else {
      bar[half] = kept;
    }
    return word.time === this.#newest ? "last" : "past";
  }

  /** Forgets all bars from a time on, and those before another: their history is about to be told anew. */
  forget(from = -Infinity, to = Infinity) {
    for (const time of [...this.#byTime.keys()]) if (time >= from && time < to) this.#byTime.delete(time);
    this.#times = null;
    this.#newest = this.times.at(-1) ?? -Infinity;
  }
}

/** Whether a word says more than the one there was: final beats growing, a later repair an earlier, a bar of more trades one of fewer. */
export function isNewer(word, old) {
  if (old.open !== word.open) return old.open;
  if (word.revision !== old.revision) return word.revision > old.revision;
  if (word.open) return word.values.trade_count >= old.values.trade_count;
  return word.values.trade_count > old.values.trade_count || word.values.quality !== old.values.quality;
}

/** Splits a row of a page of history into the word that the stream would have said. */
export function wordOf(row) {
  const { time, revision, is_open: open, ...values } = row;
  return { time, open, revision, values };
}

/** Whether trades of a bar's time are known to be missing. */
export const isDoubtful = (bar) => bar.ohlcv?.values.quality === "gap" || bar.flow?.values.quality === "gap";

/** Whether trades of a bar's time were missing, and came. */
export const isRepaired = (bar) => bar.ohlcv?.values.quality === "repaired";
