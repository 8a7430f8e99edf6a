// The message box: plain text, and the list of slash commands as soon as a line begins with "/".

import { act } from "./api.js";
import { commandForm } from "./command.js";
import { avatar, el, fresh, icon, toast } from "./dom.js";
import * as store from "./store.js";

const root = document.getElementById("composer");
const drafts = new Map();
let place = null;
let mode = null;

const placeKey = (state) => `${state.user}:${state.home}:${state.channel}`;

/** Every slash command that can be run here, sub-commands one by one. */
export function leaves(commands) {
  const out = [];
  const walk = (command, words, node) => {
    const options = node.options ?? [];
    if (!options.some((option) => option.type === 1 || option.type === 2)) {
      out.push({ words: words.join(" "), description: node.description ?? "", options, command });
      return;
    }
    for (const option of options) walk(command, [...words, option.name], option);
  };
  for (const command of commands.filter((one) => one.type === 1)) walk(command, [command.name], command);
  return out;
}

/** Draws the box for the place that is open; what is being typed there stays. */
export function drawComposer(state) {
  const here = store.here();
  const key = `${placeKey(state)}:${here?.may_write ?? false}`;
  if (place === key) {
    mode?.refresh?.();
    return;
  }
  place = key;
  root.replaceChildren();
  mode = null;
  if (state.channel !== null && here) textMode(drafts.get(placeKey(state)) ?? "", here);
}

/** Begins a command by its words, as a click on its mention does. */
export function startCommand(words, given = {}) {
  const leaf = leaves(store.state.commands).find((one) => one.words === words);
  if (leaf) commandMode(leaf, given);
  else if (leaves(store.state.commands).some((one) => one.words.startsWith(`${words} `))) textMode(`/${words} `, store.here(), true);
  else toast(`/${words} is not offered here.`, true);
}

function commandMode(leaf, given = {}) {
  const leave = (text = "") => textMode(text, store.here(), true);
  mode = commandForm(leaf, given, { leave });
  root.replaceChildren(mode.node);
  mode.focus();
}

function textMode(text, here, focus = false) {
  const name = store.state.home === "dms" ? `@${here?.user?.username}` : `${[10, 11, 12].includes(here?.type) ? "" : "#"}${here?.name}`;
  const id = fresh("slash");
  const box = el("textarea", {
    id: "write",
    rows: "1",
    placeholder: here?.may_write ? `Message ${name}` : "You do not have permission to send messages here; / lists commands.",
    "aria-label": `Message ${name}`,
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
  });
  const list = el("div", { class: "suggestions", id, role: "listbox", "aria-label": "Commands", hidden: true });
  const send = el("button", { class: "icon send", type: "button", "aria-label": "Send" }, icon("send"));
  root.replaceChildren(el("div", { class: "write-row" }, list, box, send));
  box.value = text;
  let found = [];
  let active = 0;

  const draw = () => {
    const open = box.value.startsWith("/") && found.length > 0;
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) {
      box.removeAttribute("aria-activedescendant");
      return;
    }
    list.replaceChildren(el("div", { class: "suggestions-head" }, store.state.view?.bot?.username ?? "App"), ...found.map((leaf, index) => leafRow(leaf, index, id, index === active, () => commandMode(leaf))));
    box.setAttribute("aria-activedescendant", `${id}-${active}`);
    list.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    found = box.value.startsWith("/") && !box.value.includes("\n") ? matching(box.value.slice(1)) : [];
    active = Math.min(active, Math.max(found.length - 1, 0));
    draw();
  };
  const typed = () => {
    drafts.set(placeKey(store.state), box.value);
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
    active = 0;
    search();
  };
  const go = () => {
    if (box.value.startsWith("/")) {
      if (found[active]) commandMode(found[active]);
      else toast("There is no such command.", true);
    } else say(box, typed);
  };
  box.addEventListener("input", typed);
  send.addEventListener("click", go);
  box.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    if (open && event.key === "ArrowDown") active = (active + 1) % found.length;
    else if (open && event.key === "ArrowUp") active = (active + found.length - 1) % found.length;
    else if (open && event.key === "Tab" && !event.shiftKey) commandMode(found[active]);
    else if (open && event.key === "Escape") found = [];
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) go();
    else return;
    event.preventDefault();
    draw();
  });
  mode = { refresh: () => document.activeElement === box && search() };
  if (focus) {
    box.focus();
    box.setSelectionRange(text.length, text.length);
  }
  if (text) typed();
}

function matching(typed) {
  const wanted = typed.toLowerCase().trimStart();
  const all = leaves(store.state.commands).filter((leaf) => leaf.words.includes(wanted.trimEnd()));
  const rank = (leaf) => (leaf.words.startsWith(wanted) ? 0 : leaf.words.split(" ").some((word) => word.startsWith(wanted)) ? 1 : 2);
  // The sort is stable: equals stay in the order of registration.
  return all.sort((a, b) => rank(a) - rank(b));
}

function leafRow(leaf, index, id, active, take) {
  const required = leaf.options.filter((option) => option.required);
  const optional = leaf.options.length - required.length;
  const names = [...required.map((option) => option.name), optional > 0 && `+${optional} optional`].filter(Boolean);
  return el(
    "div",
    { class: active ? "suggestion active" : "suggestion", role: "option", id: `${id}-${index}`, "aria-selected": String(active), data: { command: leaf.words }, on: { pointerdown: (event) => event.preventDefault(), click: take } },
    avatar(store.state.view?.bot, "App"),
    el("span", { class: "suggestion-text" }, el("span", { class: "suggestion-name" }, `/${leaf.words}`, names.map((name) => el("span", { class: "option-name" }, name))), el("span", { class: "suggestion-about" }, leaf.description)),
  );
}

async function say(box, typed) {
  const content = box.value.trim();
  if (content === "") return;
  try {
    await act(store.actor(), { act: "say", content });
    box.value = "";
    typed();
  } catch (error) {
    toast(error.message, true);
  }
  await store.refresh();
}
