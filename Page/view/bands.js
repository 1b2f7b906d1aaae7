/** Draws the holes of a tape behind a chart, where they are on its axis of time. */
export class Bands {
  #chart = null;
  #update = () => {};
  #holes = [];
  #view;

  constructor(axis, palette) {
    this.axis = axis;
    this.palette = palette;
    this.#view = { zOrder: () => "bottom", renderer: () => ({ draw: (target) => target.useBitmapCoordinateSpace((scope) => this.#draw(scope)) }) };
  }

  attached({ chart, requestUpdate }) {
    this.#chart = chart;
    this.#update = requestUpdate;
  }

  detached() {
    this.#chart = null;
  }

  updateAllViews() {}

  paneViews() {
    return [this.#view];
  }

  set(holes, axis, palette) {
    this.#holes = holes;
    this.axis = axis;
    this.palette = palette;
    this.#update();
  }

  #draw({ context, bitmapSize, horizontalPixelRatio: ratio }) {
    const scale = this.#chart?.timeScale();
    if (!scale) return;
    for (const hole of this.#holes) {
      const from = this.axis.place(hole.time_from);
      const to = this.axis.place(hole.time_to);
      if (from === null || to === null) continue;
      // The scale knows whole places only.
      const [zero, one] = [scale.logicalToCoordinate(0), scale.logicalToCoordinate(1)];
      if (zero === null || one === null) continue;
      const [left, right] = [zero + from * (one - zero), zero + to * (one - zero)];
      const x = Math.round(left * ratio);
      // However short, a hole is seen.
      const width = Math.max(Math.round((right - left) * ratio), Math.round(2 * ratio));
      if (x + width < 0 || x > bitmapSize.width) continue;
      const isMissing = hole.state !== "repaired";
      context.save();
      context.beginPath();
      context.rect(x, 0, width, bitmapSize.height);
      context.clip();
      context.fillStyle = isMissing ? this.palette.holeFill : this.palette.repairFill;
      context.fillRect(x, 0, width, bitmapSize.height);
      if (isMissing) stripe(context, x, width, bitmapSize.height, ratio, this.palette.hole);
      context.restore();
    }
  }
}

function stripe(context, x, width, height, ratio, color) {
  context.strokeStyle = color;
  context.lineWidth = ratio;
  const step = 7 * ratio;
  const begin = Math.max(x, -height);
  const end = Math.min(x + width, context.canvas.width);
  context.beginPath();
  // Lines keep their place while the band grows: they begin at multiples of the step.
  for (let at = Math.floor((begin - height) / step) * step; at < end; at += step) {
    context.moveTo(at, height);
    context.lineTo(at + height, 0);
  }
  context.stroke();
}
