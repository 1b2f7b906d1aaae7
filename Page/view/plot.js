import { clockTime, dayTime, mark } from "./clock.js";

const { createChart, CrosshairMode, LineStyle } = globalThis.LightweightCharts;

/**
 * A small chart of lines over time that always shows all it is given.
 *
 * `lines` names them, each `{kind, color, ...options}`: `kind` is `Line`, `Area` or `Histogram`, `color` a name of the palette; `on.cursor(time | null)`
 * says where the pointer is.
 */
export class Plot {
  #series = {};
  #length = 60_000_000;

  constructor(element, palette, lines, { format, cursor = () => {} }) {
    this.lines = lines;
    this.chart = createChart(element, {
      autoSize: true, handleScroll: false, handleScale: false, crosshair: { mode: CrosshairMode.Normal },
      rightPriceScale: { borderVisible: false, minimumWidth: 62, scaleMargins: { top: 0.1, bottom: 0.06 } },
      timeScale: { borderVisible: false, timeVisible: true, secondsVisible: false, minBarSpacing: 0.05 },
    });
    this.relabel();
    for (const [name, { kind, color, ...options }] of Object.entries(lines)) {
      this.#series[name] = this.chart[`add${kind}Series`]({
        lineWidth: 2, priceLineVisible: false, priceFormat: { type: "custom", minMove: 0.0001, formatter: format }, ...options,
      });
    }
    this.chart.subscribeCrosshairMove((event) => cursor(event.time === undefined ? null : event.time * 1_000_000));
    // What is drawn out of sight has no width to be fitted into.
    this.chart.timeScale().subscribeSizeChange(() => this.chart.timeScale().fitContent());
    this.restyle(palette);
  }

  restyle(palette) {
    const line = { color: palette.soft, labelBackgroundColor: palette.line, width: 1, style: LineStyle.Dotted };
    this.chart.applyOptions({
      layout: { background: { color: palette.ground }, textColor: palette.soft, fontFamily: palette.font, fontSize: 11 },
      grid: { vertLines: { color: palette.grid }, horzLines: { color: palette.grid } }, crosshair: { vertLine: line, horzLine: line },
    });
    for (const [name, { kind, color }] of Object.entries(this.lines)) {
      this.#series[name].applyOptions(kind === "Area"
        ? { lineColor: palette[color], topColor: palette[`${color}Faint`], bottomColor: palette.ground }
        : { color: palette[color] });
    }
  }

  /** Draws points `{time, value, …}` by the names of lines; times without a value keep their place. `length` is from one place to the next. */
  draw(points, length) {
    this.#length = length;
    for (const [name, series] of Object.entries(this.#series)) {
      series.setData((points[name] ?? []).map(({ time, ...rest }) => ({ time: Math.floor(time / 1_000_000), ...rest })));
    }
    this.chart.timeScale().fitContent();
  }

  /** Writes the marks of the axis anew: the zone or the language has changed. */
  relabel() {
    this.chart.applyOptions({
      timeScale: { tickMarkFormatter: (time) => mark(time * 1_000_000, this.#length) },
      localization: { timeFormatter: (time) => (this.#length < 60_000_000 ? clockTime : dayTime)(time * 1_000_000) },
    });
  }

  picture() {
    return this.chart.takeScreenshot();
  }
}
