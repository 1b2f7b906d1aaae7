import { isDoubtful, isRepaired } from "../data/bars.js";
import { t } from "../strings.js";
import { dayTime, full } from "./clock.js";
import { el } from "./dom.js";
import { fixed, short, signed, signedVolume, volume } from "./numbers.js";

const value = (text, name = "") => el("b", { class: name || null }, text);
const tone = (number) => (number > 0 ? "buy" : number < 0 ? "sell" : "");

/** What stands beside the title of a chart: the values of the bar under the cursor, or of the newest one. */
export function priceLegend(bar, { digits, units, isCursor }) {
  if (!bar) return [];
  const { open, high, low, close, volume: quantity } = bar.ohlcv.values;
  if (close === null) return [el("b", { class: "warn" }, t("noPrice")), ` ${t("volume")} `, value(`${short(quantity)} ${units.quote}`), isCursor ? ` ${full(bar.time)}` : ""];
  const change = open ? (close - open) / open : 0;
  const parts = [
    value(fixed(close, digits), `now ${tone(close - open)}`), `${units.quote} `, value(`${signed(change * 100, 2)} %`, tone(close - open)),
    isCursor ? `${full(bar.time)}  ` : "",
    `${t("open")} `, value(fixed(open, digits)), `${t("high")} `, value(fixed(high, digits)), `${t("low")} `, value(fixed(low, digits)),
    `${t("volume")} `, value(`${volume(quantity)} ${units.base}`),
  ];
  if (isDoubtful(bar)) parts.push(el("b", { class: "warn" }, t("qualityGap")));
  else if (isRepaired(bar)) parts.push(el("b", {}, t("qualityRepaired")));
  return parts;
}

/** `marks` stand between the sum and what it is. */
export function cvdLegend(sum, { units, anchor }, marks = []) {
  if (sum === undefined) return [];
  return [value(signedVolume(sum), `now ${tone(sum)}`), ...marks, `${units.base} · ${t("cvdAbout", { ...units, since: dayTime(anchor) })}`];
}

export function deltaLegend(bar, { units }) {
  const flow = bar?.flow?.values;
  if (!flow) return [];
  return [
    value(signedVolume(flow.volume_delta), `now ${tone(flow.volume_delta)}`), `${units.base} · `,
    `${t("buys")} `, value(volume(flow.taker_buy_volume)), `${t("sells")} `, value(volume(flow.taker_sell_volume)),
  ];
}

/** Who of a basket traded in the bar, and of whom there is no tape of it. */
export function memberLegend(instrument, { contributors, missing }) {
  const parts = [" · ", el("b", { class: contributors.length ? null : "warn", "data-members": contributors.join(" "), title: contributors.join("\n") },
    t("traded", { count: contributors.length, all: instrument.members.length }))];
  if (missing.length) parts.push(el("b", { class: "warn", "data-missing": missing.join(" "), title: missing.join("\n") }, t("missingMembers", { members: missing.join(", ") })));
  return parts;
}
