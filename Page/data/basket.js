import { nameOf } from "./instruments.js";

/** More bars than these are not told apart by who traded in them. */
const MOST = 50_000;
/** What is worth dollars takes the place of what would be counted in coins, where members trade several. */
const IN_DOLLARS = {
  volume_delta: "volume_delta_notional", taker_buy_volume: "taker_buy_notional", taker_sell_volume: "taker_sell_notional",
};

/** A basket of /v1/baskets as an instrument of the page: live where one of its members is. */
export function instrumentOf({ name, base, instruments: members }) {
  const states = members.map((member) => member.state);
  const begun = members.map((member) => member.first_time).filter((time) => time !== null);
  const late = members.find((member) => member.state !== "live" && member.state !== "imported" && member.state !== "missing");
  return {
    venue: "basket", symbol: name, kind: "basket", base, atlas: `basket-${base ?? "USD"}-USD`, members: members.map(nameOf),
    multiples: members.map((member) => [nameOf(member), member.multiple]),
    state: states.includes("live") ? "live" : (states.find((state) => state !== "imported" && state !== "missing") ?? "imported"),
    reason: late ? `${nameOf(late)} ${late.state}` : null,
    first_time: begun.length ? Math.min(...begun) : null, trades: 0,
  };
}

/** Whether an instrument is a basket whose members trade several coins: it has no price, and is counted in dollars. */
export const isPriceless = (instrument) => instrument?.kind === "basket" && instrument.base === null;

/** What is peculiar to the bars and prints of a basket: who traded in each bar and who has no tape of it, and what stands for prices. */
export class BasketBars {
  #members = new Map();
  #pairs = new Map();
  #multiples;

  constructor(instrument) {
    this.#multiples = new Map(instrument.multiples);
    this.isPriceless = isPriceless(instrument);
    /** The datasets that it has. */
    this.halves = this.isPriceless ? ["flow"] : ["ohlcv", "flow"];
    /** The column of its cumulative delta, and of what that adds up. */
    this.sum = this.isPriceless ? ["cvd_notional", "volume_delta_notional"] : ["cvd", "volume_delta"];
  }

  /** The columns that it asks for beside those of an instrument. */
  fields(half) {
    return ["contributors", "missing", ...(this.isPriceless && half === "flow" ? ["volume_notional", ...Object.values(IN_DOLLARS)] : [])];
  }

  /** What a word on a half of a bar says to the page, as `[half, word]`. */
  told(half, word) {
    const { contributors, missing } = word.values;
    if (contributors !== undefined) this.#note(word.time, contributors, missing);
    if (!this.isPriceless) return [[half, word]];
    const { values } = word;
    const flow = { ...values };
    for (const [name, dollars] of Object.entries(IN_DOLLARS)) flow[name] = values[dollars];
    const { quality, trade_count } = values;
    const ohlcv = { open: null, high: null, low: null, close: null, volume: values.volume_notional, trade_count, quality };
    return [["ohlcv", { ...word, values: ohlcv }], ["flow", { ...word, values: flow }]];
  }

  /** A print of a member: in coins and at the price of one, whatever its venue counts in. */
  print(print) {
    const price = print.price / (this.#multiples.get(nameOf(print)) ?? 1);
    return { ...print, price, quantity: print.notional / price };
  }

  /** Who traded in the bar of a time, and of whom there is no tape of it. */
  members(time) {
    return this.#members.get(time) ?? { contributors: [], missing: [] };
  }

  #note(time, contributors, missing) {
    // Nearly always they are the same ones.
    const name = `${contributors}|${missing}`;
    if (!this.#pairs.has(name)) this.#pairs.set(name, { contributors: contributors.split(" ").filter(Boolean), missing: missing.split(" ").filter(Boolean) });
    this.#members.set(time, this.#pairs.get(name));
    if (this.#members.size > MOST) this.#members.delete(this.#members.keys().next().value);
  }
}
