import { t } from "../strings.js";
import { el, say } from "./dom.js";
import { Panel } from "./panel.js";

/** The words for which a panel shows no values. */
const BARE = ["loading", "reconnecting", "denied", "absent", "error", "empty"];

/**
 * A panel of one question to the API, with a line in place of what it shows while there is nothing.
 *
 * `question()` gives `[path, parameters]` and `picture()` a canvas; `app` has the API, the panels' own options and what is in view.
 */
export function frame(app, name, { question, picture }) {
  const panel = new Panel(app.byId(name), name, {
    curl: () => app.api.url(...question()).replace(/^(?=\/)/, location.origin),
    csv: async () => {
      const [path, parameters] = question();
      return (await app.api.ask(path, { ...parameters, format: "csv" })).blob();
    },
    png: picture,
    name: () => [...Object.values(question()[1]).filter((word) => /^[A-Za-z][\w,-]*$/.test(word)), name].join("-").replaceAll(",", "-"),
  }, app.panels.options);
  panel.note = el("p", { class: "note", hidden: true });
  panel.body.before(panel.note);
  return panel;
}

/**
 * Shows how the answer of a panel stands; gives whether there are values to show. `empty` says what to do where there is nothing. For null,
 * where it is not known yet what to ask for, it says nothing.
 */
export function stand(panel, word, error, empty) {
  if (word === null) {
    panel.note.hidden = panel.body.hidden = true;
    return false;
  }
  const isBare = BARE.includes(word);
  panel.section.dataset.word = word;
  panel.section.toggleAttribute("data-old", word === "stale");
  panel.note.hidden = !isBare;
  panel.body.hidden = isBare;
  const about = { loading: "aboutLoading", reconnecting: "aboutReconnecting", denied: "aboutPanelDenied", error: "aboutError" }[word];
  if (isBare) say(panel.note, about ? t(about, { detail: error?.message ?? "" }) : empty);
  return !isBare;
}
