import { instrumentOf } from "./basket.js";
import { nameOf } from "./instruments.js";

/** The list of instruments with the state of each, asked for again and again: a feed's health, and what can be searched. */
export class Directory {
  instruments = [];
  /** Baskets, each as an instrument of its own. */
  baskets = [];
  error = null;
  isLoaded = false;
  #timer = null;
  #number = 0;
  #declared = null;
  #declaredAt = -Infinity;

  constructor(api, onChange, { pause = 5000 } = {}) {
    this.api = api;
    this.onChange = onChange;
    this.pause = pause;
  }

  find(venue, symbol) {
    return [...this.instruments, ...this.baskets].find((one) => nameOf(one) === `${venue}:${symbol}`) ?? null;
  }

  async refresh() {
    clearTimeout(this.#timer);
    this.#number += 1;
    const number = this.#number;
    try {
      const [{ instruments }, declared] = await Promise.all([this.#ask("/v1/instruments"), this.#askBaskets()]);
      if (number !== this.#number) return;
      this.instruments = instruments;
      this.baskets = declared.map(instrumentOf);
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      if (number !== this.#number) return;
      this.error = error;
    }
    this.onChange();
    if (!this.error?.isDenied) this.#timer = setTimeout(() => this.refresh(), this.pause);
  }

  close() {
    this.#number += 1;
    clearTimeout(this.#timer);
  }

  #ask(path) {
    return this.api.json(path, {}, { signal: AbortSignal.timeout?.(15_000) });
  }

  /** Baskets change with the server's configuration, and their members' states with the instruments': one of a dozen times is enough. */
  async #askBaskets() {
    if (performance.now() - this.#declaredAt > 12 * this.pause) {
      try {
        this.#declared = (await this.#ask("/v1/baskets")).baskets;
      } catch (error) {
        // Who may see instruments and no baskets sees instruments.
        if (error.status !== 403) throw error;
        this.#declared = [];
      }
      this.#declaredAt = performance.now();
    }
    return this.#declared;
  }
}
