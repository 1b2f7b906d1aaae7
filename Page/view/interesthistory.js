import { InterestHistory as History, intervalFor } from "../data/interest.js";
import { lengthOf } from "../data/intervals.js";
import { t } from "../strings.js";
import { Axis } from "./axis.js";
import { dayTime } from "./clock.js";
import { el, paced, say } from "./dom.js";
import { framed } from "./export.js";
import { frame, stand } from "./framed.js";
import { short, signed } from "./numbers.js";
import { Plot } from "./plot.js";

const UNITS = ["usd", "coin"];

/** Open interest over the stretch of time that the charts above show, of one exchange or all together. */
export class InterestHistory {
  #coin = null;
  #exchange = "All";
  #unit = "usd";
  #bars = [];
  #cursor = null;

  /** `on.chosen(exchange)` is called when another exchange is chosen here. */
  constructor(app, on) {
    this.app = app;
    this.panel = frame(app, "interestHistory", { question: () => this.#question(), picture: () => this.#picture() });
    this.history = new History(app.api, () => this.draw());
    this.exchanges = el("select", { onchange: () => on.chosen(this.exchanges.value) });
    this.units = el("select", { onchange: () => {
      this.#unit = this.units.value;
      this.moved();
    } }, ...UNITS.map((value) => el("option", { value })));
    this.panel.extra.append(this.exchanges, this.units);
    this.panel.body.className = "canvas";
    this.canvas = el("div", { role: "img" });
    this.panel.body.append(this.canvas);
    this.plot = new Plot(this.canvas, app.palette, { open: { kind: "Area", color: "accent" } }, {
      format: short, cursor: (time) => {
        this.#cursor = time;
        this.#legend();
      },
    });
    this.draw = paced(() => this.#draw(), 100);
    this.moved = paced(() => this.#want(), 250);
  }

  show(coin) {
    this.#coin = coin;
    this.#cursor = null;
    this.moved();
  }

  choose(exchange) {
    this.#exchange = exchange;
    this.exchanges.value = exchange;
    this.moved();
  }

  /** The exchanges that can be chosen. */
  list(exchanges) {
    const names = exchanges.includes(this.#exchange) ? exchanges : [...exchanges, this.#exchange];
    const shown = [...this.exchanges.options].map((option) => option.value);
    if (names.join() !== shown.join()) {
      this.exchanges.replaceChildren(...names.map((value) => el("option", { value }, value === "All" ? t("allExchanges") : value)));
    }
    this.exchanges.value = this.#exchange;
  }

  relabel() {
    this.panel.relabel();
    this.exchanges.setAttribute("aria-label", t("exchange"));
    this.units.setAttribute("aria-label", t("unit"));
    for (const option of this.exchanges.options) if (option.value === "All") say(option, t("allExchanges"));
    say(this.units.options[0], "USD");
    say(this.units.options[1], this.#coin || t("coins"));
    this.plot.relabel();
    this.draw();
  }

  get #interval() {
    const { range } = this.app.stage;
    return intervalFor(this.app.place.interval, range ? range.to - range.from : 0);
  }

  #want() {
    say(this.units.options[1], this.#coin || t("coins"));
    this.history.want({ coin: this.#coin, exchange: this.#exchange, unit: this.#unit, interval: this.#interval }, this.app.stage.range);
    this.draw();
  }

  #question() {
    const [first, last] = [this.#bars[0]?.time, this.#bars.at(-1)?.time];
    const length = lengthOf(this.#interval);
    return ["/v1/open-interest/history", {
      coin: this.#coin, exchange: this.#exchange, interval: this.#interval, unit: this.#unit,
      ...(this.#bars.length ? { from: new Date(first / 1000).toISOString(), to: new Date((last + length) / 1000).toISOString() } : {}),
    }];
  }

  #draw() {
    const { range } = this.app.stage;
    const length = lengthOf(this.#interval);
    this.#bars = range ? this.history.bars.filter((bar) => bar.time > range.from - length && bar.time <= range.to) : [];
    const { word } = this.history;
    const isShown = stand(
      this.panel, this.#coin === null ? null : !this.#coin || (word === "ready" && !this.#bars.length) ? "empty" : word, this.history.error,
      t(this.#coin ? "noInterestThen" : "noCoin", { coin: this.#coin, exchange: this.#exchange === "All" ? t("allExchanges") : this.#exchange }));
    this.panel.section.dataset.from = this.#bars[0]?.time ?? "";
    this.panel.section.dataset.to = this.#bars.at(-1)?.time ?? "";
    if (isShown) this.plot.draw({ open: this.#points(range, length) }, length);
    this.#legend();
  }

  /** The bars' ends, and a place for each interval in view without one, so that time runs as it does above. */
  #points(range, length) {
    const axis = new Axis(length);
    const begin = Math.ceil(range.from / length) * length;
    const points = axis.extend(Math.min(begin, this.#bars[0].time)).map((time) => ({ time }));
    points.pop();
    axis.times.pop();
    for (const bar of this.#bars) {
      const places = axis.extend(bar.time);
      for (const time of places.slice(0, -1)) points.push({ time });
      points.push({ time: bar.time, value: bar.close });
    }
    return points;
  }

  #legend() {
    const bar = this.#bars.find((one) => one.time === this.#cursor) ?? this.#bars.at(-1);
    this.panel.section.dataset.time = bar?.time ?? "";
    const unit = this.#unit === "usd" ? "USD" : this.#coin;
    const parts = [];
    if (bar) {
      const change = (bar.close - this.#bars[0].open) / this.#bars[0].open;
      const tone = change > 0 ? "buy" : change < 0 ? "sell" : null;
      parts.push(
        el("b", { class: "now" }, short(bar.close)), `${unit} `, el("b", { class: tone, title: t("sinceLeft") }, `${signed(change * 100, 2)} %`),
        this.#cursor === bar.time ? `${dayTime(bar.time)} ` : "", `${t("high")} `, el("b", {}, short(bar.high)), `${t("low")} `, el("b", {}, short(bar.low)));
    }
    if (this.#interval !== this.app.place.interval) parts.push(t("barsOf", { interval: this.#interval }));
    if (this.history.word === "stale") parts.unshift(el("b", { class: "warn" }, t("wordStale")));
    this.panel.legend.replaceChildren(...parts);
    this.canvas.setAttribute("aria-label", `${t("interestHistory")}${bar ? `: ${short(bar.close)} ${unit}` : ""}`);
  }

  #picture() {
    return framed(this.plot.picture(), `${this.#coin} · ${t("interestHistory")} · ${this.#exchange} · ${this.#interval} · ${this.panel.legend.textContent}`, this.app.palette);
  }
}
