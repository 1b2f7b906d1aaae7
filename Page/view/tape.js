import { t } from "../strings.js";
import { clockTime } from "./clock.js";
import { el, say } from "./dom.js";
import { drawTable } from "./export.js";
import { fixed, short, volume } from "./numbers.js";
import { THRESHOLDS } from "./place.js";

/** So many rows are shown; their elements are made once and written anew, so that a storm of prints costs what a calm does. */
const ROWS = 120;

/** Large prints, newest first: the larger, the bolder, with a bar as long as its worth. */
export class Tape {
  #rows = [];
  #prints = [];
  #digits = 2;

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
    for (const head of this.head) say(head, t(head.dataset.name));
    this.panel.body.setAttribute("aria-label", t("tape"));
    this.select.setAttribute("aria-label", t("thresholdLabel"));
    this.select.replaceChildren(
      ...THRESHOLDS.map((value) => el("option", { value }, t("threshold", { value: short(value).replace(/\.0+(?=\D)|\.00$/, ""), quote: units.quote }))));
    say(this.head[2], `${t("quantity")}`);
    say(this.head[3], `${t("notional")} ${units.quote}`);
  }

  show(prints, threshold, digits, units) {
    this.#prints = prints.slice(0, ROWS);
    this.#digits = digits;
    this.select.value = String(threshold);
    this.note.hidden = prints.length > 0;
    if (!prints.length) say(this.note, t("noPrints", { value: fixed(threshold, 0), quote: units.quote }));
    while (this.#rows.length < this.#prints.length) {
      const row = el("tr", {}, el("td"), el("td"), el("td"), el("td"));
      this.#rows.push(row);
      this.lines.append(row);
    }
    this.#rows.forEach((row, index) => this.#write(row, this.#prints[index], threshold));
  }

  #write(row, print, threshold) {
    row.hidden = !print;
    if (!print) return;
    // Twice, five and ten times the threshold.
    const times = print.notional / threshold;
    row.className = print.side;
    row.dataset.size = times >= 10 ? 3 : times >= 4 ? 2 : 1;
    row.style.backgroundSize = `${Math.min(100, Math.sqrt(times / 20) * 100).toFixed(1)}% 100%`;
    this.#texts(print).forEach((text, index) => say(row.cells[index], text));
    row.cells[1].className = print.side;
    row.cells[1].setAttribute("aria-label", `${t(print.side)} ${row.cells[1].textContent}`);
  }

  #texts(print) {
    const arrow = print.side === "buy" ? "▲" : print.side === "sell" ? "▼" : "·";
    return [clockTime(print.time), `${arrow} ${fixed(print.price, this.#digits)}`, volume(print.quantity), short(print.notional)];
  }

  picture(palette) {
    return drawTable(t("tape"), this.head.map((head) => head.textContent), this.#prints.map((print) => this.#texts(print)), palette);
  }
}
