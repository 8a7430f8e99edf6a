// A list to pick from that opens beside its button: selects, the member switcher, menus.

import { el, fill, fresh, icon } from "./dom.js";

let open = null;

/** Closes the list that is open, if one is. */
export function closePicker() {
  open?.close(false);
}

/**
 * Opens a list. `options`: value, label, and optionally description, mark (a node), aside, colour, disabled.
 * `many`: {min, max} for several values; `chosen`: the values to begin with; `search`: a text field to narrow the list
 * down; `done(values)` is called once, not when it is left with Escape.
 */
export function openPicker({ anchor, label, options, many = null, chosen = [], search = false, done, host = null }) {
  if (open?.anchor === anchor) {
    open.close(true);
    return;
  }
  closePicker();
  const id = fresh("picker");
  let picked = [...chosen];
  let shown = options;
  let active = Math.max(0, options.findIndex((option) => chosen.includes(option.value)));
  const list = el("div", { class: "picker-list", role: "listbox", id, "aria-label": label, tabindex: search ? null : "0", "aria-multiselectable": many ? "true" : null });
  const field = !search ? null : el("input", { class: "picker-search", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": id, "aria-label": `Search: ${label}`, placeholder: "Search", autocomplete: "off", spellcheck: "false" });
  const foot = !many ? null : el("button", { class: "button primary picker-done", type: "button", on: { click: () => settle() } }, "Done");
  const box = el("div", { class: "picker" }, field, list, foot);
  const keys = field || list;

  const draw = () => {
    const rows = shown.map((option, index) => row(option, index, id, index === active, picked.includes(option.value), Boolean(many), () => take(option)));
    fill(list, rows.length > 0 ? rows : el("div", { class: "picker-none" }, "Nothing found."));
    if (shown[active]) keys.setAttribute("aria-activedescendant", `${id}-${active}`);
    else keys.removeAttribute("aria-activedescendant");
    list.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  };
  const narrow = () => {
    const words = field.value.trim().toLocaleLowerCase();
    shown = options.filter((option) => `${option.label} ${option.description ?? ""} ${option.aside ?? ""}`.toLocaleLowerCase().includes(words));
    active = 0;
    draw();
  };
  const take = (option) => {
    if (option.disabled) return;
    if (!many) {
      picked = [option.value];
      settle();
      return;
    }
    if (picked.includes(option.value)) picked = picked.filter((value) => value !== option.value);
    else if (many.max === 1) picked = [option.value];
    else if (picked.length < many.max) picked.push(option.value);
    draw();
  };
  const settle = () => {
    if (many && picked.length < many.min) return;
    close(true);
    done(picked);
  };
  const close = (back) => {
    if (open?.anchor !== anchor) return;
    open = null;
    box.remove();
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", away);
    anchor.setAttribute("aria-expanded", "false");
    if (back && anchor.isConnected) anchor.focus({ preventScroll: true });
  };
  const changed = () => many && (picked.length !== chosen.length || picked.some((value) => !chosen.includes(value)));
  const outside = (event) => {
    if (box.contains(event.target) || anchor.contains(event.target)) return;
    // As in Discord's client, several picks are sent by clicking elsewhere.
    if (changed() && picked.length >= many.min) settle();
    else close(false);
  };
  const away = () => close(false);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) active = Math.min(Math.max(active + step, 0), shown.length - 1);
    else if (event.key === "Home" && !field) active = 0;
    else if (event.key === "End" && !field) active = shown.length - 1;
    else if (event.key === "Enter" && event.target === foot) return;
    else if ((event.key === "Enter" || (event.key === " " && !field)) && shown[active]) take(shown[active]);
    else if (event.key === "Escape") close(true);
    else if (event.key === "Tab" && !foot) close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (open?.anchor === anchor) draw();
  });
  field?.addEventListener("input", narrow);

  (host ?? anchor.closest("dialog") ?? document.getElementById("layer")).append(box);
  open = { anchor, close };
  anchor.setAttribute("aria-expanded", "true");
  draw();
  place(box, anchor);
  keys.focus({ preventScroll: true });
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", away);
}

function row(option, index, id, active, chosen, many, take) {
  const text = el("span", { class: "picker-text" }, el("span", { class: "picker-label" }, option.label), option.description && el("span", { class: "picker-about" }, option.description));
  if (option.colour) text.firstChild.style.color = option.colour;
  return el(
    "div",
    {
      class: `picker-row${active ? " active" : ""}`,
      role: "option",
      id: `${id}-${index}`,
      "aria-selected": String(chosen),
      "aria-disabled": option.disabled ? "true" : null,
      data: { value: option.value },
      on: { click: take },
    },
    option.mark,
    text,
    option.aside && el("span", { class: "picker-aside" }, option.aside),
    many && el("span", { class: chosen ? "tick on" : "tick" }, chosen && icon("check")),
    !many && chosen && icon("check"),
  );
}

/** Below the anchor if there is room, else above; never beyond the window. */
function place(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const width = Math.min(Math.max(at.width, 240), innerWidth - 16);
  box.style.width = `${width}px`;
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  const below = innerHeight - at.bottom - 12;
  const above = at.top - 12;
  const down = below >= Math.min(box.offsetHeight, 320) || below >= above;
  box.style.maxHeight = `${Math.max(160, Math.min(420, down ? below : above))}px`;
  if (down) box.style.top = `${at.bottom + 4}px`;
  else box.style.bottom = `${innerHeight - at.top + 4}px`;
}
