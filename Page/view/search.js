import { nameOf, search } from "../data/instruments.js";
import { t } from "../strings.js";
import { el } from "./dom.js";

const MOST = 40;

/** A field that lists instruments as one types: arrows and Enter choose, Escape leaves. */
export class Search {
  #found = [];
  #place = 0;
  #shown = "";

  constructor(input, list, { instruments, choose }) {
    Object.assign(this, { input, list, instruments, choose });
    input.addEventListener("focus", () => {
      input.value = "";
      this.#open();
    });
    input.addEventListener("input", () => this.#open());
    input.addEventListener("blur", () => this.#close());
    input.addEventListener("keydown", (event) => this.#key(event));
    // The field keeps the focus while the pointer chooses.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const place = [...list.children].indexOf(event.target.closest("li"));
      if (place >= 0 && this.#found[place]) this.#choose(this.#found[place]);
    });
  }

  relabel() {
    this.input.setAttribute("aria-label", t("instrument"));
    this.list.setAttribute("aria-label", t("instrument"));
    this.input.placeholder = t("searchHint");
  }

  /** What the field says while nobody types. */
  show(text) {
    this.#shown = text;
    if (document.activeElement !== this.input) this.input.value = text;
  }

  #open() {
    this.#found = search(this.instruments(), this.input.value).slice(0, MOST);
    this.#place = 0;
    this.list.replaceChildren(
      ...this.#found.map((one, index) =>
        el("li", { role: "option", id: `found-${index}`, "data-name": nameOf(one), title: one.members?.join("\n") },
          el("b", {}, one.symbol), el("span", { class: "who" }, one.members?.join(", ") ?? one.venue),
          el("span", {}, one.members ? t("basketOf", { count: one.members.length }) : one.kind))),
      ...(this.#found.length ? [] : [el("li", { role: "option", "aria-disabled": "true" }, el("span", {}, t("noMatch")))]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.#mark();
  }

  #mark() {
    [...this.list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === this.#place && this.#found.length > 0)));
    const item = this.list.children[this.#place];
    item?.scrollIntoView({ block: "nearest" });
    if (this.#found.length) this.input.setAttribute("aria-activedescendant", item.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.input.value = this.#shown;
  }

  #choose(instrument) {
    this.#close();
    this.input.blur();
    this.choose(instrument);
  }

  #key(event) {
    const count = this.#found.length;
    if (event.key === "ArrowDown" && count) this.#place = (this.#place + 1) % count;
    else if (event.key === "ArrowUp" && count) this.#place = (this.#place + count - 1) % count;
    else if (event.key === "Enter" && count) return this.#choose(this.#found[this.#place]);
    else if (event.key === "Escape") return this.input.blur();
    else return undefined;
    event.preventDefault();
    this.#mark();
    return undefined;
  }
}
