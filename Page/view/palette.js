/** The colours of charts, as the style sheet names them: one place for both. */
export function readPalette(element = document.documentElement) {
  const style = getComputedStyle(element);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: color("ground"), text: color("text"), soft: color("soft"), line: color("line"), grid: color("grid"),
    buy: color("buy"), sell: color("sell"), buyFaint: color("buy-faint"), sellFaint: color("sell-faint"),
    accent: color("accent"), accentFaint: color("accent-faint"), shadow: color("shadow"),
    hole: color("hole"), holeFill: color("hole-fill"), repairFill: color("repair-fill"),
    font: style.getPropertyValue("--font").trim(),
  };
}
