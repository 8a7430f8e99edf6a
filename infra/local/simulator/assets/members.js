// The member list, in groups, and what a click on a member offers.

import { avatar, el, fill } from "./dom.js";
import { runOn } from "./message.js";
import { openPicker } from "./picker.js";
import * as store from "./store.js";

const root = document.getElementById("members");
let drawn = "";

/** The heading that a member stands under: the highest role that is shown apart, else the rank. */
function groupOf(one) {
  const hoisted = store.roles().find((role) => role.hoist && one.roles.includes(role.id));
  if (hoisted) return hoisted.name;
  return one.bot ? "Apps" : store.rankOf(one);
}

export function drawMembers(state) {
  const sign = JSON.stringify([state.home, store.members(), store.roles(), state.view?.guild?.owner_id, state.user]);
  if (sign === drawn) return;
  drawn = sign;
  const shown = state.home === "guild" ? store.members() : [];
  const groups = new Map();
  for (const one of shown) groups.set(groupOf(one), [...(groups.get(groupOf(one)) ?? []), one]);
  const hoisted = store.roles().map((role) => role.name);
  const order = [...hoisted, "Owner", "Admin", "Team manager", "Steward", "Driver", "Member", "Prospect", "Guest", "Apps"];
  const rank = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  const sorted = [...groups].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
  fill(root, sorted.map(([name, people]) => group(name, people)));
}

function group(name, people) {
  const rows = people.sort((a, b) => a.name.localeCompare(b.name)).map(memberRow);
  return el("section", {}, el("h2", { class: "group" }, `${name} — ${people.length}`), el("ul", { class: "member-list" }, rows));
}

function memberRow(one) {
  const name = el("span", { class: "member-name" }, one.name);
  const colour = store.colourOf(one.id);
  if (colour) name.style.color = colour;
  const notes = [one.id === store.state.user && "you", one.timed_out && "timed out"].filter(Boolean);
  const anchor = el(
    "button",
    { class: "member", type: "button", "aria-haspopup": "listbox", "aria-expanded": "false", data: { key: `member:${one.id}`, member: one.id } },
    avatar(one, one.name),
    name,
    one.bot && el("span", { class: "app-mark" }, "APP"),
    notes.length > 0 && el("span", { class: "member-note" }, notes.join(", ")),
  );
  anchor.addEventListener("click", () => menu(anchor, one));
  return el("li", {}, anchor);
}

function menu(anchor, one) {
  const roles = store.roles().filter((role) => one.roles.includes(role.id)).map((role) => role.name);
  const commands = store.state.commands.filter((command) => command.type === 2).map((command) => ({ value: `run:${command.name}`, label: command.name, aside: "Gantry" }));
  const about = { value: "about", label: one.name, description: [one.username, roles.join(", ")].filter(Boolean).join(" · "), mark: avatar(one, one.name), disabled: true };
  const play = one.bot ? [] : [{ value: "play", label: `Play ${one.name}`, disabled: one.id === store.state.user }];
  const done = ([value]) => {
    if (value === "play") store.playAs(one.id);
    else runOn(2, value.slice(4), one.id);
  };
  openPicker({ anchor, label: one.name, options: [about, ...play, ...commands], done });
}
