import { exact, nearest } from "../data/delta.js";
import { t } from "../strings.js";
import { el, say } from "./dom.js";
import { drawTable } from "./export.js";
import { percent, short } from "./numbers.js";

const SIZES = ["large", "medium", "small"];

/** What takers bought and sold by the size of their orders, summed over bars, in quote currency. */
export function sumSizes(bars) {
  return SIZES.map((size) => {
    const [buys, sells] = ["buy", "sell"].map((side) =>
      nearest(bars.reduce((sum, bar) => sum + exact(bar.flow?.values[`taker_${side}_${size}_order_volume`] ?? 0), 0n)));
    return { size, buys, sells, share: buys + sells > 0 ? buys / (buys + sells) : NaN };
  });
}

/** Who buys and who sells: the large or the small. */
export class Sizes {
  #sums = [];

  constructor(panel) {
    this.panel = panel;
    this.head = ["size", "buys", "sells", "buyShare"].map((name) => el("th", { scope: "col", "data-name": name }));
    this.rows = SIZES.map((size) => {
      const meter = el("span", { class: "meter none" }, el("i"));
      return el("tr", { "data-size": size }, el("th", { scope: "row" }), el("td", { class: "buy" }), el("td", { class: "sell" }),
        el("td", { class: "share" }, el("span"), meter));
    });
    panel.body.append(el("table", {}, el("thead", {}, el("tr", {}, ...this.head)), el("tbody", {}, ...this.rows)));
  }

  relabel(units) {
    for (const head of this.head) say(head, t(head.dataset.name));
    for (const row of this.rows) {
      say(row.cells[0], t(row.dataset.size));
      row.cells[0].title = t(`${row.dataset.size}About`, units);
    }
  }

  show(bars, about, units) {
    this.#sums = sumSizes(bars);
    say(this.panel.legend, `${units.quote} · ${about}`);
    this.#sums.forEach((sum, index) => {
      const [, buys, sells, share] = this.rows[index].cells;
      say(buys, short(sum.buys));
      say(sells, short(sum.sells));
      say(share.firstChild, percent(sum.share));
      const [meter] = share.getElementsByClassName("meter");
      meter.classList.toggle("none", !Number.isFinite(sum.share));
      meter.firstChild.style.width = `${(Number.isFinite(sum.share) ? sum.share : 0) * 100}%`;
    });
  }

  picture(palette) {
    const rows = this.#sums.map((sum) => [t(sum.size), short(sum.buys), short(sum.sells), percent(sum.share)]);
    return drawTable(`${t("sizes")} · ${this.panel.legend.textContent}`, this.head.map((head) => head.textContent), rows, palette);
  }
}
