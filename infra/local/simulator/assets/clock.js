// The stack's clock: shown always, and moved to see what happens later.

import { get, post } from "./api.js";
import { el, fill, icon, toast } from "./dom.js";
import { openPicker } from "./picker.js";
import * as store from "./store.js";
import { clockOf, now, setClock, tick } from "./time.js";

const root = document.getElementById("clock");
const HOUR = 3_600_000;
let face = null;

async function moveTo(at) {
  try {
    const told = await post("/playground/clock", { now: new Date(at).toISOString() });
    setClock(told.now, told.frozen);
    toast(`It is ${clockOf(now())} now.`);
  } catch (error) {
    toast(`The clock cannot be moved: ${error.message}`, true);
  }
  showTime();
  await store.refresh();
}

/** The value of a field for date and time that stands for an instant, in the reader's zone. */
function local(at) {
  const shifted = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

function openSetting() {
  const field = el("input", { class: "text-input", type: "datetime-local", value: local(now()), "aria-label": "The time to set", required: true });
  const dialog = el("dialog", { class: "modal small", "aria-label": "Set the clock" });
  const form = el(
    "form",
    { class: "modal-form", method: "dialog" },
    el("header", { class: "modal-head" }, el("h2", {}, "Set the clock")),
    el("div", { class: "modal-fields" }, el("p", { class: "field-about" }, "The whole stack goes by this clock: schedules, deadlines, tokens. It runs on from what you set."), field),
    el("footer", { class: "modal-foot" }, el("button", { class: "button secondary", type: "button", on: { click: () => dialog.close() } }, "Cancel"), el("button", { class: "button primary", type: "submit" }, "Set")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const at = Date.parse(field.value);
    if (Number.isNaN(at)) return;
    dialog.close();
    moveTo(at);
  });
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
}

/** What can be jumped to: a little on, or to what comes next by itself, as the stack tells it. */
async function openJumps(anchor) {
  let coming = [];
  try {
    coming = await get("/playground/coming");
  } catch (error) {
    toast(`What comes next cannot be told: ${error.message}`, true);
  }
  const steps = [[1, "One minute on"], [15, "A quarter of an hour on"]].map(([minutes, label]) => ({ value: String(now() + minutes * 60_000), label }));
  const next = coming.map(({ at, what }) => ({ value: at, label: what, description: clockOf(Date.parse(at)) }));
  const done = ([value]) => moveTo(/^\d+$/.test(value) ? Number(value) : Math.max(Date.parse(value), now()));
  openPicker({ anchor, label: "Move the clock on to", options: [...next, ...steps], search: true, done });
}

export function startClock() {
  const step = (label, by, spoken) => el("button", { class: "strip-button", type: "button", "aria-label": spoken, title: spoken, on: { click: () => moveTo(now() + by) } }, label);
  face = el("button", { class: "strip-button face", type: "button", title: "Set the clock", on: { click: openSetting } });
  const jump = el("button", { class: "strip-button", type: "button", "aria-label": "Move the clock on to what comes next", title: "Move the clock on to what comes next", "aria-haspopup": "listbox", "aria-expanded": "false", on: { click: (event) => openJumps(event.currentTarget) } }, el("span", { class: "wide" }, "Next"), icon("down"));
  fill(root, face, jump, step("+1 h", HOUR, "Move the clock on by one hour"), step("+1 d", 24 * HOUR, "Move the clock on by one day"));
  setInterval(() => {
    showTime();
    tick();
  }, 1000);
}

export function showTime() {
  const text = clockOf(now());
  if (face.dataset.text === text) return;
  face.dataset.text = text;
  face.setAttribute("aria-label", `The stack's time is ${text}. Set the clock`);
  fill(face, icon("clock"), text);
}
