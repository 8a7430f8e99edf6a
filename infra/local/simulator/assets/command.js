// A slash command being filled in: its options with checks, choices, suggestions, by keyboard or mouse.

import { act, upload } from "./api.js";
import { optionsOf } from "./components.js";
import { el, fresh, icon } from "./dom.js";
import { openModal } from "./modal.js";
import * as store from "./store.js";

/** Option types: 3 text, 4 integer, 5 truth value, 6 user, 7 channel, 8 role, 9 mentionable, 10 number, 11 attachment. */
const ATTACHMENT = 11;
const PICKED = { 6: 5, 7: 8, 8: 6, 9: 7 };
const SUGGEST_AFTER_MS = 150;

/** The entry of one command; `leave(text)` goes back to plain text. */
export function commandForm(leaf, given, { leave }) {
  const id = fresh("command");
  const list = el("div", { class: "suggestions", id, role: "listbox", hidden: true });
  const line = el("div", { class: "command-line" });
  const node = el("form", { class: "write-row command", "aria-label": `/${leaf.words}`, novalidate: true }, list, line);
  const form = { leaf, id, list, line, fields: [], current: null, found: [], active: -1, asked: 0, sent: false, leave };
  const shown = leaf.options.filter((option) => option.required || given[option.name] !== undefined);
  form.fields = shown.map((option) => newField(form, option, given[option.name]));
  draw(form);
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form);
  });
  node.addEventListener("keydown", (event) => onKey(form, event));
  node.addEventListener("focusout", (event) => {
    if (!node.contains(event.relatedTarget)) list.hidden = true;
  });
  const focus = () => {
    const first = form.fields.find((field) => !field.input.value) ?? form.fields[0];
    (first?.input ?? form.go).focus();
  };
  return { node, focus };
}

function draw(form) {
  const { leaf, line } = form;
  const rest = leaf.options.filter((option) => !form.fields.some((field) => field.option === option));
  form.go = el("button", { class: "icon send", type: "submit", "aria-label": "Send command" }, icon("send"));
  line.replaceChildren(
    el("span", { class: "command-name" }, `/${leaf.words}`),
    ...form.fields.map((field) => field.node),
    el("span", { class: "more-options" }, rest.map((option) => el("button", { class: "more-option", type: "button", title: option.description, on: { click: () => addField(form, option) } }, icon("plus"), option.name))),
    el("span", { class: "command-actions" }, el("button", { class: "icon", type: "button", "aria-label": "Leave the command", on: { click: () => form.leave() } }, icon("close")), form.go),
  );
}

function addField(form, option) {
  const field = newField(form, option);
  form.fields.push(field);
  draw(form);
  field.input.focus();
}

function newField(form, option, given) {
  if (option.type === ATTACHMENT) return fileField(option);
  const id = fresh("option");
  const input = el("input", {
    id,
    type: "text",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": form.id,
    "aria-autocomplete": "list",
    "aria-required": String(Boolean(option.required)),
    "aria-describedby": `${id}-error`,
    autocomplete: "off",
    spellcheck: "false",
    size: "8",
  });
  const error = el("span", { class: "option-error", id: `${id}-error`, role: "alert" });
  const node = el("span", { class: "option", data: { option: option.name } }, el("label", { for: id }, option.name), input, error);
  const field = { option, input, error, node, value: null };
  if (given !== undefined) {
    input.value = String(given);
    field.value = given;
  }
  const resize = () => {
    input.size = Math.min(Math.max([...input.value].length + 1, 8), 40);
  };
  input.addEventListener("focus", () => suggest(form, field));
  input.addEventListener("input", () => {
    field.value = null;
    resize();
    if (error.textContent) say(field, problem(field));
    suggest(form, field);
  });
  field.resize = resize;
  return field;
}

/** A file, uploaded as soon as it is chosen. */
function fileField(option) {
  const id = fresh("option");
  const input = el("input", { id, type: "file", "aria-required": String(Boolean(option.required)), "aria-describedby": `${id}-error` });
  const error = el("span", { class: "option-error", id: `${id}-error`, role: "alert" });
  const node = el("span", { class: "option", data: { option: option.name } }, el("label", { for: id }, option.name), input, error);
  const field = { option, input, error, node, value: null, resize: () => {} };
  input.addEventListener("change", async () => {
    field.value = null;
    say(field, null);
    if (input.files.length === 0) return;
    try {
      field.value = (await upload(input.files[0])).id;
    } catch (failure) {
      say(field, failure.message);
    }
  });
  return field;
}

const choicesOf = (choices) => choices.map((choice) => ({ value: choice.value, label: choice.name }));

/** What can be picked for a field without asking the application. */
function known({ option }) {
  if (option.choices?.length > 0) return choicesOf(option.choices);
  if (option.type === 5) return [{ value: true, label: "True" }, { value: false, label: "False" }];
  if (PICKED[option.type]) return optionsOf({ type: PICKED[option.type], channel_types: option.channel_types });
  return [];
}

async function suggest(form, field) {
  form.current = field;
  form.asked += 1;
  const asked = form.asked;
  const typed = field.value === null ? field.input.value.trim().toLocaleLowerCase() : "";
  const fits = (one) => `${one.label} ${one.description ?? ""}`.toLocaleLowerCase().includes(typed);
  if (!field.option.autocomplete) {
    show(form, field, known(field).filter(fits).slice(0, 50));
    return;
  }
  show(form, field, [], "Loading options…");
  await new Promise((resolve) => setTimeout(resolve, SUGGEST_AFTER_MS));
  if (asked !== form.asked) return;
  const options = { ...values(form), [field.option.name]: field.value ?? field.input.value };
  if (field.option.type !== 3 && field.value === null) options[field.option.name] = field.input.value;
  let found = [];
  let note = null;
  try {
    found = choicesOf(await act(store.actor(), { act: "autocomplete", command: form.leaf.words, options, focused: field.option.name }));
    if (found.length === 0) note = "No options match your search.";
  } catch (error) {
    note = `Loading options failed. (${error.message})`;
  }
  // A newer letter has been typed, or the field was left, while the answer was under way.
  if (asked === form.asked && document.activeElement === field.input) show(form, field, found, note);
}

function show(form, field, found, note = null) {
  form.found = found;
  form.active = found.length > 0 ? 0 : -1;
  const { option } = field;
  const head = el("div", { class: "suggestions-head" }, el("strong", {}, option.name), " ", option.description);
  const rows = found.map((one, index) =>
    el(
      "div",
      { class: "suggestion small", role: "option", id: `${form.id}-${index}`, data: { value: String(one.value) }, on: { pointerdown: (event) => event.preventDefault(), click: () => pick(form, field, one) } },
      one.mark,
      el("span", {}, one.label),
      one.description && el("span", { class: "suggestion-about" }, one.description),
    ),
  );
  form.list.replaceChildren(head, ...rows, ...(note ? [el("div", { class: "picker-none" }, note)] : []));
  form.list.hidden = false;
  mark(form);
}

function mark(form) {
  const { input } = form.current;
  [...form.list.querySelectorAll("[role=option]")].forEach((row, index) => {
    row.classList.toggle("active", index === form.active);
    row.setAttribute("aria-selected", String(index === form.active));
    if (index === form.active) row.scrollIntoView({ block: "nearest" });
  });
  input.setAttribute("aria-expanded", String(!form.list.hidden));
  if (form.active >= 0) input.setAttribute("aria-activedescendant", `${form.id}-${form.active}`);
  else input.removeAttribute("aria-activedescendant");
}

function pick(form, field, one, next = true) {
  field.value = one.value;
  field.input.value = one.label;
  field.resize();
  say(field, null);
  form.list.hidden = true;
  form.found = [];
  if (!next) return;
  const empty = form.fields.find((other) => other.input.value === "");
  if (empty) empty.input.focus();
  else form.go.focus();
}

function onKey(form, event) {
  const field = form.fields.find((one) => one.input === event.target);
  const open = !form.list.hidden && form.found.length > 0;
  if (event.key === "Escape") {
    if (open) form.list.hidden = true;
    else form.leave();
  } else if (!field) {
    return;
  } else if (event.key === "ArrowDown" && open) {
    form.active = (form.active + 1) % form.found.length;
  } else if (event.key === "ArrowUp" && open) {
    form.active = (form.active + form.found.length - 1) % form.found.length;
  } else if (event.key === "Enter" && open && field.value === null && wantsPick(form, field)) {
    pick(form, field, form.found[form.active]);
  } else if (event.key === "Enter") {
    submit(form);
  } else if (event.key === "Tab" && !event.shiftKey && open && field.value === null && wantsPick(form, field)) {
    pick(form, field, form.found[form.active], false);
    return;
  } else if (event.key === "Backspace" && field.input.value === "") {
    remove(form, field);
  } else {
    return;
  }
  event.preventDefault();
  if (form.current) mark(form);
}

/** Whether the marked suggestion is meant: something was typed, or the option must be filled. */
const wantsPick = (form, field) => form.active >= 0 && (field.input.value !== "" || field.option.required);

function remove(form, field) {
  const index = form.fields.indexOf(field);
  if (field.option.required) {
    if (form.fields.every((one) => one.input.value === "")) form.leave(`/${form.leaf.words}`);
    return;
  }
  form.fields.splice(index, 1);
  draw(form);
  (form.fields[index - 1]?.input ?? form.go).focus();
}

/** The value to be sent: what was picked, or what the typed text stands for. */
function valueOf({ option, input, value }) {
  if (value !== null) return value;
  const text = input.value.trim();
  if (text === "") return undefined;
  if (option.type === ATTACHMENT) return null;
  if (option.type === 4) return /^-?\d+$/.test(text) ? Number(text) : null;
  if (option.type === 10) return Number.isFinite(Number(text)) ? Number(text) : null;
  if (option.type === 3 && !option.choices?.length) return text;
  const named = known({ option }).filter((one) => one.label.toLocaleLowerCase() === text.toLocaleLowerCase());
  return named.length === 1 ? named[0].value : null;
}

function problem(field) {
  const { option } = field;
  const value = valueOf(field);
  if (value === undefined) return option.required ? "This option is required. Specify a value." : null;
  if (value === null && option.type === ATTACHMENT) return "The file is not uploaded yet.";
  if (value === null) return option.type === 4 || option.type === 10 ? "Input a valid number." : "Pick one of the list.";
  if (option.type === 3) {
    const length = [...String(value)].length;
    if (length < (option.min_length ?? 0)) return `At least ${option.min_length} characters.`;
    if (length > (option.max_length ?? 6000)) return `At most ${option.max_length ?? 6000} characters.`;
  }
  if ((option.type === 4 || option.type === 10) && value < (option.min_value ?? -Infinity)) return `At least ${option.min_value}.`;
  if ((option.type === 4 || option.type === 10) && value > (option.max_value ?? Infinity)) return `At most ${option.max_value}.`;
  return null;
}

function say(field, text) {
  field.error.textContent = text ?? "";
  field.node.classList.toggle("wrong", Boolean(text));
  field.input.setAttribute("aria-invalid", String(Boolean(text)));
  return !text;
}

/** The options that are filled in and right so far. */
function values(form) {
  const filled = form.fields.map((field) => [field.option.name, valueOf(field)]);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined && value !== null));
}

async function submit(form) {
  if (form.sent) return;
  const wrong = form.fields.filter((field) => !say(field, problem(field)));
  if (wrong.length > 0) {
    wrong[0].input.focus();
    return;
  }
  form.sent = true;
  const { words } = form.leaf;
  const options = values(form);
  const who = store.actor();
  form.leave();
  const settled = store.note({ kind: "sending", command: `/${words}` });
  try {
    const { outcome } = await act(who, { act: "slash", command: words, options });
    if (outcome.kind === "failed" || outcome.kind === "refused") store.note({ kind: outcome.kind, command: `/${words}`, why: outcome.reason });
    if (outcome.kind === "modal") openModal(outcome, who);
  } catch (error) {
    store.note({ kind: "failed", command: `/${words}`, why: error.message });
  }
  await store.refresh();
  settled();
}

