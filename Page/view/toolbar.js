import { INTERVALS } from "../data/intervals.js";
import { t } from "../strings.js";
import { el, say } from "./dom.js";

/** The intervals that stand in a row; the others are in a list beside it. */
export const USUAL = ["1s", "1m", "5m", "15m", "1h", "4h", "1d"];

/** Intervals to choose from: a row of the usual ones, and a list of the rest. */
export class IntervalChoice {
  constructor(element, choose) {
    this.element = element;
    this.choose = choose;
    this.buttons = USUAL.map((name) =>
      el("button", { type: "button", role: "radio", "data-interval": name, onclick: () => choose(name) }, name));
    this.select = el("select", { onchange: () => this.select.value && choose(this.select.value) },
      el("option", { value: "" }, "…"), ...INTERVALS.filter((name) => !USUAL.includes(name)).map((name) => el("option", { value: name }, name)));
    this.group = el("div", { role: "radiogroup", class: "segments" }, ...this.buttons);
    element.removeAttribute("role");
    element.append(this.group, this.select);
    this.group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: USUAL.length - 1 }[event.key];
      const place = this.buttons.indexOf(document.activeElement);
      if (!step || place < 0) return;
      event.preventDefault();
      const next = this.buttons[(place + step) % USUAL.length];
      next.focus();
      choose(next.dataset.interval);
    });
  }

  relabel() {
    this.group.setAttribute("aria-label", t("interval"));
    this.select.setAttribute("aria-label", t("moreIntervals"));
  }

  show(interval) {
    const isUsual = USUAL.includes(interval);
    for (const button of this.buttons) {
      button.setAttribute("aria-checked", String(button.dataset.interval === interval));
      button.tabIndex = button.dataset.interval === interval || (!isUsual && button === this.buttons[0]) ? 0 : -1;
    }
    this.select.value = isUsual ? "" : interval;
    this.select.toggleAttribute("data-on", !isUsual);
  }
}

/** The word for how things stand, which opens what it means. */
export class StatusLine {
  constructor(button, about) {
    this.button = button;
    this.about = about;
    this.isOpen = false;
    button.addEventListener("click", () => {
      this.isOpen = !this.isOpen;
      this.#draw();
    });
  }

  show(word, about) {
    this.word = word;
    this.text = about;
    this.button.dataset.word = word;
    say(this.button.querySelector("span"), t(`word${word[0].toUpperCase()}${word.slice(1)}`));
    this.#draw();
  }

  #draw() {
    // What needs the reader's attention is said without being asked.
    const isUrgent = ["stale", "reconnecting", "error"].includes(this.word);
    this.about.hidden = !(this.isOpen || isUrgent);
    this.about.dataset.word = this.word;
    this.button.setAttribute("aria-expanded", String(!this.about.hidden));
    say(this.about, this.text);
  }
}
