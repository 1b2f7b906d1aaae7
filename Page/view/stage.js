import { lengthOf } from "../data/intervals.js";
import { unitsOf } from "../data/instruments.js";
import { t } from "../strings.js";
import { Charts } from "./charts.js";
import { dayTime } from "./clock.js";
import { Divergences } from "./divergences.js";
import { paced, say } from "./dom.js";
import { Footprint } from "./footprint.js";
import { cvdLegend, deltaLegend, memberLegend, priceLegend } from "./legends.js";
import { averageDigits } from "./numbers.js";
import { Sizes } from "./sizes.js";
import { Tape } from "./tape.js";

/** When the first bars were drawn, for whoever measures. */
const DRAWN = "millrace-drawn";

/** What is shown of one feed: charts and the panels that go with them, drawn anew as it changes, once a frame at most. */
export class Stage {
  feed = null;
  #rows = [];
  #sums = [];
  #cursor = null;
  #digits = 2;
  #isPastDue = true;

  /** `on.moved(range)` is called when another stretch is in view, `on.drawn()` when all bars have been drawn, `on.threshold(value)` for prints. */
  constructor(panels, palette, place, on) {
    Object.assign(this, { panels, place, on });
    this.charts = new Charts(panels.canvases, palette, { cursor: (time) => this.#point(time), range: () => this.#moved() });
    this.divergences = new Divergences(this.charts, palette);
    this.tape = new Tape(panels.tape, on.threshold);
    this.sizes = new Sizes(panels.sizes);
    this.footprint = new Footprint(panels.footprint);
    this.drawLast = paced(() => this.#drawLast());
    this.drawPast = paced(() => this.redraw());
    this.drawTape = paced(() => this.#drawTape(), 120);
    this.drawSizes = paced(() => this.#drawSizes(), 250);
  }

  get units() {
    return unitsOf(this.feed?.instrument);
  }

  get range() {
    return this.charts.range;
  }

  get isBare() {
    return this.#rows.length === 0;
  }

  /** From when the cumulative delta of a stretch is counted: its own beginning where it begins before the anchor. */
  since(from) {
    const anchor = new Date((this.feed?.anchor ?? 0) / 1000).toISOString();
    return from && from < anchor ? from : anchor;
  }

  /** Shows another feed; of the same bars, what is in view stays. */
  show(feed, isSame) {
    this.feed = feed;
    this.#cursor = null;
    if (!isSame) {
      this.charts.clear(feed.interval);
      if (this.place.from !== null) this.charts.showTimes(this.place.from, this.place.to);
    }
    for (const part of [this.tape, this.sizes, this.footprint]) part.relabel(this.units);
  }

  /** Something of the feed has changed: `bars`, `past`, `holes` or `prints`. */
  changed(what) {
    if (what === "bars") this.drawLast();
    else if (what === "prints") this.drawTape();
    else {
      this.#isPastDue = true;
      this.drawPast();
    }
  }

  restyle(palette) {
    this.charts.restyle(palette);
    this.divergences.restyle(palette);
  }

  /** Writes all words and times anew. */
  relabel() {
    this.charts.relabel();
    for (const part of [this.tape, this.sizes, this.footprint]) part.relabel(this.units);
    this.redraw();
  }

  /** Draws all that is known. */
  redraw() {
    const feed = this.feed;
    if (!feed) return;
    this.#isPastDue = false;
    if (feed.isLoaded && feed.bars.size && !performance.getEntriesByName(DRAWN).length) performance.mark(DRAWN);
    this.#rows = feed.bars.rows();
    this.#sums = feed.cumulative(this.#rows);
    this.charts.draw({
      rows: [...this.#rows], sums: [...this.#sums], holes: feed.holes.rows(), interval: feed.interval, anchor: feed.anchor,
      mostDigits: feed.history.basket ? averageDigits(this.#rows.at(-1)?.ohlcv.values.close) : Infinity,
    });
    this.divergences.find(this.#rows, this.#sums);
    this.#digits = this.charts.digits;
    this.#legends();
    this.drawTape();
    this.drawSizes();
    this.#moved();
    this.on.drawn();
  }

  #drawLast() {
    const feed = this.feed;
    if (!feed || this.#isPastDue) return;
    const bar = feed.bars.get(feed.bars.times.at(-1));
    if (!bar?.ohlcv) return;
    const last = this.#rows.at(-1);
    const isNext = last && (bar.time === last.time || (bar.time > last.time && feed.bars.times.at(-2) === last.time));
    if (!isNext) {
      this.redraw();
      return;
    }
    const place = bar.time === last.time ? this.#rows.length - 1 : this.#rows.length;
    this.#rows[place] = bar;
    // The bar that has just ended may have grown in the same moment.
    const before = Math.max(0, place - 1);
    const isNew = place === this.#sums.length;
    const sums = feed.cumulativeAfter(this.#rows, this.#sums, before);
    if (place > 0 && place === this.#sums.length) this.charts.update(this.#rows[before], sums[0]);
    this.#sums.splice(before, 2, ...sums);
    this.charts.update(bar, this.#sums[place]);
    if (isNew) this.divergences.follow(this.#rows, this.#sums);
    this.#legends();
    this.drawSizes();
  }

  #drawTape() {
    if (this.feed) this.tape.show(this.feed.prints.rows, this.place.large, this.#digits, this.units);
  }

  #drawSizes() {
    const { range } = this;
    if (!range || !this.feed) return;
    const bar = this.#cursorBar();
    const bars = bar ? [bar] : this.#rows.filter((row) => row.time >= range.from - lengthOf(this.feed.interval) / 2 && row.time <= range.to);
    this.sizes.show(bars, bar ? t("ofBar", { time: dayTime(bar.time) }) : t("inView"), this.units);
    const { dataset } = this.panels.sizes.section;
    dataset.from = bars[0]?.time ?? "";
    dataset.to = bars.at(-1)?.time ?? "";
  }

  #cursorBar() {
    return this.#cursor === null ? null : (this.#rows.find((row) => row.time === this.#cursor) ?? null);
  }

  #point(time) {
    this.#cursor = time;
    this.#legends();
    this.drawSizes();
  }

  #legends() {
    const under = this.#cursorBar();
    const bar = under ?? this.#rows.at(-1);
    const sum = this.#sums[bar ? this.#rows.indexOf(bar) : -1];
    const about = { digits: this.#digits, units: this.units, isCursor: under !== null, anchor: this.feed?.anchor ?? 0 };
    const { price, cvd, delta } = this.panels;
    this.divergences.tell(this.range);
    const basket = this.feed?.history.basket;
    price.legend.replaceChildren(...priceLegend(bar, about), ...(basket && bar ? memberLegend(this.feed.instrument, basket.members(bar.time)) : []));
    cvd.legend.replaceChildren(...cvdLegend(bar ? sum : undefined, about, [this.divergences.mark]));
    delta.legend.replaceChildren(...deltaLegend(bar, about));
    for (const name of ["price", "cvd", "delta", "footprint"]) this.panels[name].section.dataset.time = bar?.time ?? "";
    const isPriced = bar?.ohlcv.values.close !== null;
    say(this.footprint.note, t(isPriced ? "noBar" : "noLevels"));
    if (!isPriced) say(this.panels.footprint.legend, "");
    if (this.feed) this.footprint.want(this.feed, isPriced ? bar : null, bar ? t("ofBar", { time: dayTime(bar.time) }) : "", this.#digits);
    this.panels.describe(bar, sum, about, this.feed?.instrument);
  }

  #moved() {
    const { range } = this;
    if (!range) return;
    this.divergences.tell(range);
    this.drawSizes();
    this.on.moved(range);
  }
}
