import { knownOf, putCallRatios } from "../data/options.js";
import { t } from "../strings.js";
import { dayTime } from "./clock.js";
import { el } from "./dom.js";
import { framed } from "./export.js";
import { frame, stand } from "./framed.js";
import { fixed } from "./numbers.js";
import { Plot } from "./plot.js";

const HOUR = 3_600_000_000;
export const ratio = (value) => fixed(value, 3);

/** Puts over calls of a coin's options, window by window: by what was traded, and by what was open. */
export class PutCall {
  #points = [];
  #cursor = null;

  /** `asked` has the answer that the panel of the flow shows, too. */
  constructor(app, asked, on) {
    Object.assign(this, { app, asked });
    this.panel = frame(app, "putCall", { question: on.question, picture: () => this.#picture() });
    this.panel.body.className = "canvas";
    this.canvas = el("div", { role: "img" });
    this.panel.body.append(this.canvas);
    const lines = { interest: { kind: "Line", color: "soft", lineWidth: 1 }, volume: { kind: "Line", color: "accent", pointMarkersVisible: true, pointMarkersRadius: 2 } };
    this.plot = new Plot(this.canvas, app.palette, lines, { format: ratio, cursor: (time) => {
      this.#cursor = time;
      this.#legend();
    } });
  }

  /** The newest ratio by volume, or null. */
  get newest() {
    return this.#points.at(-1)?.volume ?? null;
  }

  relabel() {
    this.panel.relabel();
    this.plot.relabel();
  }

  draw(coin) {
    const { asked, panel } = this;
    this.coin = coin;
    this.#points = putCallRatios(knownOf(asked.value?.rows ?? []));
    const isBare = asked.word === "ready" && this.#points.every((point) => point.volume === null && point.interest === null);
    const word = coin === null ? null : !coin || isBare ? "empty" : asked.word;
    if (stand(panel, word, asked.error, t(isBare ? "noRatio" : coin ? "noOptions" : "noCoin", { coin }))) this.#plot();
    this.#legend();
  }

  #plot() {
    const { palette } = this.app;
    const series = (name, color, faint) => this.#points.map(({ time, quality, [name]: value }) =>
      // Of a window of which trades may lack the ratio is a guess.
      (value === null ? { time } : { time, value, color: quality === "gap" ? faint : color }));
    const length = this.#points.length > 1 ? this.#points[1].time - this.#points[0].time : 8 * HOUR;
    this.plot.draw({ volume: series("volume", palette.accent, palette.accentFaint), interest: series("interest", palette.soft, palette.shadow) }, length);
  }

  #legend() {
    const point = this.#points.find((one) => one.time === this.#cursor) ?? this.#points.at(-1);
    this.panel.section.dataset.time = point?.time ?? "";
    const texts = point ? [
      el("i", { class: "key accent" }), `${t("byVolume")} `, el("b", {}, ratio(point.volume)), el("i", { class: "key soft" }), `${t("byInterest")} `, el("b", {}, ratio(point.interest)),
      dayTime(point.time), ...(point.quality === "gap" ? [" ", el("b", { class: "warn" }, t("qualityGap"))] : []),
    ] : [];
    if (this.asked.word === "stale") texts.unshift(el("b", { class: "warn" }, t("wordStale")));
    this.panel.legend.replaceChildren(...texts);
    this.canvas.setAttribute("aria-label", `${t("putCall")}${point ? `: ${t("byVolume")} ${ratio(point.volume)}, ${t("byInterest")} ${ratio(point.interest)}` : ""}`);
  }

  #picture() {
    return framed(this.plot.picture(), `${this.coin} · ${t("putCall")} · ${this.panel.legend.textContent}`, this.app.palette);
  }
}
