/** Reads server-sent events out of pieces of text, wherever those are cut. */
export class EventParser {
  #rest = "";
  #data = [];
  #id = null;

  /** The events that a piece completes, as `{id, data}`; comments and events without data are none. */
  feed(piece) {
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop();
    const events = [];
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line === "") {
        if (this.#data.length) events.push({ id: this.#id, data: this.#data.join("\n") });
        this.#data = [];
        this.#id = null;
      } else if (line.startsWith("data:")) {
        this.#data.push(line.slice(line[5] === " " ? 6 : 5));
      } else if (line.startsWith("id:")) {
        this.#id = line.slice(line[3] === " " ? 4 : 3);
      }
    }
    return events;
  }
}
