// Small helpers to build elements. Text always becomes a text node; nothing here takes HTML.

/** An element. `props`: `class`, `on` (listeners), `data`, anything else is an attribute; null and false leave it out. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") node.className = value;
    else if (key === "on") for (const [name, run] of Object.entries(value)) node.addEventListener(name, run);
    else if (key === "data") Object.assign(node.dataset, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  add(node, children);
  return node;
}

/** Appends nodes, texts and lists of them. */
export function add(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child);
  }
  return node;
}

/** Replaces what an element holds and keeps the keyboard focus on the part with the same `data-key`. */
export function fill(node, ...children) {
  const key = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  node.replaceChildren();
  add(node, children);
  refocus(node, key);
}

export function refocus(node, key) {
  if (key) node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

const PATHS = {
  hash: "M9 3 7 21M17 3l-2 18M4 8.5h17M3 15.5h17",
  voice: "M4 9v6h4l5 4V5L8 9H4zM16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12",
  horn: "M4 10v4h3l9 5V5l-9 5H4zM7 14v5h3v-3.5M19 9.5a4 4 0 0 1 0 5",
  thread: "M4 5h16v10H10l-5 4v-4H4zM8 9h8M8 12h5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6M17.5 14.5c2.5.6 4 2.5 4 5.5",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  down: "M6 9l6 6 6-6",
  right: "M9 6l6 6-6 6",
  out: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  plus: "M12 5v14M5 12h14",
  send: "M4 12 20 4l-5 16-3-7z",
  message: "M4 5h16v11H11l-5 4v-4H4z",
  reply: "M10 8 5 12l5 4M5 12h9a5 5 0 0 1 5 5",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  eye: "M2.5 12S6 6 12 6s9.5 6 9.5 6-3.5 6-9.5 6-9.5-6-9.5-6zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  calendar: "M5 6h14v14H5zM5 10h14M9 3v4M15 3v4",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
  dots: "M6 12h.01M12 12h.01M18 12h.01",
  stage: "M12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM7.5 19c0-3 2-4.5 4.5-4.5s4.5 1.5 4.5 4.5M5 14a8 8 0 1 1 14 0",
};

/** A line icon; decorative, so hidden from screen readers. */
export function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "line-icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(ns, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.dots);
  svg.append(path);
  return svg;
}

/** A round picture: initials on a colour of their own, or Gantry's mark for the bot. */
export function avatar(user, name) {
  if (user?.bot) return el("span", { class: "avatar bot", "aria-hidden": "true" }, el("img", { src: "/playground/icon.svg", alt: "" }));
  const words = String(name ?? "?").trim().split(/\s+/);
  const initials = [words[0], words.length > 1 ? words[words.length - 1] : ""].map((word) => [...word][0] ?? "").join("");
  let hue = 0;
  for (const digit of String(user?.id ?? name)) hue = (hue * 31 + digit.charCodeAt(0)) % 4093;
  // Neighbouring ids get colours far apart.
  hue = (hue * 137) % 360;
  const node = el("span", { class: "avatar", "aria-hidden": "true" }, initials.toLocaleUpperCase());
  node.style.background = `hsl(${hue} 45% 42%)`;
  return node;
}

let last = 0;
/** An id that no other element has. */
export const fresh = (prefix) => `${prefix}-${(last += 1)}`;

/** A short note at the edge of the page. */
export function toast(text, bad = false) {
  const note = el("div", { class: bad ? "toast bad" : "toast" }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}
