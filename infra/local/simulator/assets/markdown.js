// The part of Markdown that Discord shows, as elements. Every text ends in a text node.

import { el, add } from "./dom.js";
import { isDate, stamp, withDay } from "./time.js";

const MAX_DEPTH = 12;

/** Text with headings, lists, quotes, code blocks and everything inside of lines. `names` resolves mentions. */
export function blocks(text, names) {
  const out = document.createDocumentFragment();
  const parts = String(text).split(/(```[\s\S]*?```)/);
  parts.forEach((part, index) => {
    if (index % 2 === 1) out.append(fence(part.slice(3, -3)));
    // The line break beside a code block belongs to the block.
    else add(out, lines(part.replace(index > 0 ? /^\n/ : /^(?!)/, "").replace(index < parts.length - 1 ? /\n$/ : /(?!)$/, ""), names));
  });
  return out;
}

function fence(body) {
  const named = /^([\w+#-]*)\n([\s\S]*)$/.exec(body);
  return el("pre", { class: "code-block" }, el("code", {}, (named ? named[2] : body).replace(/\n$/, "")));
}

function lines(text, names) {
  if (text === "") return [];
  const rows = text.split("\n");
  const out = [];
  let plain = [];
  const flush = () => {
    if (plain.length > 0) out.push(el("div", { class: "para" }, inline(plain.join("\n"), names)));
    plain = [];
  };
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    const heading = /^(#{1,3}) +(.+)$/.exec(row);
    const small = /^-# +(.+)$/.exec(row);
    if (heading) {
      flush();
      out.push(el(`h${heading[1].length + 2}`, { class: `md-${heading[1].length}` }, inline(heading[2], names)));
    } else if (small) {
      flush();
      out.push(el("div", { class: "subtext" }, inline(small[1], names)));
    } else if (row.startsWith(">>> ")) {
      flush();
      out.push(quote([row.slice(4), ...rows.slice(at + 1)], names));
      at = rows.length;
    } else if (/^> /.test(row) || row === ">") {
      flush();
      const quoted = [];
      for (; at < rows.length && /^>( |$)/.test(rows[at]); at += 1) quoted.push(rows[at].slice(2));
      at -= 1;
      out.push(quote(quoted, names));
    } else if (LIST.test(row)) {
      flush();
      const items = [];
      for (; at < rows.length && continues(items, LIST.exec(rows[at])); at += 1) items.push(LIST.exec(rows[at]));
      at -= 1;
      out.push(list(items, names));
    } else {
      plain.push(row);
    }
  }
  flush();
  return out;
}

/** Whether a row belongs to the list so far: deeper, or with the same kind of mark. */
function continues(items, found) {
  if (!found || items.length === 0) return found !== null;
  const [first] = items;
  return found[1].length > first[1].length || /\d/.test(found[2]) === /\d/.test(first[2]);
}

const LIST = /^( *)([-*]|\d{1,9}\.) +(.*)$/;

function quote(rows, names) {
  return el("blockquote", {}, lines(rows.join("\n"), names));
}

function list(items, names) {
  const numbered = /\d/.test(items[0][2]);
  const indent = items[0][1].length;
  const node = el(numbered ? "ol" : "ul", { start: numbered ? parseInt(items[0][2], 10) : null });
  for (let at = 0; at < items.length; at += 1) {
    const item = el("li", {}, inline(items[at][3], names));
    const deeper = [];
    while (at + 1 < items.length && items[at + 1][1].length > indent) deeper.push(items[(at += 1)]);
    if (deeper.length > 0) item.append(list(deeper, names));
    node.append(item);
  }
  return node;
}

const PAIRS = [
  [/\*\*\*([\s\S]+?)\*\*\*(?!\*)/y, (inner) => el("strong", {}, el("em", {}, inner))],
  [/\*\*([\s\S]+?)\*\*(?!\*)/y, (inner) => el("strong", {}, inner)],
  [/__([\s\S]+?)__(?!_)/y, (inner) => el("u", {}, inner)],
  [/~~([\s\S]+?)~~/y, (inner) => el("s", {}, inner)],
  [/\*(?![\s*])((?:\*\*[\s\S]+?\*\*|[^*])+?)\*(?!\*)/y, (inner) => el("em", {}, inner)],
  [/\b_((?:__|[^_])+?)_\b/y, (inner) => el("em", {}, inner)],
  [/\|\|([\s\S]+?)\|\|/y, spoiler],
];

const ATOMS = [
  [/\\([^A-Za-z0-9\s])/y, ([, sign]) => sign],
  [/(`{1,2})([\s\S]+?)\1(?!`)/y, ([, , code]) => el("code", { class: "code" }, code.trim() || code)],
  [/<t:(-?\d{1,17})(?::([tTdDfFR]))?>/y, ([all, seconds, style]) => time(all, Number(seconds), style)],
  [/<@!?(\d+)>/y, ([, id], names) => pill(`@${names.user(id) ?? "unknown-user"}`)],
  [/<@&(\d+)>/y, ([, id], names) => role(names.role(id))],
  [/<#(\d+)>/y, ([, id], names) => channel(id, names)],
  [/<\/([^:>]{1,100}):(\d+)>/y, ([, name], names) => command(name, names)],
  [/@(everyone|here)\b/y, ([all]) => pill(all)],
  [/<a?:(\w+):\d+>/y, ([, name]) => `:${name}:`],
  [/\[((?:\\.|[^\]\\\n])+)\]\((https?:\/\/[^\s)]+)\)/y, ([, text, url], names, depth) => link(url, inline(text, names, depth + 1))],
  [/<(https?:\/\/[^\s>]+)>/y, ([, url]) => link(url, url)],
  [/https?:\/\/[^\s<]*[^\s<.,:;"')\]]/y, ([url]) => link(url, url)],
];

/** Everything that stands inside a line. */
export function inline(text, names, depth = 0) {
  const out = document.createDocumentFragment();
  let plain = "";
  let at = 0;
  const flush = () => {
    if (plain) out.append(plain);
    plain = "";
  };
  while (at < text.length) {
    const found = depth < MAX_DEPTH && /[\\`<@[h*_~|]/.test(text[at]) ? token(text, at, names, depth) : null;
    if (found) {
      flush();
      out.append(found.node);
      at += found.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return out;
}

function token(text, at, names, depth) {
  for (const [pattern, make] of ATOMS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { node: make(match, names, depth), length: match[0].length };
  }
  for (const [pattern, make] of PAIRS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { node: make(inline(match[1], names, depth + 1)), length: match[0].length };
  }
  return null;
}

function time(all, seconds, style) {
  if (!isDate(seconds)) return all;
  const at = new Date(seconds * 1000);
  const props = { class: "stamp", datetime: at.toISOString(), title: withDay(at) };
  if (style === "R") props["data-relative"] = seconds;
  return el("time", props, stamp(seconds, style));
}

const pill = (text) => el("span", { class: "mention" }, text);

function role(found) {
  const node = pill(`@${found?.name.replace(/^@/, "") ?? "unknown-role"}`);
  if (found?.color) node.style.color = `#${found.color.toString(16).padStart(6, "0")}`;
  return node;
}

function channel(id, names) {
  const name = names.channel(id);
  if (!name) return el("span", { class: "mention" }, "#No Access");
  return el("button", { type: "button", class: "mention", on: { click: () => names.go(id) } }, name);
}

function command(name, names) {
  return el("button", { type: "button", class: "mention", on: { click: () => names.command(name) } }, `/${name}`);
}

function spoiler(inner) {
  const node = el("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler, hidden" }, inner);
  const show = () => {
    node.classList.add("shown");
    node.removeAttribute("aria-label");
  };
  node.addEventListener("click", show);
  node.addEventListener("keydown", (event) => (event.key === "Enter" || event.key === " ") && show());
  return node;
}

/** A link that opens beside this page and does not tell where it was clicked. */
export function link(url, ...text) {
  if (!/^https?:\/\//i.test(url)) return el("span", {}, ...text);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...text);
}
