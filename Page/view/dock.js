import { t } from "../strings.js";
import { el, say } from "./dom.js";
import { SHEETS } from "./place.js";

/** Sheets of panels below the charts, of which one is seen: a list of tabs, each with the newest of what is behind it. */
export class Dock {
  #tabs = {};

  /** `choose(name)` is called when the reader takes another one. */
  constructor(byId, choose) {
    this.list = byId("tabs");
    for (const name of SHEETS) {
      const sheet = byId(`dock-${name}`);
      const tab = el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": sheet.id, onclick: () => choose(name) }, el("b"), el("span"));
      sheet.setAttribute("aria-labelledby", tab.id);
      this.#tabs[name] = { tab, sheet };
      this.list.append(tab);
    }
    this.list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      choose(this.next(step));
      this.#tabs[this.shown].tab.focus();
    });
  }

  /** The sheet so many further on. */
  next(step) {
    return SHEETS[(SHEETS.indexOf(this.shown) + step + SHEETS.length) % SHEETS.length];
  }

  show(name) {
    this.shown = name;
    for (const [other, { tab, sheet }] of Object.entries(this.#tabs)) {
      sheet.hidden = other !== name;
      tab.setAttribute("aria-selected", String(other === name));
      tab.tabIndex = other === name ? 0 : -1;
    }
  }

  /** What a tab says beside its name; `tone` colours it. */
  tell(name, text, tone = "") {
    const line = this.#tabs[name].tab.lastChild;
    say(line, text);
    line.className = tone;
  }

  relabel() {
    this.list.setAttribute("aria-label", t("dock"));
    for (const [name, { tab }] of Object.entries(this.#tabs)) say(tab.firstChild, t(`sheet${name[0].toUpperCase()}${name.slice(1)}`));
  }
}
