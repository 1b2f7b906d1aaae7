import { isDoubtful } from "../data/bars.js";
import { lengthOf } from "../data/intervals.js";
import { Axis } from "./axis.js";
import { Bands } from "./bands.js";
import { clockTime, dayTime, mark } from "./clock.js";
import { fixed, signedVolume } from "./numbers.js";

const { createChart, CrosshairMode, LineStyle } = globalThis.LightweightCharts;
const PANES = ["price", "cvd", "delta"];
/** So many places are free between the newest bar and the edge. */
const EDGE = 4;
const seconds = (time) => time / 1_000_000;

/**
 * Price, cumulative delta and delta as three charts over one axis of time.
 *
 * It is given bars and sums and draws them; `on.cursor(time | null)`, `on.range({from, to, isAtEdge, nearStart})` say what the reader does.
 */
export class Charts {
  #charts = {};
  #series = {};
  #bands = {};
  #axis = new Axis(1);
  #rows = [];
  #sums = [];
  #holes = [];
  #isSyncing = false;
  #digits = 2;
  #mostDigits = Infinity;
  #wanted = null;
  #known = { from: -Infinity, to: Infinity };

  constructor(elements, palette, on) {
    this.on = on;
    this.palette = palette;
    for (const pane of PANES) {
      const chart = createChart(elements[pane], this.#options(pane));
      this.#charts[pane] = chart;
      chart.timeScale().subscribeVisibleLogicalRangeChange((range) => this.#moved(pane, range));
      chart.subscribeCrosshairMove((event) => this.#pointed(pane, event));
    }
    const { price, cvd, delta } = this.#charts;
    this.#series.price = price.addCandlestickSeries({ priceLineStyle: LineStyle.Dotted });
    // The price behind the sum, on a scale of its own: where the two part, that is seen.
    this.#series.shadow = cvd.addLineSeries({
      priceScaleId: "shadow", lineWidth: 1, lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false,
    });
    this.#series.cvd = cvd.addLineSeries({ lineWidth: 2, priceLineVisible: false });
    this.#series.delta = delta.addHistogramSeries({ priceLineVisible: false, base: 0 });
    for (const name of ["cvd", "delta"]) {
      this.#series[name].applyOptions({ priceFormat: { type: "custom", minMove: 0.001, formatter: signedVolume } });
    }
    for (const pane of PANES) {
      this.#bands[pane] = new Bands(this.#axis, palette);
      this.#series[pane].attachPrimitive(this.#bands[pane]);
    }
    this.restyle(palette);
  }

  #options(pane) {
    const isLast = pane === PANES.at(-1);
    return {
      autoSize: true,
      crosshair: { mode: CrosshairMode.Normal, horzLine: { labelVisible: true } },
      rightPriceScale: { borderVisible: false, minimumWidth: 84, scaleMargins: { top: 0.08, bottom: 0.08 } },
      overlayPriceScales: { scaleMargins: { top: 0.08, bottom: 0.08 } },
      timeScale: {
        visible: isLast, borderVisible: false, rightOffset: EDGE, minBarSpacing: 0.4, barSpacing: 7, timeVisible: true, secondsVisible: true,
        tickMarkFormatter: (time) => mark(time * 1_000_000, this.#axis.interval),
      },
      localization: { timeFormatter: (time) => (this.#axis.interval < 60_000_000 ? clockTime : dayTime)(time * 1_000_000) },
      handleScale: { axisPressedMouseMove: { time: true, price: false } },
      kineticScroll: { mouse: false, touch: true },
    };
  }

  restyle(palette) {
    this.palette = palette;
    const line = { color: palette.soft, labelBackgroundColor: palette.line, width: 1, style: LineStyle.Dotted };
    for (const pane of PANES) {
      this.#charts[pane].applyOptions({
        layout: { background: { color: palette.ground }, textColor: palette.soft, fontFamily: palette.font, fontSize: 11 },
        grid: { vertLines: { color: palette.grid }, horzLines: { color: palette.grid } },
        crosshair: { vertLine: line, horzLine: line },
      });
    }
    const { buy, sell } = palette;
    this.#series.price.applyOptions({ upColor: buy, downColor: sell, borderUpColor: buy, borderDownColor: sell, wickUpColor: buy, wickDownColor: sell });
    this.#series.shadow.applyOptions({ color: palette.shadow });
    this.#series.cvd.applyOptions({ color: palette.accent });
    this.#redraw(this.#rows, this.#sums, this.#holes, this.#axis.interval);
  }

  /** Writes the marks of the axis anew: the zone or the language has changed. */
  relabel() {
    for (const pane of PANES) this.#charts[pane].applyOptions({ localization: this.#options(pane).localization, timeScale: this.#options(pane).timeScale });
  }

  /** Begins anew at the live edge: another instrument or interval. */
  clear(interval) {
    this.#wanted = null;
    this.#redraw([], [], [], lengthOf(interval));
    for (const pane of PANES) {
      this.#charts[pane].timeScale().applyOptions({ barSpacing: 7, rightOffset: EDGE });
      this.#charts[pane].timeScale().scrollToRealTime();
      this.#charts[pane].priceScale("right").applyOptions({ autoScale: true });
    }
  }

  /** Draws all bars, whose sums are counted from `anchor`; the view stays where it is. */
  draw({ rows, sums, holes, interval, anchor, mostDigits = Infinity }) {
    this.#mostDigits = mostDigits;
    this.#known = knownFrom(anchor, holes);
    this.#redraw(rows, sums, holes, lengthOf(interval));
  }

  #redraw(rows, sums, holes, interval) {
    const axis = new Axis(interval);
    const data = { price: [], shadow: [], cvd: [], delta: [] };
    rows.forEach((bar, index) => {
      for (const place of axis.extend(bar.time).slice(0, -1)) for (const name in data) data[name].push({ time: seconds(place) });
      const points = this.#points(bar, sums[index], interval);
      for (const name in data) data[name].push(points[name]);
    });
    // A hole that goes on beyond the newest bar is drawn too.
    const digits = Math.max(0, ...rows.slice(-200).map((bar) => (String(bar.ohlcv.values.close).split(".")[1] ?? "").length));
    if (rows.length) this.#digits = Math.min(digits, this.#mostDigits);
    this.#series.price.applyOptions({
      priceFormat: { type: "custom", minMove: 10 ** -this.#digits, formatter: (value) => fixed(value, this.#digits) },
    });
    const keep = this.#wanted ?? this.#keep(rows, axis);
    [this.#rows, this.#sums, this.#holes, this.#axis] = [rows, sums, holes, axis];
    this.#quietly(() => {
      for (const name in data) this.#series[name].setData(data[name]);
      if (keep) this.#show(keep);
    });
    for (const pane of PANES) this.#bands[pane].set(holes, axis, this.palette);
  }

  /** Draws the newest bar anew, or one after it. */
  update(bar, sum) {
    const last = this.#rows.at(-1);
    if (!last || bar.time < last.time) return false;
    const isNew = bar.time > last.time;
    const places = isNew ? this.#axis.extend(bar.time) : [bar.time];
    if (isNew) {
      this.#rows.push(bar);
      this.#sums.push(sum);
    } else {
      this.#sums[this.#sums.length - 1] = sum;
    }
    const points = this.#points(bar, sum, this.#axis.interval);
    this.#quietly(() => {
      for (const name in points) {
        for (const place of places.slice(0, -1)) this.#series[name].update({ time: seconds(place) });
        this.#series[name].update(points[name]);
      }
    });
    return true;
  }

  #points(bar, sum, interval) {
    const { open, high, low, close } = bar.ohlcv.values;
    const { palette } = this;
    const time = seconds(bar.time);
    const isRise = close >= open;
    const price = close === null ? worthOf(bar, time, palette.accentFaint) : { time, open, high, low, close };
    // Hollow: a candle whose trades are not all known.
    if (isDoubtful(bar)) Object.assign(price, { color: palette.ground, borderColor: isRise ? palette.buy : palette.sell });
    const change = bar.flow?.values.volume_delta ?? null;
    const delta = { time };
    if (change !== null) {
      delta.value = change;
      delta.color = isDoubtful(bar) ? (change >= 0 ? palette.buyFaint : palette.sellFaint) : change >= 0 ? palette.buy : palette.sell;
    }
    const isKnown = bar.time >= this.#known.from && bar.time + interval <= this.#known.to;
    const cvd = sum === undefined ? { time } : { time, value: sum, color: isKnown ? palette.accent : palette.accentFaint };
    return { price, shadow: close === null ? { time } : { time, value: close }, cvd, delta };
  }

  /** What is in view, as times, where the reader has left the live edge; bars before it may be added. */
  #keep(rows, axis) {
    const range = this.#charts.price.timeScale().getVisibleLogicalRange();
    if (!range || !this.#axis.times.length || !rows.length || axis.interval !== this.#axis.interval) return null;
    const shift = axis.times.length - this.#axis.times.length - (axis.times.at(-1) - this.#axis.times.at(-1)) / axis.interval;
    const isAtEdge = range.to >= this.#axis.times.length - 1;
    return isAtEdge ? { edge: range } : { logical: { from: range.from + shift, to: range.to + shift } };
  }

  #show(keep) {
    const last = this.#axis.times.length - 1;
    let range = keep.logical;
    if (keep.edge) {
      const width = keep.edge.to - keep.edge.from;
      range = { from: last + EDGE - width, to: last + EDGE };
    } else if (keep.times) {
      range = { from: this.#axis.place(keep.times.from), to: this.#axis.place(keep.times.to) };
    }
    if (range.from === null || !(range.to > range.from)) return;
    for (const pane of PANES) this.#charts[pane].timeScale().setVisibleLogicalRange(range);
  }

  /** Shows a stretch of time, now and once its bars are there. */
  showTimes(from, to) {
    this.#wanted = { times: { from, to } };
    this.#quietly(() => this.#show(this.#wanted));
  }

  toEdge() {
    this.#wanted = null;
    for (const pane of PANES) this.#charts[pane].timeScale().scrollToPosition(EDGE, false);
  }

  toStart() {
    const range = this.#charts.price.timeScale().getVisibleLogicalRange();
    if (range) this.scrollBy(-range.from);
  }

  scrollBy(places) {
    const scale = this.#charts.price.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (range) scale.setVisibleLogicalRange({ from: range.from + places, to: range.to + places });
  }

  scrollByPart(part) {
    const range = this.#charts.price.timeScale().getVisibleLogicalRange();
    if (range) this.scrollBy((range.to - range.from) * part);
  }

  zoom(factor) {
    const scale = this.#charts.price.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (!range) return;
    const width = Math.min(20_000, Math.max(10, (range.to - range.from) * factor));
    scale.setVisibleLogicalRange({ from: range.to - width, to: range.to });
  }

  /** What is in view, as times. */
  get range() {
    const range = this.#charts.price.timeScale().getVisibleLogicalRange();
    if (!range || !this.#axis.times.length) return null;
    return {
      from: this.#axis.time(range.from), to: this.#axis.time(range.to), isAtEdge: range.to >= this.#axis.times.length - 1,
      nearStart: range.from < Math.max(60, (range.to - range.from) / 2),
    };
  }

  /** How many decimals prices are shown with. */
  get digits() {
    return this.#digits;
  }

  /** Draws something of another's on one of the charts. */
  attach(pane, primitive) {
    this.#series[pane].attachPrimitive(primitive);
  }

  /** A picture of one of the charts. */
  picture(pane) {
    return this.#charts[pane].takeScreenshot();
  }

  #quietly(work) {
    this.#isSyncing = true;
    work();
    this.#isSyncing = false;
  }

  #moved(pane, range) {
    if (this.#isSyncing || !range) return;
    this.#quietly(() => {
      for (const other of PANES) if (other !== pane) this.#charts[other].timeScale().setVisibleLogicalRange(range);
    });
    const shown = this.range;
    if (shown) this.on.range(shown);
  }

  /** The reader's own hand: a stretch that was asked for is not returned to. */
  touched() {
    this.#wanted = null;
  }

  #pointed(pane, event) {
    if (this.#isSyncing || (event.time !== undefined && !event.sourceEvent && !event.point)) return;
    this.#quietly(() => {
      for (const other of PANES) {
        if (other === pane) continue;
        const value = event.time === undefined ? null : this.#valueAt(other, event.time);
        if (value === null) this.#charts[other].clearCrosshairPosition();
        else this.#charts[other].setCrosshairPosition(value, event.time, this.#series[other]);
      }
    });
    this.on.cursor(event.time === undefined ? null : event.time * 1_000_000);
  }

  #valueAt(pane, time) {
    const index = this.#indexOf(time * 1_000_000);
    if (index < 0) return null;
    if (pane === "price") return this.#rows[index].ohlcv.values.close;
    if (pane === "cvd") return this.#sums[index] ?? null;
    return this.#rows[index].flow?.values.volume_delta ?? null;
  }

  #indexOf(time) {
    let [low, high] = [0, this.#rows.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle].time === time) return middle;
      if (this.#rows[middle].time < time) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

/** Baskets of several coins have no price: a column as high as what was traded in dollars stands in its place. */
function worthOf({ ohlcv }, time, color) {
  const { volume } = ohlcv.values;
  return { time, open: 0, high: volume, low: 0, close: volume, color, borderColor: color, wickColor: color };
}

/** The stretch around the anchor in which no trade is missing: beyond a hole the level of the sum is not known. */
function knownFrom(anchor, holes) {
  const missing = holes.filter((hole) => hole.state !== "repaired");
  const before = missing.filter((hole) => hole.time_to <= anchor).at(-1);
  const after = missing.find((hole) => hole.time_to > anchor);
  return { from: before ? before.time_to : -Infinity, to: after ? after.time_from : Infinity };
}
