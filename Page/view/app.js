import { Api } from "../data/api.js";
import { Directory } from "../data/directory.js";
import { Feed } from "../data/feed.js";
import { first, nameOf } from "../data/instruments.js";
import { currentLanguage, speak, t } from "../strings.js";
import { setClock } from "./clock.js";
import { Curtain } from "./curtain.js";
import { paced, say } from "./dom.js";
import { Feeds } from "./feeds.js";
import { describe, listen } from "./keys.js";
import { Lower } from "./lower.js";
import { readPalette } from "./palette.js";
import { makePanels } from "./panels.js";
import { readPlace, THRESHOLDS, writePlace } from "./place.js";
import { Search } from "./search.js";
import { Stage } from "./stage.js";
import { IntervalChoice, StatusLine, USUAL } from "./toolbar.js";

const KEY = "millrace-key";
/** Feeds of instruments that were looked at lately are held, so that going back shows them at once. */
const HELD = 4;

/** The page: puts the data layer, the charts and the panels together. */
export class App {
  #feed = null;
  #held = new Map();

  constructor(document) {
    this.byId = (id) => document.getElementById(id);
    this.place = readPlace(location.search);
    const stored = (name) => localStorage.getItem(`millrace-${name}`);
    this.place.lang ??= stored("lang") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
    this.place.tz ??= stored("tz") ?? "local";
    this.place.theme ??= stored("theme");
    speak(this.place.lang);
    setClock({ utc: this.place.tz === "utc", lang: currentLanguage() });
    this.key = () => sessionStorage.getItem(KEY);
    this.api = new Api({ key: this.key });
    this.directory = new Directory(this.api, () => this.#listed());
    this.#build();
  }

  start() {
    this.#relabel();
    this.#status();
    this.directory.refresh();
    addEventListener("online", () => {
      this.#feed?.retry();
      this.lower.retry();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#feed?.retry();
    });
    addEventListener("popstate", () => location.reload());
  }

  #build() {
    const { byId } = this;
    this.palette = readPalette();
    this.panels = makePanels(byId, this);
    this.stage = new Stage(this.panels, this.palette, this.place, {
      moved: (range) => this.#moved(range), drawn: () => this.#status(), threshold: (value) => this.#chooseThreshold(value),
    });
    this.feeds = new Feeds(this.panels.feeds, {
      choose: (instrument) => this.choose(instrument), link: (one) => writePlace({ ...this.place, ...venueOf(one), from: null, to: null }),
    });
    this.lower = new Lower(this);
    this.search = new Search(byId("search"), byId("found"), {
      instruments: () => [...this.directory.instruments, ...this.directory.baskets], choose: (instrument) => this.choose(instrument),
    });
    this.intervals = new IntervalChoice(byId("intervals"), (interval) => this.#chooseInterval(interval));
    this.statusLine = new StatusLine(byId("status"), byId("about"));
    this.curtain = new Curtain(byId("curtain"), { retry: () => this.#retry(), enter: (key) => this.#enter(key) });
    this.saveRange = paced(() => this.#saveRange(), 500);
    const toggles = { theme: () => this.#toggleTheme(), zone: () => this.#toggleZone(), language: () => this.#toggleLanguage(), help: () => this.#help() };
    for (const [id, act] of Object.entries(toggles)) byId(id).addEventListener("click", act);
    byId("edge").addEventListener("click", () => this.stage.charts.toEdge());
    for (const name of ["pointerdown", "wheel"]) this.panels.area.addEventListener(name, () => this.stage.charts.touched(), { passive: true });
    listen({
      ...toggles, turn: () => this.lower.turn(), search: () => byId("search").focus(), interval: (place) => this.#chooseInterval(USUAL[place]),
      scroll: (part) => this.#byHand(() => this.stage.charts.scrollByPart(part)), zoom: (factor) => this.#byHand(() => this.stage.charts.zoom(factor)),
      edge: () => this.stage.charts.toEdge(), start: () => this.#byHand(() => this.stage.charts.toStart()), threshold: (step) => this.#stepThreshold(step),
    });
  }

  #byHand(act) {
    this.stage.charts.touched();
    act();
  }

  /** Shows another instrument, at the live edge. */
  choose(instrument) {
    Object.assign(this.place, venueOf(instrument), { from: null, to: null });
    this.#open(instrument);
    this.#remember(true);
  }

  #chooseInterval(interval) {
    if (interval === this.place.interval) return;
    Object.assign(this.place, { interval, from: null, to: null });
    this.intervals.show(interval);
    if (this.#feed) this.#open(this.#feed.instrument);
    this.#remember(true);
  }

  #chooseThreshold(value) {
    this.place.large = value;
    // Prints of another size are another question; the bars that are held stay.
    this.#held.clear();
    if (this.#feed) this.#open(this.#feed.instrument);
    this.#remember(false);
  }

  #stepThreshold(step) {
    const value = THRESHOLDS[THRESHOLDS.indexOf(this.place.large) + step];
    if (value) this.#chooseThreshold(value);
  }

  #open(instrument) {
    const old = this.#feed;
    if (old) {
      old.close();
      const name = `${nameOf(old.instrument)}|${old.interval}`;
      this.#held.delete(name);
      if (old.isLoaded) this.#held.set(name, old);
      if (this.#held.size > HELD) this.#held.delete(this.#held.keys().next().value);
    }
    const isSame = old && nameOf(old.instrument) === nameOf(instrument) && old.interval === this.place.interval;
    const feed = new Feed(this.api, { instrument, interval: this.place.interval, notional: this.place.large }, (what) => this.#changed(feed, what));
    feed.adopt(isSame ? old : this.#held.get(`${nameOf(instrument)}|${feed.interval}`));
    // Another instrument's bars may still be in view when the first ones are asked for.
    const isShown = () => this.stage.feed === feed && !this.stage.isBare;
    feed.viewStart = () => (isShown() ? (this.stage.range?.from ?? null) : null);
    this.#feed = feed;
    this.stage.show(feed, isSame);
    this.lower.show(instrument);
    this.search.show(`${instrument.symbol} · ${instrument.venue}`);
    this.intervals.show(feed.interval);
    this.#showFeeds();
    feed.open();
    for (const what of ["past", "prints", "state"]) this.#changed(feed, what);
  }

  #listed() {
    const { instruments } = this.directory;
    if (!this.#feed && instruments.length) {
      const wanted = this.place.venue ? this.directory.find(this.place.venue, this.place.symbol) : first(instruments);
      if (wanted) {
        Object.assign(this.place, venueOf(wanted));
        this.#open(wanted);
        this.#remember(false);
      }
    } else if (this.#feed) {
      const listed = this.directory.find(this.#feed.instrument.venue, this.#feed.instrument.symbol);
      if (listed) this.#feed.update(listed);
    }
    this.#showFeeds();
    this.#status();
  }

  #showFeeds() {
    const { instruments, error } = this.directory;
    const current = this.#feed ? (this.#feed.instrument.members ?? [nameOf(this.#feed.instrument)]) : [];
    this.feeds.show(instruments, current, Date.now() * 1000, error !== null);
    this.lower.feeds(instruments, error !== null);
  }

  #changed(feed, what) {
    if (feed !== this.#feed) return;
    if (what === "state") this.#status();
    else this.stage.changed(what);
  }

  #moved(range) {
    this.byId("edge").hidden = range.isAtEdge || this.stage.isBare;
    const feed = this.#feed;
    const until = this.place.from !== null && feed?.bars.times[0] > this.place.from ? this.place.from : null;
    if (feed && (range.nearStart || until !== null)) feed.extend(until);
    this.saveRange();
    this.lower.moved();
    this.#status();
  }

  #saveRange() {
    const range = this.stage.range;
    if (!range || !this.#feed?.isLoaded || this.#feed.isExtending) return;
    const isAway = !range.isAtEdge;
    const floor = (time) => time - (time % 1_000_000);
    const [from, to] = isAway ? [floor(range.from), floor(range.to)] : [null, null];
    if (this.place.from === from && this.place.to === to) return;
    Object.assign(this.place, { from, to });
    this.#remember(false);
  }

  /** Writes what is shown into the address. */
  remember() {
    this.#remember(false);
  }

  #remember(isStep) {
    const address = writePlace(this.place);
    if (address === location.search) return;
    history[isStep ? "pushState" : "replaceState"](null, "", address);
  }

  #status() {
    const feed = this.#feed;
    const { directory } = this;
    let { word, detail } = feed?.state ?? { word: "loading", detail: "" };
    let about;
    if (!feed && directory.error) {
      word = directory.error.isDenied ? "denied" : directory.error.status ? "error" : "reconnecting";
      detail = directory.error.message;
    } else if (!feed && directory.isLoaded) {
      word = "empty";
      about = directory.instruments.length ? t("aboutMissing", { name: `${this.place.venue}:${this.place.symbol}` }) : t("aboutNothing");
    }
    about ??= t(`about${word[0].toUpperCase()}${word.slice(1)}`, { detail });
    this.statusLine.show(word, about);
    const isBare = !feed || feed.bars.size === 0;
    if (word === "denied") this.curtain.show(word, about, this.key() ? t("aboutDeniedDetail", { detail }) : "");
    else this.curtain.show(isBare ? word : null, about);
    const past = this.byId("past");
    past.hidden = !feed?.isLoaded || isBare || !(feed.isExtending || (!feed.hasMore && this.stage.range?.from <= feed.bars.times[2]));
    say(past, feed?.isExtending ? t("loadingPast") : t("beginning"));
    const name = feed ? `${feed.instrument.symbol} ${feed.instrument.venue}` : t("title");
    say(document.querySelector("title"), `${name} · Millrace`);
  }

  #retry() {
    if (this.#feed) this.#feed.retry();
    this.lower.retry();
    this.directory.refresh();
  }

  #enter(key) {
    sessionStorage.setItem(KEY, key);
    this.#held.clear();
    this.lower.retry();
    this.directory.refresh();
    if (this.#feed) this.#open(this.#feed.instrument);
  }

  #store(name, value) {
    this.place[name] = value;
    localStorage.setItem(`millrace-${name}`, value);
    this.#remember(false);
  }

  #toggleTheme() {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    this.#store("theme", theme);
    this.palette = readPalette();
    this.stage.restyle(this.palette);
    this.lower.restyle(this.palette);
    this.#relabel();
  }

  #toggleZone() {
    this.#store("tz", this.place.tz === "utc" ? "local" : "utc");
    setClock({ utc: this.place.tz === "utc", lang: currentLanguage() });
    this.#relabel();
  }

  #toggleLanguage() {
    this.#store("lang", this.place.lang === "zh" ? "en" : "zh");
    speak(this.place.lang);
    setClock({ utc: this.place.tz === "utc", lang: currentLanguage() });
    this.#relabel();
  }

  #help() {
    describe(this.byId("keys"));
    this.byId("keys").showModal();
  }

  #relabel() {
    document.documentElement.lang = currentLanguage();
    for (const element of document.querySelectorAll("[data-t]")) say(element, t(element.dataset.t));
    const { byId } = this;
    say(byId("zone"), t(this.place.tz === "utc" ? "zoneUtc" : "zoneLocal"));
    say(byId("theme"), t(document.documentElement.dataset.theme === "dark" ? "themeDark" : "themeLight"));
    say(byId("language"), t("language"));
    byId("language").lang = currentLanguage() === "en" ? "zh" : "en";
    say(byId("help"), t("help"));
    say(byId("edge"), `${t("toLive")} →`);
    byId("zone").setAttribute("aria-label", `${t("zone")}: ${byId("zone").textContent}`);
    byId("theme").setAttribute("aria-label", `${t("theme")}: ${byId("theme").textContent}`);
    this.panels.relabel();
    this.search.relabel();
    this.intervals.relabel();
    this.intervals.show(this.place.interval);
    this.feeds.relabel();
    this.lower.relabel();
    this.stage.relabel();
    this.#status();
  }
}

const venueOf = (instrument) => ({ venue: instrument.venue, symbol: instrument.symbol });
