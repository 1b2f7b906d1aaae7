import { Asked } from "../data/asked.js";
import { coinOf } from "../data/coins.js";
import { CHANGES, shares } from "../data/interest.js";
import { t } from "../strings.js";
import { el, say } from "./dom.js";
import { drawTable } from "./export.js";
import { frame, stand } from "./framed.js";
import { percent, short, signed } from "./numbers.js";

const COLUMNS = ["exchange", "interestUsd", "interestCoin", "share", ...CHANGES.map((name) => `change_${name}`)];
const tone = (change) => (change > 0 ? "buy" : change < 0 ? "sell" : "");

/** Open interest of the coin in view by exchange, with changes; a row chooses whose history is drawn. */
export class Interest {
  #rows = [];
  #coin = null;

  /** `on.chosen(exchange)` and `on.total(text, tone)` say what was chosen and what all together came to. */
  constructor(app, on) {
    this.on = on;
    this.panel = frame(app, "interest", { question: () => this.#question(), picture: () => this.#picture(app.palette) });
    this.asked = new Asked(app.api, () => this.#draw());
    this.head = COLUMNS.map((name) => el("th", { scope: "col", "data-name": name }));
    this.lines = el("tbody", {});
    this.panel.body.tabIndex = 0;
    this.panel.body.setAttribute("role", "group");
    this.panel.body.append(el("table", {}, el("thead", {}, el("tr", {}, ...this.head)), this.lines));
  }

  /** The coin of an instrument, from now on. */
  show(instrument) {
    this.#coin = coinOf(instrument);
    this.asked.want(this.#coin ? this.#question() : null);
    this.relabel();
  }

  choose(exchange) {
    this.exchange = exchange;
    for (const line of this.lines.rows) line.cells[0].firstChild.setAttribute("aria-pressed", String(line.dataset.name === exchange));
  }

  /** The exchanges that there are, all together first. */
  get exchanges() {
    return this.#rows.map((row) => row.exchange);
  }

  relabel() {
    this.panel.relabel();
    this.head.forEach((head, index) => say(head, index < 4 ? t(COLUMNS[index], { coin: this.#coin || t("coins") }) : CHANGES[index - 4]));
    for (const head of this.head.slice(4)) head.title = t("changeAbout");
    this.panel.body.setAttribute("aria-label", t("interest"));
    this.#draw();
  }

  #question() {
    return ["/v1/open-interest", { coin: this.#coin }];
  }

  #draw() {
    const { asked, panel } = this;
    this.#rows = asked.value ? shares(asked.value) : [];
    const word = this.#coin === null ? null : !this.#coin || (asked.word === "ready" && !this.#rows.length) ? "empty" : asked.word;
    stand(panel, word, asked.error, t(this.#coin ? "noInterest" : "noCoin", { coin: this.#coin }));
    const missing = this.#rows.length ? asked.value.missing.split(",").filter(Boolean) : [];
    panel.legend.replaceChildren(
      this.#coin ?? "", ...(word === "stale" ? [" · ", el("b", { class: "warn" }, t("wordStale"))] : []),
      ...(missing.length ? [" · ", el("b", { class: "warn", title: t("missingAbout") }, t("missingVenues", { venues: missing.join(", ") }))] : []));
    this.#rows.forEach((row, index) => this.#write(this.lines.rows[index] ?? this.#add(), row));
    while (this.lines.rows.length > this.#rows.length) this.lines.lastChild.remove();
    const [all] = this.#rows;
    this.on.total(all ? `${short(all.usd)} USD ${signed(all.change_24h, 2)} %` : "", tone(all?.change_24h));
    this.choose(this.exchange);
  }

  #add() {
    const button = el("button", { type: "button", onclick: () => this.on.chosen(line.dataset.name) });
    const line = el("tr", {}, el("th", { scope: "row" }, button), ...COLUMNS.slice(1).map(() => el("td", {})));
    this.lines.append(line);
    return line;
  }

  #write(line, row) {
    line.dataset.name = row.exchange;
    const [name, ...texts] = this.#texts(row);
    say(line.cells[0].firstChild, name);
    texts.forEach((text, index) => say(line.cells[index + 1], text));
    CHANGES.forEach((change, index) => (line.cells[index + 4].className = tone(row[`change_${change}`])));
    // All together are no share of themselves.
    line.style.backgroundSize = `${row.exchange === "All" || !(row.share > 0) ? 0 : (row.share * 100).toFixed(1)}% 100%`;
  }

  #texts(row) {
    return [
      row.exchange === "All" ? t("allExchanges") : row.exchange, short(row.usd), short(row.coin), percent(row.share),
      ...CHANGES.map((name) => signed(row[`change_${name}`], 2)),
    ];
  }

  #picture(palette) {
    return drawTable(`${t("interest")} · ${this.panel.legend.textContent}`, this.head.map((head) => head.textContent), this.#rows.map((row) => this.#texts(row)), palette);
  }
}
