import { coinOf } from "../data/coins.js";
import { t } from "../strings.js";
import { Dock } from "./dock.js";
import { Interest } from "./interest.js";
import { InterestHistory } from "./interesthistory.js";
import { Options } from "./options.js";

/** What stands below the charts: sheets of panels, of which one is seen and asked for. */
export class Lower {
  #instrument = null;

  constructor(app) {
    this.app = app;
    this.dock = new Dock(app.byId, (name) => this.choose(name));
    this.interest = new Interest(app, {
      chosen: (exchange) => this.#chooseExchange(exchange),
      total: (text, tone) => {
        this.dock.tell("interest", text, tone);
        this.interestHistory?.list(this.interest.exchanges);
      },
    });
    this.interestHistory = new InterestHistory(app, { chosen: (exchange) => this.#chooseExchange(exchange) });
    this.options = new Options(app, { ratio: (text) => this.dock.tell("options", text && `${t("putCallShort")} ${text}`) });
    this.dock.show(app.place.panel);
    this.#chooseExchange("All");
  }

  /** Goes to the instrument in view. */
  show(instrument) {
    this.#instrument = instrument;
    this.interest.show(instrument);
    this.#open();
  }

  #open() {
    const coin = coinOf(this.#instrument);
    if (this.dock.shown === "interest") this.interestHistory.show(coin);
    if (this.dock.shown === "options") this.options.show(coin);
  }

  /** Another stretch of time is in view. */
  moved() {
    if (this.dock.shown === "interest") this.interestHistory.moved();
  }

  choose(name) {
    if (name === this.dock.shown) return;
    this.dock.show(name);
    this.app.place.panel = name;
    this.app.remember();
    this.interestHistory.history.rest();
    this.options.rest();
    if (!this.#instrument) return;
    this.#open();
    this.retry();
  }

  /** Shows the sheet after the one that is seen. */
  turn() {
    this.choose(this.dock.next(1));
  }

  /** How all feeds stand, for the tab. */
  feeds(instruments, isOld) {
    const count = instruments.length;
    const live = instruments.filter((one) => one.state === "live").length;
    const holes = instruments.reduce((sum, one) => sum + one.open_gaps, 0);
    const text = isOld ? t("wordReconnecting") : `${live}/${count} ${t("stateLive")}${holes ? ` · ${t("holes")} ${holes}` : ""}`;
    this.dock.tell("feeds", count || isOld ? text : "", isOld || holes || live < count ? "warn" : "");
  }

  retry() {
    this.interest.asked.retry();
    if (this.dock.shown === "interest") this.interestHistory.history.retry();
    if (this.dock.shown === "options") this.options.retry();
  }

  relabel() {
    for (const part of [this.dock, this.interest, this.interestHistory, this.options]) part.relabel();
  }

  restyle(palette) {
    this.interestHistory.plot.restyle(palette);
    this.options.restyle(palette);
  }

  #chooseExchange(exchange) {
    this.interest.choose(exchange);
    this.interestHistory.choose(exchange);
  }
}
