// The playground: wires the parts together and keeps them up to date.

import { drawComposer } from "./composer.js";
import { showTime, startClock } from "./clock.js";
import { el, fill, icon, toast } from "./dom.js";
import { drawEvents } from "./events.js";
import { drawFeed } from "./feed.js";
import { inline } from "./markdown.js";
import { drawMembers } from "./members.js";
import { names } from "./message.js";
import { drawSidebar } from "./sidebar.js";
import * as store from "./store.js";
import { forgetWire, readWire, toggleWire } from "./wire.js";

const app = document.getElementById("app");
const head = document.getElementById("channel-head");
const veil = document.getElementById("veil");
let headSign = "";

const MARKS = { 2: "voice", 5: "horn", 10: "thread", 11: "thread", 12: "thread" };

function drawHead(state) {
  const here = store.here();
  const sign = JSON.stringify([state.home, here, store.roles().length]);
  if (sign === headSign) return;
  headSign = sign;
  app.classList.toggle("dms", state.home === "dms");
  const dm = state.home === "dms";
  const name = dm ? here?.user?.username ?? "Direct messages" : here?.name ?? "No channel";
  document.title = `${dm ? "@" : "#"}${name} · Gantry playground`;
  const side = el("button", { class: "icon", id: "show-members", type: "button", "aria-label": "Members", "aria-controls": "members", "aria-expanded": String(shownMembers()), data: { key: "members" }, on: { click: toggleMembers } }, icon("people"));
  fill(
    head,
    icon(dm ? "message" : MARKS[here?.type] ?? "hash"),
    el("h2", {}, name),
    here?.topic && el("span", { class: "topic", title: here.topic }, inline(here.topic, names)),
    el("span", { class: "grow" }),
    !dm && side,
  );
}

const narrow = () => matchMedia("(max-width: 1100px)").matches;
const shownMembers = () => (narrow() ? app.classList.contains("show-members") : !app.classList.contains("no-members"));

function toggleMembers() {
  if (narrow()) drawer("show-members", !app.classList.contains("show-members"));
  else app.classList.toggle("no-members");
  sayDrawers();
}

/** Opens or closes a drawer; at phone width the rest of the page lies under a veil meanwhile. */
function drawer(name, open) {
  const left = opened();
  app.classList.remove("show-left", "show-members");
  if (open) app.classList.add(name);
  veil.hidden = !open || !matchMedia("(max-width: 799px)").matches;
  sayDrawers();
  // What is closed can have no focus.
  if (left && !open && document.getElementById(DRAWERS[left]).contains(document.activeElement)) document.getElementById(left).focus();
}

/** Button and what it opens. */
const DRAWERS = { "show-left": "left", "show-members": "members" };
/** The drawer that is open, by its button; at full width there is none. */
const opened = () => narrow() && Object.keys(DRAWERS).find((name) => app.classList.contains(name));

function sayDrawers() {
  document.getElementById("show-left").setAttribute("aria-expanded", String(app.classList.contains("show-left")));
  document.getElementById("show-members")?.setAttribute("aria-expanded", String(shownMembers()));
}

function drawers() {
  const button = document.getElementById("show-left");
  button.append(icon("menu"));
  button.addEventListener("click", () => drawer("show-left", !app.classList.contains("show-left")));
  veil.addEventListener("click", () => drawer("", false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opened()) drawer("", false);
  });
  matchMedia("(max-width: 1100px)").addEventListener("change", () => drawer("", false));
  document.getElementById("left").addEventListener("click", (event) => {
    if (event.target.closest(".channel")) drawer("", false);
  });
}

const THEMES = ["system", "dark", "light"];

function theme() {
  const button = document.getElementById("theme");
  const set = (name) => {
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    localStorage.setItem("theme", name);
    const label = { system: "Auto", dark: "Dark", light: "Light" }[name];
    button.textContent = label;
    button.setAttribute("aria-label", `Theme: ${label}. Change`);
  };
  let now = localStorage.getItem("theme") ?? "system";
  if (!THEMES.includes(now)) now = "system";
  set(now);
  button.addEventListener("click", () => {
    now = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    set(now);
  });
}

/** Reads anew after each change that the simulator tells of; bursts are drawn together. */
function live() {
  let waiting = null;
  const soon = () => {
    waiting ??= setTimeout(() => {
      waiting = null;
      update();
    }, 40);
  };
  const source = new EventSource("/playground/events");
  let known = null;
  source.addEventListener("change", ({ data }) => {
    const { run } = JSON.parse(data);
    if (known !== null && known !== run) forgetWire();
    known = run;
    soon();
  });
  source.addEventListener("open", () => {
    app.classList.remove("offline");
    if (!store.state.connected) toast("Connected again.");
    store.state.connected = true;
    soon();
  });
  source.addEventListener("error", () => {
    app.classList.add("offline");
    if (store.state.connected) toast("The simulator cannot be reached; trying again.", true);
    store.state.connected = false;
  });
  // Some things change by time alone: threads are archived, events begin.
  setInterval(soon, 30_000);
}

async function update() {
  try {
    await store.refresh();
  } catch (error) {
    if (store.state.connected) toast(error.message, true);
  }
  await readWire();
}

store.recall();
store.follow(drawSidebar);
store.follow(drawEvents);
store.follow(drawHead);
store.follow(drawMembers);
store.follow(drawFeed);
store.follow(drawComposer);
store.follow(showTime);
theme();
drawers();
startClock();
const wire = document.getElementById("show-wire");
wire.addEventListener("click", () => toggleWire(wire));
// Calls of queues and schedules change nothing that is seen in the guild.
setInterval(readWire, 2000);
live();
