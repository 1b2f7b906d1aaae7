// Before anything is drawn, so that a dark page does not flash white.
{
  const given = new URLSearchParams(location.search).get("theme") ?? localStorage.getItem("millrace-theme");
  const isLight = given ? given === "light" : matchMedia("(prefers-color-scheme: light)").matches;
  document.documentElement.dataset.theme = isLight ? "light" : "dark";
}
