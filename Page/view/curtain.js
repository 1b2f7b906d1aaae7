import { t } from "../strings.js";
import { el } from "./dom.js";

/** What stands in place of the charts while there is nothing to draw, and what to do about it; a form where a key is wanted. */
export class Curtain {
  #shown = "";

  constructor(element, { retry, enter }) {
    Object.assign(this, { element, retry, enter });
  }

  /** Shows what a word means, or nothing for null. */
  show(word, about, detail = "") {
    const wanted = word ? `${word}|${about}|${detail}` : "";
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    this.element.hidden = !word;
    if (!word) return;
    const parts = [el("h2", {}, t(`word${word[0].toUpperCase()}${word.slice(1)}`)), el("p", {}, about)];
    if (detail) parts.push(el("p", {}, detail));
    if (word === "denied") parts.push(...this.#form());
    else if (word === "error" || word === "reconnecting") parts.push(el("button", { type: "button", onclick: () => this.retry() }, t("retry")));
    this.element.replaceChildren(...parts);
    this.element.querySelector("input")?.focus();
  }

  #form() {
    const input = el("input", { type: "password", autocomplete: "off", "aria-label": t("key"), placeholder: t("key"), required: true });
    // Handled here: the page's policy lets no form be sent anywhere.
    const form = el("form", { onsubmit: (event) => {
      event.preventDefault();
      if (input.value.trim()) this.enter(input.value.trim());
    } }, input, el("button", { type: "submit" }, t("keyEnter")));
    return [form, el("p", {}, t("keyStays"))];
  }
}
