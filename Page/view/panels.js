import { isPriceless } from "../data/basket.js";
import { lengthOf } from "../data/intervals.js";
import { nameOf } from "../data/instruments.js";
import { t } from "../strings.js";
import { el, say } from "./dom.js";
import { framed } from "./export.js";
import { Panel } from "./panel.js";
import { fixed, signedVolume } from "./numbers.js";

const CHARTS = { price: "/v1/bars/ohlcv", cvd: "/v1/cvd", delta: "/v1/bars/flow" };

/** The frames of all panels, with what each of them can be taken along as. */
export function makePanels(byId, app) {
  const iso = (time) => new Date(time / 1000).toISOString();
  let timer = null;
  const toast = (text) => {
    const place = byId("toast");
    say(place, text);
    place.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => (place.hidden = true), 2500);
  };
  const options = { hasKey: () => app.key() !== null, toast };
  const one = () => ({ venue: app.place.venue, symbol: app.place.symbol });
  // Whole bars, as far as they are in view.
  const view = () => {
    const range = app.stage.range;
    const length = lengthOf(app.place.interval);
    if (!range) return {};
    return { from: iso(Math.ceil(range.from / length) * length), to: iso(Math.floor(range.to / length) * length + length) };
  };
  const questions = {
    price: () => [isPriceless(app.stage.feed?.instrument) ? CHARTS.delta : CHARTS.price, { ...one(), interval: app.place.interval, ...view(), limit: "all" }],
    cvd: () => [CHARTS.cvd, { ...one(), interval: app.place.interval, ...view(), since: app.stage.since(view().from), limit: "all" }],
    delta: () => [CHARTS.delta, { ...one(), interval: app.place.interval, ...view(), limit: "all" }],
    sizes: () => [CHARTS.delta, { ...one(), interval: app.place.interval, ...span("sizes"), limit: "all" }],
    footprint: () => ["/v1/footprint", { ...one(), interval: app.place.interval, ...span("footprint"), limit: "all" }],
    tape: () => ["/v1/large", { ...one(), min_notional: app.place.large, limit: 200 }],
    feeds: () => ["/v1/instruments", {}],
  };
  // The bars that a panel says it shows.
  const span = (name) => {
    const { from, to, time } = byId(name).dataset;
    return { from: from ?? time, to: Number(to ?? time) + lengthOf(app.place.interval) };
  };
  const csv = async (name) => {
    const [path, parameters] = questions[name]();
    return (await app.api.ask(path, { ...parameters, format: "csv" })).blob();
  };
  const title = (name) => `${app.place.symbol} · ${app.place.venue} · ${app.place.interval} · ${t(name)} · ${byId(name).querySelector(".legend").textContent}`;
  const pictures = { tape: () => app.stage.tape.picture(app.palette), sizes: () => app.stage.sizes.picture(app.palette), feeds: () => app.feeds.picture(app.palette),
    footprint: () => app.stage.footprint.picture(app.palette) };
  const panels = {};
  const canvases = {};
  for (const name of Object.keys(questions)) {
    panels[name] = new Panel(byId(name), name, {
      curl: () => app.api.url(...questions[name]()).replace(/^(?=\/)/, location.origin),
      csv: () => csv(name),
      png: () => (name in CHARTS ? framed(app.stage.charts.picture(name), title(name), app.palette) : pictures[name]()),
      name: () => `${app.place.symbol}-${app.place.interval}-${name}`,
    }, options);
    if (name in CHARTS) {
      canvases[name] = el("div", { role: "img" });
      panels[name].body.className = "canvas";
      panels[name].body.append(canvases[name]);
    }
  }
  panels.price.section.tabIndex = -1;
  return {
    ...panels, canvases, options, area: byId("price").parentElement,
    relabel() {
      for (const name of Object.keys(questions)) panels[name].relabel();
      say(byId("credit"), "");
      byId("credit").append(t("charts", { name: "" }), el("a", { href: "https://www.tradingview.com/", rel: "noreferrer" }, "TradingView Lightweight Charts™"));
    },
    /** What a chart shows, for who does not see it. */
    describe(bar, sum, { digits, units }, instrument) {
      const text = bar && instrument
        ? t("liveBar", { name: nameOf(instrument), price: fixed(bar.ohlcv.values.close, digits), cvd: signedVolume(sum), delta: signedVolume(bar.flow?.values.volume_delta), ...units })
        : "";
      for (const name of Object.keys(CHARTS)) canvases[name].setAttribute("aria-label", `${t(name)}${text ? `: ${text}` : ""}`);
    },
  };
}
