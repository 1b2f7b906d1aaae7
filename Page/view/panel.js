import { t } from "../strings.js";
import { el, say } from "./dom.js";
import { curlOf, pngOf, save } from "./export.js";

/**
 * The frame of a panel: a title, a line of values beside it, a body, and a menu to take what it shows along.
 *
 * `takes` says how: `curl()` gives an address, `csv()` a blob, `png()` a canvas, `name()` what files are called.
 */
export class Panel {
  constructor(section, name, takes, { hasKey = () => false, toast = () => {} } = {}) {
    this.section = section;
    this.name = name;
    this.takes = takes;
    this.hasKey = hasKey;
    this.toast = toast;
    this.title = el("h2", { id: `${name}-title` });
    this.legend = el("div", { class: "legend" });
    this.extra = el("span", { class: "extra" });
    this.body = el("div", { class: "scroll" });
    this.button = el("button", { type: "button", "aria-haspopup": "true", "aria-expanded": "false", onclick: () => this.#toggle() }, "⋯");
    this.items = ["curl", "csv", "png"].map((form) => el("button", { type: "button", "data-form": form, onclick: () => this.#take(form) }));
    this.list = el("ul", { hidden: true }, ...this.items.map((item) => el("li", {}, item)));
    this.menu = el("div", { class: "menu" }, this.button, this.list);
    section.setAttribute("aria-labelledby", this.title.id);
    section.append(el("div", { class: "head" }, this.title, this.legend, this.extra, this.menu), this.body);
    this.menu.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointerdown", (event) => {
      if (!this.menu.contains(event.target)) this.#toggle(false);
    });
  }

  /** Writes its words in the language that is spoken now. */
  relabel() {
    say(this.title, t(this.name));
    this.button.setAttribute("aria-label", t("menu", { panel: t(this.name) }));
    for (const item of this.items) say(item, t({ curl: "asCurl", csv: "asCsv", png: "asPng" }[item.dataset.form]));
  }

  #toggle(isOpen = this.list.hidden) {
    this.list.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
    // Below the edge of the window a menu would not be seen.
    if (isOpen) this.items[0].focus();
  }

  #key(event) {
    const place = this.items.indexOf(document.activeElement);
    if (event.key === "Escape" && !this.list.hidden) {
      this.#toggle(false);
      this.button.focus();
      event.stopPropagation();
    } else if (place >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : this.items.length - 1;
      this.items[(place + step) % this.items.length].focus();
      event.preventDefault();
      event.stopPropagation();
    }
  }

  async #take(form) {
    this.#toggle(false);
    this.button.focus();
    try {
      if (form === "curl") {
        await navigator.clipboard.writeText(curlOf(this.takes.curl(), this.hasKey()));
        this.toast(t("copied"));
      } else if (form === "csv") {
        save(await this.takes.csv(), `${this.takes.name()}.csv`);
      } else {
        save(await pngOf(this.takes.png()), `${this.takes.name()}.png`);
      }
    } catch (error) {
      this.toast(form === "curl" ? t("notCopied") : t("exportFailed", { reason: error.message }));
    }
  }
}
