// Servers, channels, direct messages, and who is played.

import { act } from "./api.js";
import { avatar, el, fill, icon, toast } from "./dom.js";
import { eventsButton } from "./events.js";
import { openPicker } from "./picker.js";
import * as store from "./store.js";

const rail = document.getElementById("rail");
const list = document.getElementById("channels");
const me = document.getElementById("me");
const folded = new Set();
let drawn = "";

const KINDS = { 2: "voice", 5: "horn", 10: "thread", 11: "thread", 12: "thread", 13: "stage" };
const SPOKEN = { 0: "text channel", 2: "voice channel", 5: "announcement channel", 10: "thread", 11: "thread", 12: "private thread", 13: "stage", 15: "forum" };

export function drawSidebar(state) {
  const unread = [...store.channels(), ...(state.view?.dms ?? [])].map((one) => store.unread(one));
  const sign = JSON.stringify([store.events().length, state.home, state.channel, state.user, state.view?.guilds, store.channels(), state.view?.dms, unread, store.members().map((one) => [one.id, one.name, one.rank, one.roles]), [...folded]]);
  if (sign === drawn) return;
  drawn = sign;
  document.getElementById("guild-name").textContent = state.home === "dms" ? "Direct messages" : state.view?.guild?.name ?? "No server";
  fill(rail, railButtons(state));
  fill(list, state.home === "dms" ? dmRows(state) : tree(state));
  drawMe(state);
}

function railButtons(state) {
  const waiting = state.view?.dms.filter((dm) => store.unread(dm)).length ?? 0;
  const dms = el(
    "button",
    { class: "rail-button", type: "button", "aria-label": waiting > 0 ? `Direct messages, ${waiting} unread` : "Direct messages", "aria-current": state.home === "dms" ? "page" : null, title: "Direct messages", data: { key: "rail:dms" }, on: { click: () => store.openDms() } },
    icon("message"),
    waiting > 0 && el("span", { class: "badge" }, String(waiting)),
  );
  const guilds = (state.view?.guilds ?? []).map((guild) => {
    const current = state.home === "guild" && guild.id === state.view.guild?.id;
    const initials = guild.name.split(/\s+/).map((word) => [...word][0]).join("").slice(0, 3);
    return el("button", { class: "rail-button", type: "button", "aria-label": guild.name, title: guild.name, "aria-current": current ? "page" : null, data: { key: `rail:${guild.id}` }, on: { click: () => store.openGuild(guild.id) } }, initials);
  });
  return [dms, el("span", { class: "rail-line", role: "presentation" }), guilds];
}

function tree(state) {
  const all = store.channels();
  const under = (parent) => all.filter((one) => one.parent_id === parent && one.visible && one.type !== 4);
  const known = new Set(all.map((one) => one.id));
  const top = all.filter((one) => one.visible && one.type !== 4 && (one.parent_id === null || !known.has(one.parent_id)));
  const rows = [eventsButton(), el("ul", { class: "channel-list" }, top.map((one) => row(one, all)))];
  for (const category of all.filter((one) => one.type === 4)) {
    const inside = under(category.id);
    if (inside.length === 0 && !category.visible) continue;
    const open = !folded.has(category.id);
    const toggle = () => {
      if (open) folded.add(category.id);
      else folded.delete(category.id);
      drawSidebar(state);
    };
    const shown = open ? inside : inside.filter((one) => one.id === state.channel || store.unread(one));
    rows.push(
      el("button", { class: "category", type: "button", "aria-expanded": String(open), data: { key: `category:${category.id}`, name: category.name }, on: { click: toggle } }, icon(open ? "down" : "right"), category.name),
      el("ul", { class: "channel-list", "aria-label": category.name }, shown.map((one) => row(one, all))),
    );
  }
  return rows;
}

function row(one, all) {
  const threads = all.filter((other) => other.parent_id === one.id && other.visible && !other.thread_metadata?.archived);
  const item = el("li", {}, channelButton(one), one.voice?.length > 0 && voices(one));
  if (threads.length > 0) item.append(el("ul", { class: "channel-list threads" }, threads.map((thread) => el("li", {}, channelButton(thread)))));
  return item;
}

function channelButton(one) {
  const current = one.id === store.state.channel;
  const unread = !current && store.isText(one) && store.unread(one);
  const voice = one.type === 2 || one.type === 13;
  const label = [one.name, SPOKEN[one.type] ?? "channel", one.private && "private", unread && "unread"].filter(Boolean).join(", ");
  return el(
    "button",
    { class: unread ? "channel unread" : "channel", type: "button", "aria-label": label, "aria-current": current ? "page" : null, title: one.topic || null, data: { key: `channel:${one.id}`, channel: one.id, name: one.name }, on: { click: () => (voice ? join(one) : store.go(one.id)) } },
    el("span", { class: "channel-mark" }, icon(KINDS[one.type] ?? "hash"), one.private && el("span", { class: "lock" }, icon("lock"))),
    el("span", { class: "channel-name" }, one.name),
  );
}

const voices = (one) =>
  el("ul", { class: "voices" }, one.voice.map((id) => el("li", {}, avatar({ id }, store.member(id)?.name ?? "?"), store.member(id)?.name ?? id)));

/** A click joins the room; a second one leaves it. */
async function join(room) {
  const { user, guild } = store.state;
  const joins = !room.voice.includes(user);
  try {
    await act({ guild, channel: room.id, user }, { act: "voice", joins });
  } catch (error) {
    toast(error.message, true);
  }
  await store.refresh();
}

function dmRows(state) {
  const rows = (state.view?.dms ?? []).map((dm) => {
    const unread = dm.id !== state.channel && store.unread(dm);
    const name = dm.user?.username ?? "?";
    return el("li", {}, el("button", { class: unread ? "channel dm unread" : "channel dm", type: "button", "aria-label": unread ? `${name}, unread` : name, "aria-current": dm.id !== null && dm.id === state.channel ? "page" : null, data: { key: `dm:${dm.user?.id}` }, on: { click: () => store.openDm(dm.id) } }, avatar(dm.user, name), el("span", { class: "channel-name" }, name)));
  });
  return el("ul", { class: "channel-list" }, rows);
}

/** Everybody of the server, to be played. */
export function playOptions() {
  const people = store.members().filter((one) => !one.bot);
  const order = ["Owner", "Admin", "Team manager", "Steward", "Driver", "Member", "Prospect", "Guest"];
  const place = (one) => (order.includes(store.rankOf(one)) ? order.indexOf(store.rankOf(one)) : order.length);
  return people
    .map((one) => ({ one, at: place(one) }))
    .sort((a, b) => a.at - b.at || a.one.name.localeCompare(b.one.name))
    .map(({ one }) => ({ value: one.id, label: one.name, description: one.username, aside: store.rankOf(one), mark: avatar(one, one.name) }));
}

function drawMe(state) {
  const mine = store.member(state.user);
  const name = mine?.name ?? state.view?.user?.username ?? "Nobody";
  const anchor = el(
    "button",
    { class: "me-button", type: "button", id: "switcher", role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": `You play ${name}. Play another member`, data: { key: "switcher" } },
    avatar({ id: state.user }, name),
    el("span", { class: "me-text" }, el("span", { class: "me-name" }, name), el("span", { class: "me-rank" }, mine ? store.rankOf(mine) : "")),
    el("span", { class: "me-switch" }, "Switch", icon("down")),
  );
  anchor.addEventListener("click", () => openPicker({ anchor, label: "Play a member", options: playOptions(), chosen: [state.user], search: true, done: ([id]) => store.playAs(id) }));
  fill(me, anchor);
}
