import { knownOf, OPTION_EXCHANGES, WINDOWS } from "../data/options.js";
import { t } from "../strings.js";
import { dayTime } from "./clock.js";
import { el, say } from "./dom.js";
import { drawTable } from "./export.js";
import { frame, stand } from "./framed.js";
import { coins } from "./numbers.js";

const SIDES = ["call_buy", "call_sell", "put_buy", "put_sell"];
const COLUMNS = ["windowEnd", ...SIDES, "call_block", "put_block", "quality"];
/** What stands above the columns, two lines of it: the first over two columns each. */
const GROUPS = ["calls", "puts", "blocks"];
const SHORT = { call_buy: "bought", call_sell: "sold", put_buy: "bought", put_sell: "sold", call_block: "calls", put_block: "puts" };

/** What takers of a coin's options bought and sold, window by window, newest first; one of which trades may lack is striped. */
export class OptionFlow {
  #rows = [];

  /** `asked` has the answer; `on.chosen({window, exchange})` is called when other ones are wanted. */
  constructor(app, asked, on) {
    this.asked = asked;
    this.panel = frame(app, "optionFlow", { question: on.question, picture: () => this.#picture(app.palette) });
    const choice = (values) => el("select", { onchange: () => on.chosen({ window: this.windows.value, exchange: this.exchanges.value }) },
      ...values.map((value) => el("option", { value }, value.replace(",", " + "))));
    this.windows = choice(WINDOWS);
    this.exchanges = choice(OPTION_EXCHANGES);
    this.panel.extra.append(this.windows, this.exchanges);
    this.head = COLUMNS.map((name) => el("th", { scope: "col", "data-name": name }));
    this.lines = el("tbody", {});
    this.panel.body.tabIndex = 0;
    this.panel.body.setAttribute("role", "group");
    this.groups = GROUPS.map((name) => el("th", { scope: "colgroup", colspan: 2, "data-name": name }));
    const [first, last] = [this.head[0], this.head.at(-1)];
    for (const head of [first, last]) head.rowSpan = 2;
    const lines = [el("tr", {}, first, ...this.groups, last), el("tr", {}, ...this.head.slice(1, -1))];
    this.panel.body.append(el("table", {}, el("thead", {}, ...lines), this.lines));
  }

  relabel() {
    this.panel.relabel();
    for (const head of this.head) say(head, t(SHORT[head.dataset.name] ?? head.dataset.name));
    for (const group of this.groups) say(group, t(group.dataset.name));
    this.head[0].title = t("windowEndAbout");
    for (const head of this.head.slice(5, 7)) head.title = t("blockAbout");
    this.windows.setAttribute("aria-label", t("window"));
    this.exchanges.setAttribute("aria-label", t("exchange"));
    this.panel.body.setAttribute("aria-label", t("optionFlow"));
  }

  draw(coin) {
    const { asked, panel } = this;
    this.#rows = knownOf(asked.value?.rows ?? []).reverse();
    const isShown = stand(
      panel, coin === null ? null : !coin || (asked.word === "ready" && !this.#rows.length) ? "empty" : asked.word, asked.error,
      t(!coin ? "noCoin" : asked.word === "ready" ? "noRatio" : "noOptions", { coin }));
    panel.legend.replaceChildren(coin ?? "", ...(asked.word === "stale" ? [" · ", el("b", { class: "warn" }, t("wordStale"))] : []));
    if (!isShown) return;
    const most = Math.max(...this.#rows.flatMap((row) => SIDES.map((side) => row[side]))) || 1;
    this.#rows.forEach((row, index) => this.#write(this.lines.rows[index] ?? this.#add(), row, most));
    while (this.lines.rows.length > this.#rows.length) this.lines.lastChild.remove();
  }

  #add() {
    const cells = COLUMNS.slice(1).map((name) => el("td", { class: name.endsWith("_buy") ? "buys" : name.endsWith("_sell") ? "sells" : null }));
    const line = el("tr", {}, el("th", { scope: "row" }), ...cells);
    this.lines.append(line);
    return line;
  }

  #write(line, row, most) {
    line.dataset.quality = row.quality;
    this.#texts(row).forEach((text, index) => say(line.cells[index], text));
    SIDES.forEach((side, index) => (line.cells[index + 1].style.backgroundSize = `${((row[side] / most) * 100).toFixed(1)}% 100%`));
    const told = row.gaps.map((gap) => `${gap.venue} ${gap.family} ${t(gap.trades === "book" ? "bookTrades" : "blockTrades")}: ${dayTime(gap.from)} – ${dayTime(gap.to)}`);
    line.cells[7].title = told.join("\n");
    line.cells[7].className = row.quality === "gap" ? "warn" : "";
  }

  #texts(row) {
    const quality = { gap: t("qualityGap"), repaired: t("qualityRepaired") }[row.quality] ?? t("qualityComplete");
    return [dayTime(row.end), ...[...SIDES, "call_block", "put_block"].map((name) => coins(row[name])), quality + (row.gaps.length > 1 ? ` ×${row.gaps.length}` : "")];
  }

  #picture(palette) {
    const title = `${t("optionFlow")} · ${this.panel.legend.textContent} · ${this.windows.value} · ${this.exchanges.value}`;
    return drawTable(title, COLUMNS.map((name) => t(name)), this.#rows.map((row) => this.#texts(row)), palette);
  }
}
