import { exact, nearest } from "../data/delta.js";
import { t } from "../strings.js";
import { el, say } from "./dom.js";
import { drawTable } from "./export.js";
import { fixed, volume } from "./numbers.js";

/** More levels than these are put together, several to a row. */
const ROWS = 40;
const KEPT = 200;
/** Milliseconds that a pointer rests on a bar before it is asked for, and between two questions of a growing one. */
const REST = 90;
const AGAIN = 1000;

const versionOf = (name, { ohlcv }) => `${name}:${ohlcv.open}:${ohlcv.revision}:${ohlcv.values.trade_count}`;

/** Levels, put together so that there are `most` at most, highest first. */
export function group(levels, most = ROWS) {
  if (!levels.length) return [];
  const height = levels[0].price_to - levels[0].price;
  const step = Math.max(1, Math.ceil((levels.at(-1).price_to - levels[0].price) / height / most));
  const rows = [];
  for (const level of levels) {
    // Levels without trades are not told: what belongs together is told by the price.
    const number = Math.floor(Math.round(level.price / height) / step);
    if (rows.at(-1)?.number !== number) rows.push({ number, price: number * step * height, buys: 0n, sells: 0n });
    const row = rows.at(-1);
    row.buys += exact(level.taker_buy_volume);
    row.sells += exact(level.taker_sell_volume);
  }
  return rows.reverse().map((row) => ({ price: Number(row.price.toPrecision(12)), buys: nearest(row.buys), sells: nearest(row.sells) }));
}

/** What takers bought and sold at each level of price of one bar. */
export class Footprint {
  #rows = [];
  #shown = null;
  #kept = new Map();
  #wanted = null;
  #abort = null;
  #timer = null;
  #digits = 2;

  constructor(panel) {
    this.panel = panel;
    this.head = ["sells", "price", "buys"].map((name) => el("th", { scope: "col", "data-name": name }));
    this.lines = el("tbody", {});
    this.note = el("p", { class: "note" });
    panel.body.tabIndex = 0;
    panel.body.setAttribute("role", "group");
    panel.body.append(el("table", {}, el("thead", {}, el("tr", {}, ...this.head)), this.lines), this.note);
  }

  relabel(units) {
    for (const head of this.head) say(head, head.dataset.name === "price" ? t("price") : `${t(head.dataset.name)} ${units.base}`);
    this.panel.body.setAttribute("aria-label", t("footprint"));
    say(this.note, t("noBar"));
  }

  /** Shows a bar: at once where it is held, else once the pointer rests and the answer is there; a growing bar once a second. */
  want(feed, bar, about, digits) {
    this.#digits = digits;
    const name = bar ? `${feed.instrument.venue}:${feed.instrument.symbol}:${feed.interval}:${bar.time}` : null;
    const isOther = name !== this.#wanted?.name;
    if (isOther) {
      clearTimeout(this.#timer);
      this.#timer = null;
      this.#abort?.abort();
    }
    this.#wanted = { name, feed, bar };
    if (!bar) return this.#draw([]);
    say(this.panel.legend, about);
    const kept = this.#kept.get(versionOf(name, bar));
    if (kept) return isOther || this.#shown !== kept ? this.#draw(kept, bar) : undefined;
    // One question at a time: what has changed meanwhile is asked for next.
    this.#timer ??= setTimeout(() => this.#ask(), isOther ? REST : AGAIN);
    return undefined;
  }

  async #ask() {
    const { name, feed, bar } = this.#wanted;
    const version = versionOf(name, bar);
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const levels = await feed.history.footprint(bar.time, signal);
      if (signal.aborted) return;
      this.#timer = null;
      if (!bar.ohlcv.open) this.#keep(version, levels);
      this.#draw(levels, bar);
    } catch {
      // The state of the feed says what is wrong; with the bar's next change it is asked for again.
      if (!signal.aborted) this.#timer = null;
    }
  }

  #keep(name, levels) {
    this.#kept.set(name, levels);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value);
  }

  #draw(levels, bar = null) {
    // What is drawn, which may be a moment behind what is wanted.
    this.panel.section.dataset.drawn = bar?.time ?? "";
    this.#shown = levels;
    this.#rows = group(levels);
    this.note.hidden = levels.length > 0;
    const most = Math.max(...this.#rows.flatMap((row) => [row.buys, row.sells]), 0) || 1;
    while (this.lines.rows.length < this.#rows.length) {
      this.lines.append(el("tr", {}, el("td", { class: "sells" }), el("th", { scope: "row" }), el("td", { class: "buys" })));
    }
    [...this.lines.rows].forEach((line, index) => {
      const row = this.#rows[index];
      line.hidden = !row;
      if (!row) return;
      this.#texts(row).forEach((text, cell) => say(line.cells[cell], text));
      line.cells[0].style.backgroundSize = `${((row.sells / most) * 100).toFixed(1)}% 100%`;
      line.cells[2].style.backgroundSize = `${((row.buys / most) * 100).toFixed(1)}% 100%`;
    });
  }

  #texts(row) {
    return [row.sells ? volume(row.sells) : "", fixed(row.price, this.#digits), row.buys ? volume(row.buys) : ""];
  }

  picture(palette) {
    return drawTable(
      `${t("footprint")} · ${this.panel.legend.textContent}`, this.head.map((head) => head.textContent), this.#rows.map((row) => this.#texts(row)), palette);
  }
}
