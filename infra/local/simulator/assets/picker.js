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
 * down; `done(values)` is called once, not when it is left with Escape. A second click on the anchor closes it.
 */
export function openPicker(wish) {
  if (open?.wish.anchor === wish.anchor) {
    open.close(true);
    return;
  }
  closePicker();
  open = new Picker({ many: null, chosen: [], search: false, ...wish });
  open.begin();
}

class Picker {
  constructor(wish) {
    const { label, options, many, chosen, search } = wish;
    this.wish = wish;
    this.id = fresh("picker");
    this.picked = [...chosen];
    this.shown = options;
    this.active = Math.max(0, options.findIndex((option) => chosen.includes(option.value)));
    this.list = el("div", { class: "picker-list", role: "listbox", id: this.id, "aria-label": label, tabindex: search ? null : "0", "aria-multiselectable": many ? "true" : null });
    this.field = search ? searchField(label, this.id) : null;
    this.done = many ? el("button", { class: "button primary picker-done", type: "button", on: { click: () => this.settle() } }, "Done") : null;
    this.box = el("div", { class: "picker" }, this.field, this.list, this.done);
    this.outside = (event) => this.clickedOutside(event);
    this.away = () => this.close(false);
  }

  begin() {
    const { anchor } = this.wish;
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.field?.addEventListener("input", () => this.narrow());
    document.addEventListener("pointerdown", this.outside, true);
    window.addEventListener("resize", this.away);
    // A modal dialog lies above the rest of the page, so its lists must stand in it.
    (anchor.closest("dialog") ?? document.getElementById("layer")).append(this.box);
    anchor.setAttribute("aria-expanded", "true");
    this.draw();
    place(this.box, anchor);
    this.focused().focus({ preventScroll: true });
  }

  focused() {
    return this.field ?? this.list;
  }

  draw() {
    const { many } = this.wish;
    const rows = this.shown.map((option, index) =>
      row(option, `${this.id}-${index}`, { active: index === this.active, chosen: this.picked.includes(option.value), many: Boolean(many), take: () => this.take(option) }),
    );
    fill(this.list, rows.length > 0 ? rows : el("div", { class: "picker-none" }, "Nothing found."));
    if (this.shown[this.active]) this.focused().setAttribute("aria-activedescendant", `${this.id}-${this.active}`);
    else this.focused().removeAttribute("aria-activedescendant");
    this.list.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  }

  narrow() {
    const words = this.field.value.trim().toLocaleLowerCase();
    const text = (option) => `${option.label} ${option.description ?? ""} ${option.aside ?? ""}`.toLocaleLowerCase();
    this.shown = this.wish.options.filter((option) => text(option).includes(words));
    this.active = 0;
    this.draw();
  }

  take(option) {
    const { many } = this.wish;
    if (option.disabled) return;
    if (!many) {
      this.picked = [option.value];
      this.settle();
      return;
    }
    if (this.picked.includes(option.value)) this.picked = this.picked.filter((value) => value !== option.value);
    else if (many.max === 1) this.picked = [option.value];
    else if (this.picked.length < many.max) this.picked.push(option.value);
    this.draw();
  }

  settle() {
    const { many, done } = this.wish;
    if (many && this.picked.length < many.min) return;
    this.close(true);
    done(this.picked);
  }

  close(back) {
    const { anchor } = this.wish;
    if (open === this) open = null;
    this.box.remove();
    document.removeEventListener("pointerdown", this.outside, true);
    window.removeEventListener("resize", this.away);
    anchor.setAttribute("aria-expanded", "false");
    if (back && anchor.isConnected) anchor.focus({ preventScroll: true });
  }

  clickedOutside(event) {
    const { anchor, many, chosen } = this.wish;
    if (this.box.contains(event.target) || anchor.contains(event.target)) return;
    const changed = this.picked.length !== chosen.length || this.picked.some((value) => !chosen.includes(value));
    // As in Discord's client, several picks are sent by clicking elsewhere.
    if (many && changed && this.picked.length >= many.min) this.settle();
    else this.close(false);
  }

  key(event) {
    const last = this.shown.length - 1;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) this.active = Math.min(Math.max(this.active + step, 0), Math.max(last, 0));
    else if (event.key === "Home" && !this.field) this.active = 0;
    else if (event.key === "End" && !this.field) this.active = Math.max(last, 0);
    else if (event.key === "Enter" && event.target === this.done) return;
    else if ((event.key === "Enter" || (event.key === " " && !this.field)) && this.shown[this.active]) this.take(this.shown[this.active]);
    else if (event.key === "Escape" || (event.key === "Tab" && !this.done)) this.close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (open === this) this.draw();
  }
}

function searchField(label, list) {
  return el("input", {
    class: "picker-search",
    type: "text",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": list,
    "aria-label": `Search: ${label}`,
    placeholder: "Search",
    autocomplete: "off",
    spellcheck: "false",
  });
}

function row(option, id, { active, chosen, many, take }) {
  const text = el("span", { class: "picker-text" }, el("span", { class: "picker-label" }, option.label), option.description && el("span", { class: "picker-about" }, option.description));
  if (option.colour) text.firstChild.style.color = option.colour;
  return el(
    "div",
    {
      class: `picker-row${active ? " active" : ""}`,
      role: "option",
      id,
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
