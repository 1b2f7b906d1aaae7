// Instruments as /v1/instruments lists them: what they are called, what they count in, and which of them a reader means.

export const nameOf = (instrument) => `${instrument.venue}:${instrument.symbol}`;

/** What volumes and prices of bars are counted in: `perpetual-BTC-USDT:USDT` is BTC for USDT. */
export function unitsOf(instrument) {
  const parts = (instrument?.atlas ?? "").split(":")[0].split("-");
  return parts.length >= 3 ? { base: parts[1], quote: parts[2] } : { base: "", quote: "" };
}

/** Instruments that fit what was typed, best first: every word has to stand in the symbol, the venue or the universal symbol. */
export function search(instruments, typed) {
  const words = typed.toLowerCase().split(/[\s:/-]+/).filter(Boolean);
  const found = [];
  for (const instrument of instruments) {
    const symbol = instrument.symbol.toLowerCase();
    const text = `${symbol} ${instrument.venue} ${instrument.atlas ?? ""} ${instrument.kind}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const begins = words.filter((word) => symbol.startsWith(word)).length;
    const isLive = instrument.state === "live" ? 1 : 0;
    found.push({ instrument, score: begins * 4 + isLive * 2 });
  }
  return found
    .sort((a, b) => b.score - a.score || b.instrument.trades - a.instrument.trades || nameOf(a.instrument).localeCompare(nameOf(b.instrument)))
    .map(({ instrument }) => instrument);
}

/** The instrument that is shown where nothing says which: a live one, of Bitcoin if there is one, with the most trades. */
export function first(instruments) {
  const score = (one) => (one.state === "live" ? 2 : 0) + (one.atlas?.includes("BTC-USD") ? 1 : 0);
  return [...instruments].sort((a, b) => score(b) - score(a) || b.trades - a.trades)[0] ?? null;
}
