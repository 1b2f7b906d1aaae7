import { countWithin, divergences, FARTHEST, REACH } from "../data/divergence.js";
import { currentLanguage, t } from "../strings.js";
import { el } from "./dom.js";
import { Strokes } from "./strokes.js";

/** Divergences of price and cumulative delta, found once for each new bar and drawn on both charts. */
export class Divergences {
  /** What the legend says of the stretch in view. */
  mark = el("span", { class: "marks" });
  #list = [];
  #said = "";

  constructor(charts, palette) {
    this.palette = palette;
    this.strokes = { price: new Strokes(palette, ({ time, price }) => [time, price]), cvd: new Strokes(palette, ({ sumTime, sum }) => [sumTime, sum]) };
    for (const [pane, strokes] of Object.entries(this.strokes)) charts.attach(pane, strokes);
  }

  /** Looks through all bars. */
  find(rows, sums) {
    this.#list = divergences(rows, sums);
    this.#show();
  }

  /** Looks at what a new bar may have completed; all before it is as it was. */
  follow(rows, sums) {
    const first = rows.length - REACH - 3;
    // Two swings, and what is looked at around them.
    const cut = Math.max(0, first - FARTHEST - 2 * REACH);
    const fresh = divergences(rows.slice(cut), sums.slice(cut), Math.max(0, first - cut));
    const from = rows[Math.max(0, first)]?.time ?? 0;
    const kept = this.#list.filter((one) => one.to.time < from);
    if (!fresh.length && kept.length === this.#list.length) return;
    this.#list = [...kept, ...fresh];
    this.#show();
  }

  restyle(palette) {
    this.palette = palette;
    this.#show();
  }

  /** Says how many of each kind reach into a stretch of time. */
  tell(range) {
    const count = range ? countWithin(this.#list, range.from, range.to) : {};
    const said = `${count.bearish}|${count.bullish}|${currentLanguage()}`;
    if (said === this.#said) return;
    this.#said = said;
    this.mark.replaceChildren(...[["bearish", "sell"], ["bullish", "buy"]].filter(([kind]) => count[kind])
      .map(([kind, tone]) => el("b", { class: tone, "data-count": count[kind], title: t("divergenceAbout") }, t(kind, { count: count[kind] }))));
  }

  #show() {
    for (const strokes of Object.values(this.strokes)) strokes.set(this.#list, this.palette);
  }
}
