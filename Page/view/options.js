import { Asked } from "../data/asked.js";
import { OPTION_EXCHANGES, WINDOWS } from "../data/options.js";
import { OptionFlow } from "./optionflow.js";
import { OptionMarkets } from "./optionmarkets.js";
import { PutCall, ratio } from "./putcall.js";

/** The sheet of options: flow and put/call of the coin in view out of one answer, and put/call of whole markets. */
export class Options {
  #coin = null;
  #choice = { window: WINDOWS[0], exchange: OPTION_EXCHANGES[0] };

  /** `on.ratio(text)` says what the newest window came to. */
  constructor(app, on) {
    this.on = on;
    this.asked = new Asked(app.api, () => this.#draw(), { pause: 30_000 });
    const question = () => ["/v1/options/flow", { coin: this.#coin, ...this.#choice }];
    this.question = question;
    this.flow = new OptionFlow(app, this.asked, { question, chosen: (choice) => {
      this.#choice = choice;
      this.show(this.#coin);
    } });
    this.putCall = new PutCall(app, this.asked, { question });
    this.markets = new OptionMarkets(app);
  }

  /** Asks for a coin's options, from now on. */
  show(coin) {
    this.#coin = coin;
    this.asked.want(coin ? this.question() : null);
    this.markets.show();
    this.#draw();
  }

  /** Asks no more while nobody looks. */
  rest() {
    this.asked.rest();
    this.markets.asked.rest();
  }

  retry() {
    this.asked.retry();
    this.markets.asked.retry();
  }

  relabel() {
    for (const part of [this.flow, this.putCall, this.markets]) part.relabel();
    this.#draw();
  }

  restyle(palette) {
    for (const part of [this.putCall, this.markets]) {
      part.plot.restyle(palette);
      part.draw(this.#coin);
    }
  }

  #draw() {
    // Answers are told of while this is being put together.
    if (!this.putCall) return;
    this.flow.draw(this.#coin);
    this.putCall.draw(this.#coin);
    const { newest } = this.putCall;
    this.on.ratio(newest === null ? "" : ratio(newest));
  }
}
