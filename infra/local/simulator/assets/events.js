// The server's scheduled events, as Discord lists them above the channels.

import { el, fill, icon } from "./dom.js";
import { blocks, inline } from "./markdown.js";
import { names } from "./message.js";
import * as store from "./store.js";
import { dayOf, relative, shortTime, withDay } from "./time.js";

const STATES = { 1: "Scheduled", 2: "Happening now" };
let open = null;

export function eventsButton() {
  const count = store.events().length;
  const label = count === 0 ? "Events" : `${count} event${count === 1 ? "" : "s"}`;
  return el("button", { class: "channel events-button", type: "button", "aria-haspopup": "dialog", data: { key: "events" }, on: { click: openEvents } }, el("span", { class: "channel-mark" }, icon("calendar")), el("span", { class: "channel-name" }, label));
}

function openEvents() {
  const list = el("ul", { class: "event-list" });
  const dialog = el("dialog", { class: "modal", "aria-label": "Events" });
  const close = el("button", { class: "icon", type: "button", "aria-label": "Close", on: { click: () => dialog.close() } }, icon("close"));
  dialog.append(el("header", { class: "modal-head" }, el("h2", {}, "Events"), close), el("div", { class: "modal-fields", tabindex: "0" }, list));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    open = null;
    dialog.remove();
    // The channel list may have been drawn anew meanwhile.
    document.querySelector(".events-button")?.focus();
  });
  document.body.append(dialog);
  open = { list, sign: "" };
  drawEvents();
  dialog.showModal();
}

/** Draws the list while it is open. */
export function drawEvents() {
  if (!open) return;
  const events = [...store.events()].sort((a, b) => a.scheduled_start_time.localeCompare(b.scheduled_start_time));
  const sign = JSON.stringify(events);
  if (sign === open.sign) return;
  open.sign = sign;
  fill(open.list, events.length > 0 ? events.map(card) : el("li", { class: "picker-none" }, "There are no upcoming events."));
}

function card(event) {
  const at = Date.parse(event.scheduled_start_time);
  const end = event.scheduled_end_time && Date.parse(event.scheduled_end_time);
  const time = el("time", { datetime: event.scheduled_start_time, title: relative(at) }, withDay(at));
  return el(
    "li",
    { class: "event-card" },
    el("p", { class: event.status === 2 ? "event-state live" : "event-state" }, icon("calendar"), STATES[event.status]),
    el("h3", {}, event.name),
    el("p", {}, time, end && [" – ", el("time", { datetime: event.scheduled_end_time }, dayOf(at) === dayOf(end) ? shortTime(end) : withDay(end))]),
    place(event),
    event.description && el("div", { class: "event-about" }, blocks(event.description, names)),
  );
}

/** Where it is: in a voice channel, or wherever its maker wrote. */
function place(event) {
  const channel = event.channel_id && store.channel(event.channel_id);
  const words = channel?.name ?? event.entity_metadata?.location;
  return words && el("p", { class: "event-place" }, icon(channel ? "voice" : "out"), el("span", {}, inline(words, names)));
}
