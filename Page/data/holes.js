/** Holes of a tape by where they begin, each with the last that was said of it. */
export class Holes {
  #holes = new Map();

  take(holes) {
    for (const hole of holes) this.#holes.set(`${hole.venue}:${hole.symbol}|${hole.from_id ?? ""}|${hole.time_from}`, hole);
  }

  clear() {
    this.#holes.clear();
  }

  /** All, in the order of time: `open` and `abandoned` lack trades, `repaired` did. */
  rows() {
    return [...this.#holes.values()].sort((a, b) => a.time_from - b.time_from);
  }

  /** Those of which trades are still missing. */
  missing() {
    return this.rows().filter((hole) => hole.state !== "repaired");
  }
}
