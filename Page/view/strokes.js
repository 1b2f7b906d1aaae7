/** Draws divergences on one chart: a line from swing to swing, in the colour of the side that it speaks for. */
export class Strokes {
  #chart = null;
  #series = null;
  #update = () => {};
  #list = [];
  #view;

  /** `point(end)` gives `[time, value]` of an end of a divergence on this chart. */
  constructor(palette, point) {
    this.palette = palette;
    this.point = point;
    this.#view = { zOrder: () => "top", renderer: () => ({ draw: (target) => target.useMediaCoordinateSpace(({ context }) => this.#draw(context)) }) };
  }

  attached({ chart, series, requestUpdate }) {
    [this.#chart, this.#series, this.#update] = [chart, series, requestUpdate];
  }

  detached() {
    this.#chart = null;
  }

  updateAllViews() {}

  paneViews() {
    return [this.#view];
  }

  set(list, palette) {
    this.#list = list;
    this.palette = palette;
    this.#update();
  }

  #draw(context) {
    const scale = this.#chart?.timeScale();
    const range = scale?.getVisibleRange();
    if (!range) return;
    context.lineWidth = 1.5;
    for (const { kind, from, to } of this.#list) {
      if (Math.max(to.time, to.sumTime) / 1_000_000 < range.from || Math.min(from.time, from.sumTime) / 1_000_000 > range.to) continue;
      const [[x1, y1], [x2, y2]] = [from, to].map((end) => this.point(end)).map(([time, value]) => [scale.timeToCoordinate(time / 1_000_000), this.#series.priceToCoordinate(value)]);
      if ([x1, y1, x2, y2].includes(null)) continue;
      context.strokeStyle = context.fillStyle = kind === "bearish" ? this.palette.sell : this.palette.buy;
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
      for (const [x, y] of [[x1, y1], [x2, y2]]) {
        context.beginPath();
        context.arc(x, y, 2.5, 0, 2 * Math.PI);
        context.fill();
      }
    }
  }
}
