import { nameOf } from "./instruments.js";

/** The list of instruments with the state of each, asked for again and again: a feed's health, and what can be searched. */
export class Directory {
  instruments = [];
  error = null;
  isLoaded = false;
  #timer = null;
  #number = 0;

  constructor(api, onChange, { pause = 5000 } = {}) {
    this.api = api;
    this.onChange = onChange;
    this.pause = pause;
  }

  find(venue, symbol) {
    return this.instruments.find((one) => nameOf(one) === `${venue}:${symbol}`) ?? null;
  }

  async refresh() {
    clearTimeout(this.#timer);
    this.#number += 1;
    const number = this.#number;
    try {
      const { instruments } = await this.api.json("/v1/instruments", {}, { signal: AbortSignal.timeout?.(15_000) });
      if (number !== this.#number) return;
      this.instruments = instruments;
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      if (number !== this.#number) return;
      this.error = error;
    }
    this.onChange();
    if (!this.error?.isDenied) this.#timer = setTimeout(() => this.refresh(), this.pause);
  }
}
