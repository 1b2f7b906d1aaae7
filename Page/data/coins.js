import { isPriceless } from "./basket.js";
import { unitsOf } from "./instruments.js";

/** What a coin is called by open interest and options, and how many of it a name stands for there: `1000PEPE` is PEPE. */
export function coinOf(instrument) {
  if (isPriceless(instrument)) return "";
  const base = unitsOf(instrument).base.toUpperCase();
  const parts = base.match(/^(?:1000000|10000|1000)(\D.*)$/) ?? base.match(/^(\D.*\D)(?:1000000|10000|1000)$/) ?? base.match(/^1M(\D.{2,}\D)$/);
  return parts ? parts[1] : base === "XBT" ? "BTC" : base;
}
