// What went over the wire: each signed interaction, its answer, and the calls that followed.

import { get } from "./api.js";
import { el, icon } from "./dom.js";
import * as store from "./store.js";
import { secondsOf } from "./time.js";

const root = document.getElementById("wire");
const list = el("ol", { class: "wire-list" });
const KEPT = 100;
const NAMES = { dynamodb: "DynamoDB", sqs: "SQS", eventbridge: "EventBridge", discord: "Discord" };
let exchanges = [];
let calls = [];
let mark = 0;
let busy = false;
const opened = new Set();
const drawn = new Map();

export function toggleWire(button) {
  root.hidden = !root.hidden;
  document.getElementById("app").classList.toggle("with-wire", !root.hidden);
  button.setAttribute("aria-expanded", String(!root.hidden));
  if (root.hidden) return;
  if (!root.firstChild) {
    root.append(
      el("header", { class: "wire-head" }, el("h2", {}, "Over the wire"), el("button", { class: "icon", type: "button", "aria-label": "Close", on: { click: () => toggleWire(button) } }, icon("close"))),
      el("p", { class: "field-about" }, "Newest first. Open an interaction to see its signed request, its answer, and every call that followed until the next one."),
      sayWhere(),
      list,
    );
  }
  readWire();
}

/** Where interactions are posted to, and who moves the clock. */
function sayWhere() {
  const node = el("p", { class: "field-about" });
  get("/playground/config.json").then(
    (config) => node.append(`Endpoint: ${config.endpoint ?? "none"} · gateway: ${config.gateway_url ?? "none"}`),
    (error) => node.append(error.message),
  );
  return node;
}

/** Reads what is new, while the panel is open. */
export async function readWire() {
  if (root.hidden || busy) return;
  busy = true;
  try {
    const [more, log] = await Promise.all([get("/simulator/interactions", { since: exchanges.at(-1)?.seq ?? 0 }), get("/simulator/calls", { since: mark })]);
    exchanges = [...exchanges, ...more].slice(-KEPT);
    mark = log.mark;
    calls = [...calls, ...log.calls].slice(-5000);
    draw();
  } catch {
    // The next change reads again.
  } finally {
    busy = false;
  }
}

/** Draws each interaction with the calls up to the next one; only entries that changed. */
function draw() {
  const groups = exchanges.map((exchange, index) => {
    const end = exchanges[index + 1]?.mark ?? Infinity;
    return { exchange, calls: calls.filter((call) => call.seq > exchange.mark && call.seq <= end) };
  });
  const first = exchanges[0]?.mark ?? Infinity;
  const before = calls.filter((call) => call.seq <= first);
  const rows = groups.reverse().map((group) => kept(`i${group.exchange.seq}`, group.calls.length, () => entry(group)));
  if (before.length > 0) rows.push(kept("before", before.length, () => beforeEntry(before)));
  if (rows.length === 0) rows.push(el("li", { class: "picker-none" }, "Nothing yet."));
  const wanted = new Set(rows);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  rows.forEach((row, index) => {
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
}

function kept(key, sign, make) {
  const old = drawn.get(key);
  if (old?.sign === sign) return old.node;
  const node = make();
  drawn.set(key, { sign, node });
  return node;
}

function fold(key, summary, body) {
  const details = el("details", { class: "wire-entry", open: opened.has(key) }, el("summary", {}, summary));
  let filled = false;
  const toggle = () => {
    if (details.open) opened.add(key);
    else opened.delete(key);
    if (details.open && !filled) {
      filled = true;
      details.append(...body());
    }
  };
  details.addEventListener("toggle", toggle);
  if (details.open) toggle();
  return el("li", {}, details);
}

function entry({ exchange, calls: after }) {
  const { kind } = exchange.outcome;
  const bad = kind === "failed";
  const who = store.member(exchange.user)?.name ?? exchange.user;
  const summary = [
    el("span", { class: bad ? "wire-status bad" : "wire-status" }, exchange.status === 0 ? "—" : String(exchange.status)),
    el("span", { class: "wire-title" }, exchange.title),
    el("span", { class: "wire-ms" }, `${exchange.elapsed_ms.toFixed(1)} ms`),
    el("span", { class: "wire-sub" }, `${secondsOf(Date.parse(exchange.at))} · ${who} · ${kind}${totals(after)}`),
  ];
  return fold(`i${exchange.seq}`, summary, () => [
    bad ? el("p", { class: "failure" }, exchange.outcome.reason) : "",
    el("h3", {}, "Signed request"),
    headers(exchange),
    code(exchange.body),
    el("h3", {}, `Answer · ${exchange.status || "none"} · ${exchange.elapsed_ms.toFixed(2)} ms`),
    code(exchange.answer),
    el("h3", {}, "What followed"),
    table(after),
  ]);
}

const beforeEntry = (before) =>
  fold("before", [el("span", { class: "wire-title" }, "Before the first interaction kept"), el("span", { class: "wire-sub" }, `${before.length} calls${totals(before)}`)], () => [table(before)]);

/** ` · DynamoDB 4 (1.5 RCU, 22 WCU) · Discord 2`. */
function totals(some) {
  const parts = Object.entries(NAMES).map(([service, name]) => {
    const mine = some.filter((call) => call.service === service);
    if (mine.length === 0) return "";
    const units = service === "dynamodb" ? ` (${sum(mine, "read_units")} RCU, ${sum(mine, "write_units")} WCU)` : "";
    return ` · ${name} ${mine.length}${units}`;
  });
  return parts.join("");
}

const sum = (some, key) => Math.round(some.reduce((total, call) => total + call[key], 0) * 10) / 10;

function headers(exchange) {
  const rows = [["POST", exchange.url || "no endpoint is set"], ["X-Signature-Timestamp", exchange.timestamp], ["X-Signature-Ed25519", exchange.signature]];
  return el("dl", { class: "wire-headers" }, rows.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function code(value) {
  let shown = value;
  try {
    shown = JSON.stringify(typeof value === "string" ? JSON.parse(value) : value, null, 2);
  } catch {
    // Text that is no JSON is shown as it is.
  }
  return el("pre", { class: "wire-code", tabindex: "0" }, shown);
}

function table(some) {
  if (some.length === 0) return el("p", { class: "field-about" }, "No calls.");
  const head = el("thead", {}, el("tr", {}, ["Service", "Operation", "By", "Status", "ms", "Units"].map((name) => el("th", { scope: "col" }, name))));
  const rows = some.slice(-300).map((call) => {
    const units = call.read_units || call.write_units ? `${call.read_units ? `${call.read_units} R ` : ""}${call.write_units ? `${call.write_units} W` : ""}` : "";
    return el(
      "tr",
      {},
      el("td", {}, el("span", { class: `service ${call.service}` }, NAMES[call.service] ?? call.service)),
      el("td", { class: "operation" }, call.operation, call.note && el("span", { class: "wire-note" }, call.note)),
      el("td", {}, call.caller),
      el("td", { class: call.status >= 400 || call.status === 0 ? "bad" : null }, String(call.status || "cut")),
      el("td", {}, (call.micros / 1000).toFixed(1)),
      el("td", {}, units),
    );
  });
  return el("div", { class: "wire-scroll", tabindex: "0" }, el("table", { class: "wire-table" }, head, el("tbody", {}, rows)));
}
