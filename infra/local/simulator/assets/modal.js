// Modals: the fields that Discord has for them, checked before they are sent.

import { act } from "./api.js";
import { defaultsOf, selectButton } from "./components.js";
import { avatar, el, fresh, icon } from "./dom.js";
import { blocks } from "./markdown.js";
import { names } from "./message.js";
import { closePicker } from "./picker.js";
import * as store from "./store.js";

/** Code points, as Discord counts a text's length. */
const lengthOf = (text) => [...text].length;

/** Shows a modal that was answered to `who`. */
export function openModal(modal, who) {
  const bot = store.state.view?.bot;
  const title = fresh("modal");
  const fields = [];
  const parts = modal.components.map((part) => modalPart(part, fields));
  const problem = el("div", { class: "modal-problem", role: "alert", hidden: true });
  const send = el("button", { class: "button primary", type: "submit" }, "Submit");
  const cancel = () => dialog.close();
  const form = el(
    "form",
    { class: "modal-form", novalidate: true },
    el("header", { class: "modal-head" }, avatar(bot, bot?.username), el("h2", { id: title }, modal.title), el("button", { class: "icon", type: "button", "aria-label": "Close", on: { click: cancel } }, icon("close"))),
    el("div", { class: "modal-fields" }, parts),
    problem,
    el("footer", { class: "modal-foot" }, el("button", { class: "button secondary", type: "button", on: { click: cancel } }, "Cancel"), send),
  );
  const dialog = el("dialog", { class: "modal", "aria-labelledby": title }, form);
  dialog.addEventListener("close", () => {
    closePicker();
    dialog.remove();
    refocused();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wrong = fields.filter((field) => !field.check());
    if (wrong.length > 0) wrong[0].focus();
    else submit(modal, who, fields, { dialog, send, problem });
  });
  document.body.append(dialog);
  dialog.showModal();
  fields[0]?.focus();
}

/** Chromium gives a text box its focus back while the page is still inert, and then takes no letters in it. */
function refocused() {
  const back = document.activeElement;
  back.blur();
  back.focus({ preventScroll: true });
}

async function submit(modal, who, fields, { dialog, send, problem }) {
  const { kind: _, ...open } = modal;
  const values = Object.fromEntries(fields.map((field) => [field.id, field.value()]).filter(([, value]) => value !== undefined));
  if (send.classList.contains("busy")) return;
  send.classList.add("busy");
  const fail = (text, why) => {
    problem.hidden = false;
    problem.replaceChildren(text, el("span", { class: "why" }, why));
  };
  try {
    const { outcome } = await act(who, { act: "modal", modal: open, values });
    if (outcome.kind === "failed") fail("Something went wrong. Try again.", outcome.reason);
    else if (outcome.kind === "refused") fail("Discord's client does not send this.", outcome.reason);
    else dialog.close();
    if (outcome.kind === "modal") openModal(outcome, who);
  } catch (error) {
    fail("Something went wrong. Try again.", error.message);
  } finally {
    send.classList.remove("busy");
  }
  await store.refresh();
}

function modalPart(part, fields) {
  if (part.type === 18) return labelled(part.component, part.label, part.description, fields);
  if (part.type === 1) return (part.components ?? []).map((one) => labelled(one, one.label ?? one.placeholder ?? "", null, fields));
  if (part.type === 10) return el("div", { class: "text-display" }, blocks(part.content ?? "", names));
  return el("div", { class: "unknown" }, `Unknown component type ${part.type}`);
}

function labelled(data, label, about, fields) {
  const id = fresh("field");
  const required = data.type !== 23 && data.required !== false;
  const error = el("span", { class: "field-error", id: `${id}-error`, role: "alert" });
  const field = fieldOf(data, { id, label, required });
  const caption = el(
    field.group ? "div" : "label",
    { class: "field-label", for: field.group ? null : id, id: `${id}-label` },
    label,
    required && el("span", { class: "star", "aria-hidden": "true" }, " *"),
  );
  const say = (text) => {
    error.textContent = text ?? "";
    for (const one of field.inputs ?? []) one.setAttribute("aria-invalid", String(Boolean(text)));
    return !text;
  };
  if (field.value) {
    const problem = () => (field.problem ? field.problem() : null);
    fields.push({ id: data.custom_id, value: field.value, check: () => say(problem()), focus: () => field.inputs?.[0]?.focus() });
    for (const one of field.inputs ?? []) one.setAttribute("aria-describedby", `${id}-error${about ? ` ${id}-about` : ""}`);
    field.node.addEventListener("input", () => error.textContent && say(problem()));
  }
  return el("div", { class: "field", data: { custom: data.custom_id ?? "" } }, caption, about && el("span", { class: "field-about", id: `${id}-about` }, about), field.node, error);
}

function fieldOf(data, place) {
  if (data.type === 4) return textField(data, place);
  if ([3, 5, 6, 7, 8].includes(data.type)) return selectField(data, place);
  if (data.type === 21) return choiceField(data, place, "radio");
  if (data.type === 22) return choiceField(data, place, "checkbox");
  if (data.type === 23) return tickField(data, place);
  return { group: true, node: el("div", { class: "unknown" }, data.type === 19 ? "File uploads cannot be tried here." : `Unknown component type ${data.type}`) };
}

function textField(data, { id, required }) {
  const long = data.style === 2;
  const props = { id, class: "text-input", placeholder: data.placeholder, "aria-required": String(required), autocomplete: "off", spellcheck: "false" };
  const input = long ? el("textarea", { ...props, rows: "4" }) : el("input", { ...props, type: "text" });
  input.value = data.value ?? "";
  const most = data.max_length ?? 4000;
  const count = el("span", { class: "count", "aria-hidden": "true" });
  const tell = () => {
    count.textContent = `${lengthOf(input.value)}/${most}`;
    count.classList.toggle("over", lengthOf(input.value) > most);
  };
  input.addEventListener("input", tell);
  tell();
  const problem = () => {
    const length = lengthOf(input.value);
    if (length === 0) return required ? "This field is required." : null;
    if (length < (data.min_length ?? 0)) return `Must be at least ${data.min_length} characters.`;
    return length > most ? `Must be ${most} characters or fewer.` : null;
  };
  return { node: el("div", { class: "text-field" }, input, count), inputs: [input], value: () => input.value, problem };
}

function selectField(data, { label, required }) {
  let values = defaultsOf(data);
  const holder = el("div", { class: "select-field" });
  const field = { group: true, node: holder, inputs: [], value: () => values };
  const least = data.min_values ?? 1;
  field.problem = () => {
    if (values.length === 0) return required ? "This field is required." : null;
    return values.length < least ? `Pick at least ${least}.` : null;
  };
  const draw = () => {
    const button = selectButton(data, { chosen: values, label, key: data.custom_id, disabled: data.disabled, run: (picked) => {
      values = picked;
      draw();
      field.inputs[0].focus();
      holder.dispatchEvent(new Event("input"));
    } });
    holder.replaceChildren(button);
    field.inputs = [button];
  };
  draw();
  return field;
}

function choiceField(data, { id, required }, type) {
  const inputs = [];
  const rows = (data.options ?? []).map((option) => {
    const input = el("input", { type, name: id, value: option.value, checked: option.default });
    inputs.push(input);
    return el("label", { class: "choice" }, input, el("span", {}, option.label, option.description && el("span", { class: "picker-about" }, option.description)));
  });
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  const [least, most] = type === "radio" ? [1, 1] : [data.min_values ?? 1, data.max_values ?? inputs.length];
  const problem = () => {
    const count = chosen().length;
    if (count === 0) return required ? "This field is required." : null;
    if (count < least) return `Pick at least ${least}.`;
    return count > most ? `Pick at most ${most}.` : null;
  };
  const value = () => (type === "radio" ? chosen()[0] : chosen());
  return { group: true, inputs, value, problem, node: el("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group", "aria-labelledby": `${id}-label` }, rows) };
}

function tickField(data, { id }) {
  const input = el("input", { type: "checkbox", id, checked: data.default });
  return { node: el("div", { class: "choice" }, input), inputs: [input], value: () => input.checked };
}

