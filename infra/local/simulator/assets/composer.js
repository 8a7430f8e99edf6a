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
  drafts.delete(placeKey(store.state));
  const leave = (text = "") => textMode(text, store.here(), true);
  mode = commandForm(leaf, given, { leave });
  root.replaceChildren(mode.node);
  mode.focus();
}

function textMode(text, here, focus = false) {
  mode = new TextBox(here);
  root.replaceChildren(mode.node);
  mode.box.value = text;
  if (focus) {
    mode.box.focus();
    mode.box.setSelectionRange(text.length, text.length);
  }
  if (text) mode.typed();
}

/** The box for plain text, with the list of commands above it. */
class TextBox {
  constructor(here) {
    const name = store.state.home === "dms" ? `@${here?.user?.username}` : `${[10, 11, 12].includes(here?.type) ? "" : "#"}${here?.name}`;
    this.id = fresh("slash");
    this.found = [];
    this.active = 0;
    this.box = el("textarea", {
      id: "write",
      rows: "1",
      placeholder: here?.may_write ? `Message ${name}` : "You do not have permission to send messages here; / lists commands.",
      "aria-label": `Message ${name}`,
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": this.id,
      "aria-autocomplete": "list",
      autocomplete: "off",
      spellcheck: "false",
      on: { input: () => this.typed(), keydown: (event) => this.key(event) },
    });
    this.list = el("div", { class: "suggestions", id: this.id, role: "listbox", "aria-label": "Commands", hidden: true });
    const send = el("button", { class: "icon send", type: "button", "aria-label": "Send", on: { click: () => this.go() } }, icon("send"));
    this.node = el("div", { class: "write-row" }, this.list, this.box, send);
  }

  /** The commands on offer may have changed. */
  refresh() {
    if (document.activeElement === this.box) this.search();
  }

  typed() {
    drafts.set(placeKey(store.state), this.box.value);
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 200)}px`;
    this.active = 0;
    this.search();
  }

  search() {
    const { value } = this.box;
    this.found = value.startsWith("/") && !value.includes("\n") ? matching(value.slice(1)) : [];
    this.active = Math.min(this.active, Math.max(this.found.length - 1, 0));
    this.draw();
  }

  draw() {
    const shown = this.found.length > 0;
    this.list.hidden = !shown;
    this.box.setAttribute("aria-expanded", String(shown));
    if (!shown) {
      this.box.removeAttribute("aria-activedescendant");
      return;
    }
    const rows = this.found.map((leaf, index) => leafRow(leaf, `${this.id}-${index}`, index === this.active, () => commandMode(leaf)));
    this.list.replaceChildren(el("div", { class: "suggestions-head" }, store.state.view?.bot?.username ?? "App"), ...rows);
    this.box.setAttribute("aria-activedescendant", `${this.id}-${this.active}`);
    this.list.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const count = this.found.length;
    const shown = !this.list.hidden;
    if (shown && event.key === "ArrowDown") this.active = (this.active + 1) % count;
    else if (shown && event.key === "ArrowUp") this.active = (this.active + count - 1) % count;
    else if (shown && event.key === "Tab" && !event.shiftKey) commandMode(this.found[this.active]);
    else if (shown && event.key === "Escape") this.found = [];
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.go();
    else return;
    event.preventDefault();
    if (mode === this) this.draw();
  }

  go() {
    if (!this.box.value.startsWith("/")) this.say();
    else if (this.found[this.active]) commandMode(this.found[this.active]);
    else toast("There is no such command.", true);
  }

  async say() {
    const content = this.box.value.trim();
    if (content === "") return;
    try {
      await act(store.actor(), { act: "say", content });
      this.box.value = "";
      this.typed();
    } catch (error) {
      toast(error.message, true);
    }
    await store.refresh();
  }
}

function matching(typed) {
  const wanted = typed.toLowerCase().trimStart();
  const all = leaves(store.state.commands).filter((leaf) => leaf.words.includes(wanted.trimEnd()));
  const rank = (leaf) => (leaf.words.startsWith(wanted) ? 0 : leaf.words.split(" ").some((word) => word.startsWith(wanted)) ? 1 : 2);
  // The sort is stable: equals stay in the order of registration.
  return all.sort((a, b) => rank(a) - rank(b));
}

function leafRow(leaf, id, active, take) {
  const required = leaf.options.filter((option) => option.required);
  const optional = leaf.options.length - required.length;
  const names = [...required.map((option) => option.name), optional > 0 && `+${optional} optional`].filter(Boolean);
  return el(
    "div",
    { class: active ? "suggestion active" : "suggestion", role: "option", id, "aria-selected": String(active), data: { command: leaf.words }, on: { pointerdown: (event) => event.preventDefault(), click: take } },
    avatar(store.state.view?.bot, "App"),
    el("span", { class: "suggestion-text" }, el("span", { class: "suggestion-name" }, `/${leaf.words}`, names.map((name) => el("span", { class: "option-name" }, name))), el("span", { class: "suggestion-about" }, leaf.description)),
  );
}
