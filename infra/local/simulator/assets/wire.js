// What went over the wire, by trace: each signed interaction with its answer, the jobs that it caused, and every call
// that was made on its behalf, in whichever function; the same for what schedules set off.

import { get } from "./api.js";
import { el, icon } from "./dom.js";
import * as store from "./store.js";
import { secondsOf } from "./time.js";

const root = document.getElementById("wire");
const list = el("ol", { class: "wire-list" });
const KEPT = 100;
const NAMES = { dynamodb: "DynamoDB", sqs: "SQS", eventbridge: "EventBridge", discord: "Discord" };
const STATES = { waiting: "waits in its queue", running: "runs", done: "done", failed: "failed, comes again", dead: "dead letter" };
const SCHEDULED = ["race-day", "cleanup", "sync-worker"];
/** Keys of the entries that stand for many traces, or for none. */
const QUIET = "quiet";
const NONE = "none";
let exchanges = [];
let calls = [];
const jobs = new Map();
const mark = { calls: 0, jobs: 0 };
let busy = false;
/** Rises when all is forgotten: what was asked for before is then of no use. */
let round = 0;
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
      el("p", { class: "field-about" }, "Newest first. Open an entry to see the signed request, its answer, and the jobs and calls that carry its trace, however late they came."),
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
  const asked = round;
  try {
    const [more, log, work] = await Promise.all([
      get("/simulator/interactions", { since: exchanges.at(-1)?.seq ?? 0 }),
      get("/simulator/calls", { since: mark.calls }),
      get("/simulator/jobs", { since: mark.jobs }),
    ]);
    if (asked !== round) return;
    exchanges = [...exchanges, ...more].slice(-KEPT);
    mark.calls = log.mark;
    calls = [...calls, ...log.calls].slice(-5000);
    mark.jobs = work.mark;
    for (const job of work.jobs) jobs.set(job.id, job);
    draw();
  } catch {
    // The next change reads again.
  } finally {
    busy = false;
  }
}

/** The simulator was started again: its numbers begin anew, and what it did before is gone. */
export function forgetWire() {
  round += 1;
  exchanges = [];
  calls = [];
  jobs.clear();
  Object.assign(mark, { calls: 0, jobs: 0 });
  drawn.clear();
  if (root.firstChild) draw();
}

/** What each trace has: its interaction, its jobs, its calls; newest first. */
function byTrace() {
  const groups = new Map();
  const of = (trace) => {
    if (!groups.has(trace)) groups.set(trace, { trace, exchange: null, calls: [], jobs: [], order: Infinity });
    return groups.get(trace);
  };
  for (const exchange of exchanges) Object.assign(of(exchange.interaction_id), { exchange, order: exchange.mark });
  for (const call of calls) {
    for (const trace of call.traces.length > 0 ? call.traces : [NONE]) {
      const group = of(trace);
      group.calls.push(call);
      group.order = Math.min(group.order, call.seq - 1);
    }
  }
  for (const job of jobs.values()) for (const trace of job.traces.length > 0 ? job.traces : [NONE]) of(trace).jobs.push(job);
  const quiet = { trace: QUIET, exchange: null, calls: [], jobs: [], order: -1 };
  for (const group of [...groups.values()]) {
    if (group.exchange || group.jobs.length > 0 || !group.calls.every((call) => SCHEDULED.includes(call.caller))) continue;
    quiet.calls.push(...group.calls);
    groups.delete(group.trace);
  }
  if (quiet.calls.length > 0) groups.set(QUIET, quiet);
  // What carries no trace is older than this page, or nobody's.
  if (groups.has(NONE)) groups.get(NONE).order = -2;
  return [...groups.values()].sort((a, b) => b.order - a.order || (b.exchange?.seq ?? 0) - (a.exchange?.seq ?? 0));
}

/** Draws the entries; only those that changed. */
function draw() {
  const groups = byTrace();
  const rows = groups.map((group) => kept(group.trace, `${group.calls.length}:${Math.max(0, ...group.jobs.map((job) => job.version))}`, () => entry(group)));
  for (const key of drawn.keys()) if (!groups.some((group) => group.trace === key)) drawn.delete(key);
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

/** What an entry without an interaction came from. */
function origin({ trace, calls: some }) {
  if (trace === QUIET) return "Schedules that found nothing due";
  if (trace === NONE) return "Without a trace";
  if (trace === "seed") return "The demo club is made";
  if (trace.startsWith("sync-")) return "Member sync";
  const first = some[0]?.caller;
  if (SCHEDULED.includes(first)) return `Schedule of ${first}`;
  return first ? `Request to ${first}` : "Work of an earlier run";
}

function entry({ trace, exchange, calls: some, jobs: work, order }) {
  const counted = `${work.length > 0 ? ` · jobs ${work.length}` : ""}${totals(some)}`;
  const followed = () => [work.length > 0 ? el("h3", {}, "Jobs") : "", work.length > 0 ? jobTable(work) : "", el("h3", {}, "Calls"), table(some)];
  if (!exchange) {
    const at = some[0] && order >= 0 ? secondsOf(Date.parse(some[0].at)) : `${some.length} calls`;
    const summary = [el("span", { class: "wire-title" }, origin({ trace, calls: some })), el("span", { class: "wire-sub" }, `${at}${counted}`)];
    return fold(trace, summary, followed);
  }
  const { kind } = exchange.outcome;
  const bad = kind === "failed";
  const who = store.member(exchange.user)?.name ?? exchange.user;
  const summary = [
    el("span", { class: bad ? "wire-status bad" : "wire-status" }, exchange.status === 0 ? "—" : String(exchange.status)),
    el("span", { class: "wire-title" }, exchange.title),
    el("span", { class: "wire-ms" }, `${exchange.elapsed_ms.toFixed(1)} ms`),
    el("span", { class: "wire-sub" }, `${secondsOf(Date.parse(exchange.at))} · ${who} · ${kind}${counted}`),
  ];
  return fold(trace, summary, () => [
    bad ? el("p", { class: "failure" }, exchange.outcome.reason) : "",
    el("h3", {}, "Signed request"),
    headers(exchange),
    code(exchange.body),
    el("h3", {}, `Answer · ${exchange.status || "none"} · ${exchange.elapsed_ms.toFixed(2)} ms`),
    code(exchange.answer),
    ...followed(),
  ]);
}

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
  const rows = [["Trace", exchange.interaction_id], ["POST", exchange.url || "no endpoint is set"], ["X-Signature-Timestamp", exchange.timestamp], ["X-Signature-Ed25519", exchange.signature]];
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

const scrolled = (columns, rows) =>
  el("div", { class: "wire-scroll", tabindex: "0" }, el("table", { class: "wire-table" }, el("thead", {}, el("tr", {}, columns.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, rows)));

const millis = (micros) => (micros === null ? "" : (micros / 1000).toFixed(1));

/** The messages of the queues: what they ask for, how often they were tried, what came of it. */
function jobTable(work) {
  const rows = [...work].sort((a, b) => (a.sent_at ?? "").localeCompare(b.sent_at ?? "")).flatMap((job) => {
    const last = job.tries.at(-1);
    const why = job.tries.findLast((one) => one.why !== "")?.why;
    const body = el("tr", { hidden: !opened.has(job.id) }, el("td", { colspan: "6", class: "job-body" }, code(job.body)));
    const row = el(
      "tr",
      {},
      el("td", {}, el("span", { class: "service sqs" }, job.queue.replace(/\.fifo$/, ""))),
      el("td", { class: "operation" }, bodySwitch(job, body), job.traces.length > 1 && el("span", { class: "wire-note" }, `one message for ${job.traces.length} traces`), why && el("span", { class: "wire-note" }, why)),
      el("td", {}, last?.function ?? ""),
      el("td", {}, String(job.tried)),
      el("td", { class: job.state === "failed" || job.state === "dead" ? "bad" : null }, STATES[job.state] ?? job.state),
      el("td", {}, millis(last?.micros ?? null)),
    );
    return [row, body];
  });
  return scrolled(["Lane", "Work", "By", "Tries", "Outcome", "ms"], rows);
}

/** What a job asks for; shows and hides the whole message. */
function bodySwitch(job, body) {
  const node = el("button", { type: "button", class: "job-name", "aria-expanded": String(!body.hidden) }, job.work || "unreadable");
  node.addEventListener("click", () => {
    body.hidden = !body.hidden;
    node.setAttribute("aria-expanded", String(!body.hidden));
    if (body.hidden) opened.delete(job.id);
    else opened.add(job.id);
  });
  return node;
}

function table(some) {
  if (some.length === 0) return el("p", { class: "field-about" }, "No calls.");
  const rows = some.slice(-300).map((call) => {
    const units = call.read_units || call.write_units ? `${call.read_units ? `${call.read_units} R ` : ""}${call.write_units ? `${call.write_units} W` : ""}` : "";
    return el(
      "tr",
      {},
      el("td", {}, el("span", { class: `service ${call.service}` }, NAMES[call.service] ?? call.service)),
      el("td", { class: "operation" }, call.operation, call.note && el("span", { class: "wire-note" }, call.note)),
      el("td", {}, call.caller),
      el("td", { class: call.status >= 400 || call.status === 0 ? "bad" : null }, String(call.status || "cut")),
      el("td", {}, millis(call.micros)),
      el("td", {}, units),
    );
  });
  return scrolled(["Service", "Operation", "By", "Status", "ms", "Units"], rows);
}
