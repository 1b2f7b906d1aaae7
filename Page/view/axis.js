/** The places of times on the axis: one for each bar, and one for each interval without trades, up to as many as there is room for. */
export class Axis {
  /** More empty intervals in a row than this are drawn as so many: a tape may miss a month. */
  static LONGEST = 600;

  constructor(interval) {
    this.interval = interval;
    this.times = [];
  }

  /** The places that bring the axis to a time, that time itself last. */
  upTo(time) {
    const last = this.times.at(-1);
    if (last === undefined) return [time];
    if (time <= last) return [];
    const between = Math.round((time - last) / this.interval) - 1;
    if (between <= 0) return [time];
    const places = [];
    const count = Math.min(between, Axis.LONGEST);
    // Of a longer stretch the first intervals and the last ones.
    for (let step = 1; step <= count; step += 1) {
      const skipped = step > count / 2 ? between - count : 0;
      places.push(last + (step + skipped) * this.interval);
    }
    return [...places, time];
  }

  extend(time) {
    const places = this.upTo(time);
    for (const place of places) this.times.push(place);
    return places;
  }

  /** Where a time is, in places: the bar that begins at `times[n]` reaches from n − ½ to n + ½. */
  place(time) {
    const { times, interval } = this;
    if (!times.length) return null;
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= time) low = middle + 1;
      else high = middle;
    }
    const index = low - 1;
    if (index < 0) return (time - times[0]) / interval - 0.5;
    const within = (time - times[index]) / interval;
    return index + (index < times.length - 1 ? Math.min(within, 1) : within) - 0.5;
  }

  /** The time at a place, the inverse of `place`. */
  time(place) {
    const { times, interval } = this;
    if (!times.length) return null;
    const index = Math.max(0, Math.min(times.length - 1, Math.floor(place + 0.5)));
    return Math.round(times[index] + (place + 0.5 - index) * interval);
  }
}
