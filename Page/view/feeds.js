import { nameOf } from "../data/instruments.js";
import { t } from "../strings.js";
import { el, say } from "./dom.js";
import { drawTable } from "./export.js";
import { lag } from "./numbers.js";

const COLUMNS = ["instrument", "state", "lag", "holes", "lastTrade"];

/** How each instrument is recorded: state, lag, holes. A row leads to its instrument. */
export class Feeds {
  #rows = new Map();
  #instruments = [];
  current = [];

  constructor(panel, { choose, link }) {
    this.panel = panel;
    this.choose = choose;
    this.link = link;
    this.head = COLUMNS.map((name) => el("th", { scope: "col", "data-name": name }));
    this.lines = el("tbody", {});
    panel.body.tabIndex = 0;
    panel.body.setAttribute("role", "group");
    panel.body.append(el("table", {}, el("thead", {}, el("tr", {}, ...this.head)), this.lines));
  }

  relabel() {
    for (const head of this.head) say(head, t(head.dataset.name));
    this.head[2].title = t("lagAbout");
    this.panel.body.setAttribute("aria-label", t("feeds"));
    this.show(this.#instruments, this.current, this.now, this.isOld);
  }

  /** `current` are the names of what is in view: an instrument, or the members of a basket. `isOld` where the list could not be had lately: what it says of feeds is not so any more. */
  show(instruments, current, now, isOld = false) {
    [this.#instruments, this.current, this.now, this.isOld] = [instruments, current, now, isOld];
    this.panel.section.toggleAttribute("data-old", isOld);
    const names = new Set(instruments.map(nameOf));
    for (const [name, row] of this.#rows) {
      if (names.has(name)) continue;
      row.remove();
      this.#rows.delete(name);
    }
    instruments.forEach((instrument, index) => {
      const name = nameOf(instrument);
      if (!this.#rows.has(name)) this.#rows.set(name, this.#make(instrument));
      const row = this.#rows.get(name);
      if (this.lines.rows[index] !== row) this.lines.insertBefore(row, this.lines.rows[index] ?? null);
      const [, ...texts] = this.#texts(instrument);
      texts.forEach((text, cell) => say(cell === 0 ? row.cells[1].firstChild : row.cells[cell + 1], text));
      row.cells[1].firstChild.className = `dot ${instrument.state}`;
      row.cells[1].title = instrument.reason ?? "";
      row.cells[3].className = instrument.open_gaps ? "warn" : "";
      row.toggleAttribute("aria-current", current.includes(name));
      row.cells[0].firstChild.href = this.link(instrument);
    });
    const live = instruments.filter((one) => one.state === "live").length;
    const holes = instruments.reduce((sum, one) => sum + one.open_gaps, 0);
    say(this.panel.legend, isOld ? t("wordReconnecting") : `${live}/${instruments.length} ${t("stateLive")} · ${t("holes")} ${holes}`);
  }

  #make(instrument) {
    const link = el("a", { onclick: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.choose(instrument);
    } }, instrument.symbol, el("span", {}, ` ${instrument.venue}`));
    return el("tr", { "data-name": nameOf(instrument) }, el("th", { scope: "row" }, link), el("td", {}, el("span")), el("td"), el("td"), el("td"));
  }

  #texts(instrument) {
    const state = t(`state${instrument.state[0].toUpperCase()}${instrument.state.slice(1)}`);
    return [nameOf(instrument), state, lag(instrument.lag), String(instrument.open_gaps), ago(this.now - instrument.last_time)];
  }

  picture(palette) {
    return drawTable(t("feeds"), this.head.map((head) => head.textContent), this.#instruments.map((one) => this.#texts(one)), palette);
  }
}

function ago(microseconds) {
  if (!Number.isFinite(microseconds)) return "–";
  const seconds = Math.max(0, Math.round(microseconds / 1_000_000));
  if (seconds < 90) return t("agoSeconds", { count: seconds });
  if (seconds < 5400) return t("agoMinutes", { count: Math.round(seconds / 60) });
  if (seconds < 129_600) return t("agoHours", { count: Math.round(seconds / 3600) });
  return t("agoDays", { count: Math.round(seconds / 86_400) });
}
