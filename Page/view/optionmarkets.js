import { Asked } from "../data/asked.js";
import { daysOf, MARKETS, MEASURES } from "../data/options.js";
import { t } from "../strings.js";
import { el, say } from "./dom.js";
import { framed } from "./export.js";
import { frame, stand } from "./framed.js";
import { short } from "./numbers.js";
import { Plot } from "./plot.js";
import { ratio } from "./putcall.js";

const DAY = 86_400_000_000;
const word = (prefix, value) => t(prefix + value.split("-").map((part) => part[0].toUpperCase() + part.slice(1)).join(""));

/** Puts over calls of all options of a market, day by day, as their publishers say it. */
export class OptionMarkets {
  #days = [];
  #cursor = null;
  #isAsked = false;

  constructor(app) {
    this.app = app;
    this.panel = frame(app, "optionMarkets", { question: () => this.#question(), picture: () => this.#picture() });
    this.asked = new Asked(app.api, () => this.draw(), { pause: 60_000 });
    const choice = (values) => el("select", { onchange: () => this.show() }, ...values.map((value) => el("option", { value })));
    this.markets = choice(MARKETS);
    this.measures = choice(MEASURES);
    this.panel.extra.append(this.markets, this.measures);
    this.panel.body.className = "canvas";
    this.canvas = el("div", { role: "img" });
    this.panel.body.append(this.canvas);
    const lines = { ratio: { kind: "Line", color: "accent", pointMarkersVisible: true, pointMarkersRadius: 2 } };
    this.plot = new Plot(this.canvas, app.palette, lines, { format: ratio, cursor: (time) => {
      this.#cursor = time;
      this.#legend();
    } });
  }

  show() {
    this.#isAsked = true;
    this.asked.want(this.#question());
  }

  relabel() {
    this.panel.relabel();
    this.markets.setAttribute("aria-label", t("market"));
    this.measures.setAttribute("aria-label", t("measure"));
    for (const option of this.markets.options) say(option, word("market", option.value));
    for (const option of this.measures.options) say(option, word("measure", option.value));
    this.plot.relabel();
    this.draw();
  }

  #question() {
    return ["/v1/options/statistics", { market: this.markets.value, measure: this.measures.value, limit: 500 }];
  }

  draw() {
    const { asked } = this;
    this.#days = asked.value ? daysOf(asked.value) : [];
    const isEmpty = asked.word === "ready" && !this.#days.length;
    const isShown = stand(this.panel, !this.#isAsked ? null : isEmpty ? "empty" : asked.word, asked.error, t("noStatistics"));
    // Calendars have holes: a day stands beside the one before it.
    if (isShown) this.plot.draw({ ratio: this.#days.map(({ time, put_call_ratio: value }) => (value === null ? { time } : { time, value })) }, DAY);
    this.#legend();
  }

  #legend() {
    const day = this.#days.find((one) => one.time === this.#cursor) ?? this.#days.at(-1);
    this.panel.section.dataset.time = day?.day ?? "";
    const texts = day ? [
      el("b", { class: "now" }, ratio(day.put_call_ratio)), `${day.day} · ${t("calls")} `, el("b", {}, short(day.calls)), `${t("puts")} `, el("b", {}, short(day.puts)), day.source,
    ] : [];
    if (this.asked.word === "stale") texts.unshift(el("b", { class: "warn" }, t("wordStale")));
    this.panel.legend.replaceChildren(...texts);
    this.canvas.setAttribute("aria-label", `${t("optionMarkets")}${day ? `: ${day.day} ${ratio(day.put_call_ratio)}` : ""}`);
  }

  #picture() {
    const title = [t("optionMarkets"), word("market", this.markets.value), word("measure", this.measures.value), this.panel.legend.textContent].join(" · ");
    return framed(this.plot.picture(), title, this.app.palette);
  }
}
