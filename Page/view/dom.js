/** An element with properties and children; texts are texts, never markup. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets a text only where it changes, so that nothing is laid out for nothing. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Work that is asked for often and done once a frame at most, and not more often than every `pause` milliseconds. */
export function paced(work, pause = 0) {
  let isWaiting = false;
  let last = -Infinity;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    const run = () =>
      // A page that is not seen gets no frames, and draws when it is seen again.
      requestAnimationFrame((now) => {
        isWaiting = false;
        last = now;
        work();
      });
    const wait = last + pause - performance.now();
    if (wait > 0) setTimeout(run, wait);
    else run();
  };
}
