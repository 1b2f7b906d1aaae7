import { nameOf } from "../data/instruments.js";
import { t } from "../strings.js";
import { clockTime } from "./clock.js";
import { el, say } from "./dom.js";
import { drawTable } from "./export.js";
import { fixed, short, volume } from "./numbers.js";
import { THRESHOLDS } from "./place.js";

/** So many rows are shown. Their elements are made once; a new print takes the last one, and the others stay as they are written. */
const ROWS = 120;

/** Large prints, newest first: the larger, the bolder, with a bar as long as its worth. */
export class Tape {
  #rows = [];
  #prints = [];
  #digits = 2;
  /** What the texts of rows depend on beside their prints, their words and the clock. */
  #manner = null;

  constructor(panel, onThreshold) {
    this.panel = panel;
    this.select = el("select", { onchange: () => onThreshold(Number(this.select.value)) });
    panel.extra.append(this.select);
    this.head = ["time", "price", "quantity", "notional"].map((name) => el("th", { scope: "col", "data-name": name }));
    this.lines = el("tbody", {});
    this.note = el("p", { class: "note", hidden: true });
    panel.body.tabIndex = 0;
    panel.body.setAttribute("role", "group");
    panel.body.append(el("table", {}, el("thead", {}, el("tr", {}, ...this.head)), this.lines), this.note);
  }

  relabel(units) {
    this.#manner = null;
    for (const head of this.head) say(head, t(head.dataset.name));
    this.panel.body.setAttribute("aria-label", t("tape"));
    this.select.setAttribute("aria-label", t("thresholdLabel"));
    this.select.replaceChildren(
      ...THRESHOLDS.map((value) => el("option", { value }, t("threshold", { value: short(value).replace(/\.0+(?=\D)|\.00$/, ""), quote: units.quote }))));
    say(this.head[2], `${t("quantity")}`);
    say(this.head[3], `${t("notional")} ${units.quote}`);
  }

  show(prints, threshold, digits, units) {
    const shown = prints.slice(0, ROWS);
    const manner = `${threshold} ${digits}`;
    const added = manner === this.#manner ? addedBefore(this.#prints, shown) : null;
    if (added === 0 && shown.length === this.#prints.length && shown.length) return;
    this.#manner = manner;
    this.#prints = shown;
    // Prints of a basket say whose they are, which takes room.
    this.panel.section.classList.toggle("venues", Boolean(shown[0]?.venue));
    this.#digits = digits;
    this.select.value = String(threshold);
    this.note.hidden = prints.length > 0;
    if (!prints.length) say(this.note, t("noPrints", { value: fixed(threshold, 0), quote: units.quote }));
    while (this.#rows.length < this.#prints.length) {
      const row = el("tr", {}, el("td"), el("td"), el("td"), el("td"));
      this.#rows.push(row);
      this.lines.append(row);
    }
    if (added !== null && added < this.#rows.length) {
      const recycled = this.#rows.splice(this.#rows.length - added);
      this.#rows.unshift(...recycled);
      this.lines.prepend(...recycled);
    }
    const written = added === null ? this.#rows.length : added;
    for (let index = 0; index < written; index += 1) this.#write(this.#rows[index], this.#prints[index], threshold);
  }

  #write(row, print, threshold) {
    row.hidden = !print;
    if (!print) return;
    // Bolder from four and from ten times the threshold on.
    const times = print.notional / threshold;
    row.className = print.side;
    row.title = print.venue ? nameOf(print) : "";
    row.dataset.size = times >= 10 ? 3 : times >= 4 ? 2 : 1;
    row.style.backgroundSize = `${Math.min(100, Math.sqrt(times / 20) * 100).toFixed(1)}% 100%`;
    this.#texts(print).forEach((text, index) => say(row.cells[index], text));
    row.cells[1].className = print.side;
    row.cells[1].setAttribute("aria-label", `${t(print.side)} ${row.cells[1].textContent}`);
  }

  #texts(print) {
    const arrow = print.side === "buy" ? "▲" : print.side === "sell" ? "▼" : "·";
    // Of a basket it is told whose it is; the row's title has all of the name.
    const time = print.venue ? `${clockTime(print.time)} ${print.venue.split("-")[0]}` : clockTime(print.time);
    return [time, `${arrow} ${fixed(print.price, this.#digits)}`, volume(print.quantity), short(print.notional)];
  }

  picture(palette) {
    return drawTable(t("tape"), this.head.map((head) => head.textContent), this.#prints.map((print) => this.#texts(print)), palette);
  }
}

/** How many prints stand before those that were there, all of which follow in their order; null where they do not. */
export function addedBefore(old, rows) {
  if (!old.length) return null;
  const added = rows.indexOf(old[0]);
  if (added < 0) return null;
  for (let index = added; index < rows.length; index += 1) if (rows[index] !== old[index - added]) return null;
  return added;
}
