/** The newest large prints, newest first, each once. */
export class Prints {
  #rows = [];
  #known = new Set();

  constructor(room = 2000) {
    this.room = room;
  }

  get rows() {
    return this.#rows;
  }

  /** Takes prints in any order; gives how many of them were new. */
  take(prints) {
    let added = 0;
    for (const print of prints) {
      const name = nameOf(print);
      if (this.#known.has(name)) continue;
      this.#known.add(name);
      added += 1;
      // Nearly always it is the newest; a late one goes where it belongs.
      let place = 0;
      while (place < this.#rows.length && this.#rows[place].time > print.time) place += 1;
      this.#rows.splice(place, 0, print);
    }
    for (const dropped of this.#rows.splice(this.room)) this.#known.delete(nameOf(dropped));
    return added;
  }

  clear() {
    this.#rows = [];
    this.#known.clear();
  }
}

const nameOf = (print) => `${print.venue ?? ""}|${print.symbol ?? ""}|${print.id ?? ""}|${print.time}|${print.price}|${print.quantity}|${print.side}`;
