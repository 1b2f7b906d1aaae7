import { t } from "../strings.js";

/** A question as a line for a shell; a key is named, never shown. */
export function curlOf(url, hasKey) {
  const header = hasKey ? `-H "Authorization: Bearer $MILLRACE_KEY" ` : "";
  return `curl ${header}'${url.replaceAll("'", "'\\''")}'`;
}

/** Hands a file to the reader. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  // The browser reads it when it gets to it.
  setTimeout(() => {
    link.remove();
    URL.revokeObjectURL(url);
  }, 60_000);
}

/** A table as a picture: what a panel shows, with its title above. */
export function drawTable(title, columns, rows, palette) {
  const ratio = Math.max(1, globalThis.devicePixelRatio || 1);
  const [line, pad] = [20, 12];
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const font = `12px ${palette.font}`;
  context.font = font;
  const widths = columns.map((column, index) =>
    Math.ceil(Math.max(...[column, ...rows.map((row) => row[index])].map((text) => context.measureText(text ?? "").width))) + 16);
  const width = Math.max(widths.reduce((sum, one) => sum + one, 0), context.measureText(title).width) + 2 * pad;
  const height = (rows.length + 2) * line + 2 * pad;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  context.scale(ratio, ratio);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, width, height);
  context.font = font;
  context.textBaseline = "middle";
  const write = (texts, at, color) => {
    context.fillStyle = color;
    let x = pad;
    texts.forEach((text, index) => {
      context.textAlign = index ? "right" : "left";
      context.fillText(text ?? "", index ? x + widths[index] : x, at);
      x += widths[index];
    });
  };
  context.fillStyle = palette.text;
  context.fillText(title, pad, pad + line / 2);
  write(columns, pad + line * 1.5, palette.soft);
  rows.forEach((row, index) => write(row, pad + line * (index + 2.5), palette.text));
  return canvas;
}

/** Pictures below each other, with a title. */
export function framed(canvas, title, palette) {
  const out = document.createElement("canvas");
  const ratio = Math.max(1, globalThis.devicePixelRatio || 1);
  const top = Math.round(28 * ratio);
  out.width = canvas.width;
  out.height = canvas.height + top;
  const context = out.getContext("2d");
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, out.width, out.height);
  context.fillStyle = palette.text;
  context.font = `${12 * ratio}px ${palette.font}`;
  context.textBaseline = "middle";
  context.fillText(title, 10 * ratio, top / 2);
  context.drawImage(canvas, 0, top);
  return out;
}

export const pngOf = (canvas) =>
  new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(t("asPng")))), "image/png"));
