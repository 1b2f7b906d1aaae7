import { t } from "../strings.js";
import { el } from "./dom.js";

/** The keys of the page, as the list of them says. */
export const KEYS = [
  ["/", "keySearch"], ["1 … 7", "keyIntervals"], ["← →", "keyScroll"], ["+ −", "keyZoom"], ["End", "keyEdge"], ["Home", "keyStart"],
  ["[ ]", "keyThreshold"], ["p", "keyTurn"],
  ["d", "keyTheme"], ["u", "keyZone"], ["l", "keyLanguage"], ["?", "keyHelp"],
];

/** Calls `does[name]` for the key that is pressed, unless something is being typed or chosen. */
export function listen(does) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target;
    if (target.closest("input, select, textarea, dialog[open], [role=menu]")) return;
    const isScrolled = target.closest(".scroll") !== null;
    const act = {
      "/": does.search, ArrowLeft: () => does.scroll(-0.15), ArrowRight: () => does.scroll(0.15), "+": () => does.zoom(0.8), "=": () => does.zoom(0.8),
      "-": () => does.zoom(1.25), "−": () => does.zoom(1.25), End: isScrolled ? null : does.edge, Home: isScrolled ? null : does.start,
      "[": () => does.threshold(-1), "]": () => does.threshold(1), p: does.turn, d: does.theme, u: does.zone, l: does.language, "?": does.help,
    }[event.key] ?? (/^[1-7]$/.test(event.key) ? () => does.interval(Number(event.key) - 1) : null);
    if (!act || (target.closest("[role=radiogroup]") && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    act();
  });
}

/** Fills the dialog that lists the keys. */
export function describe(dialog) {
  const entries = KEYS.flatMap(([keys, name]) => [el("dt", {}, ...keys.split(" ").map((key) => (key === "…" ? " … " : el("kbd", {}, key)))), el("dd", {}, t(name))]);
  dialog.replaceChildren(
    el("h2", { id: "keys-title" }, t("keysTitle")), el("dl", {}, ...entries),
    el("button", { type: "button", onclick: () => dialog.close() }, t("closeDialog")));
}
