import { isPriceless } from "./basket.js";
import { unitsOf } from "./instruments.js";

/** What an instrument's coin is called by open interest and options, `1000PEPE` by PEPE; "" where it has none of its own. */
export function coinOf(instrument) {
  if (isPriceless(instrument)) return "";
  const base = unitsOf(instrument).base.toUpperCase();
  const parts = base.match(/^(?:1000000|10000|1000)(\D.*)$/) ?? base.match(/^(\D.*\D)(?:1000000|10000|1000)$/) ?? base.match(/^1M(\D.{2,}\D)$/);
  return parts ? parts[1] : base === "XBT" ? "BTC" : base;
}
