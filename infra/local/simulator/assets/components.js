// Components of messages: legacy rows and Components V2, and what their use leads to.

import { act } from "./api.js";
import { avatar, el, icon } from "./dom.js";
import { hex, media } from "./embeds.js";
import { blocks } from "./markdown.js";
import { openModal } from "./modal.js";
import { openPicker } from "./picker.js";
import * as store from "./store.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

/** Draws a list of components; `place`: the message they stand on, and `names` for mentions. */
export const components = (list, place) => (list ?? []).map((one) => component(one, place));

function component(data, place) {
  switch (data.type) {
    case 1:
      return el("div", { class: "row" }, components(data.components, place));
    case 2:
      return button(data, place);
    case 3: case 5: case 6: case 7: case 8:
      return select(data, place);
    case 9:
      return el("div", { class: "section" }, el("div", { class: "section-text" }, components(data.components, place)), data.accessory && component(data.accessory, place));
    case 10:
      return el("div", { class: "text-display" }, blocks(data.content ?? "", place.names));
    case 11:
      return el("div", { class: "thumbnail" }, media({ url: data.media?.url, description: data.description }));
    case 12:
      return el("div", { class: "gallery" }, (data.items ?? []).map((item) => media({ url: item.media?.url, description: item.description })));
    case 13:
      return el("div", { class: "file" }, icon("out"), data.name ?? data.file?.url ?? "file");
    case 14:
      return el("div", { class: `separator${data.spacing === 2 ? " large" : ""}${data.divider === false ? " blank" : ""}`, role: data.divider === false ? null : "separator" });
    case 17:
      return container(data, place);
    default:
      return el("div", { class: "unknown" }, `Unknown component type ${data.type}`);
  }
}

function container(data, place) {
  const node = el("div", { class: "container" }, components(data.components, place));
  if (data.accent_color !== undefined && data.accent_color !== null) node.style.borderInlineStartColor = hex(data.accent_color);
  return node;
}

function emoji(data) {
  if (!data) return null;
  return el("span", { class: "emoji", "aria-hidden": "true" }, data.id ? `:${data.name}:` : data.name);
}

function button(data, place) {
  const style = STYLES[data.style] ?? "secondary";
  const waiting = Boolean(data.custom_id) && store.state.pending.get(place.id) === data.custom_id;
  const inner = waiting ? el("span", { class: "dots", "aria-label": "Working" }, el("i"), el("i"), el("i")) : [emoji(data.emoji), data.label && el("span", {}, data.label)];
  if (data.style === 5 && !data.disabled && /^https?:/i.test(data.url ?? "")) {
    return el("a", { class: "button link", href: data.url, target: "_blank", rel: "noopener noreferrer" }, inner, icon("out"));
  }
  const custom = data.custom_id;
  return el(
    "button",
    {
      class: `button ${style}${waiting ? " busy" : ""}`,
      type: "button",
      disabled: data.disabled,
      "aria-label": data.label ? null : data.emoji?.name ?? style,
      data: { key: `${place.id}:${custom}`, custom },
      on: { click: () => use(place, custom, { act: "click", message: place.id, custom_id: custom }) },
    },
    inner,
    data.style === 5 && icon("out"),
  );
}

/** The options of a select of any kind, for the picker. */
export function optionsOf(data) {
  const people = () =>
    [...store.members()].sort((a, b) => a.bot - b.bot).map((one) => ({ value: one.id, label: one.name, description: one.username, mark: avatar(one, one.name), colour: store.colourOf(one.id) }));
  const roles = () => store.roles().filter((role) => role.name !== "@everyone").map((role) => ({ value: role.id, label: role.name, mark: dot(role), aside: "Role" }));
  switch (data.type) {
    case 5:
      return people();
    case 6:
      return roles();
    case 7:
      return [...people(), ...roles()];
    case 8: {
      const kinds = data.channel_types ?? [];
      const fits = (one) => one.visible && (kinds.length === 0 || kinds.includes(one.type));
      return store.channels().filter(fits).map((one) => ({ value: one.id, label: one.name, mark: icon(one.type === 2 ? "voice" : one.type === 4 ? "down" : "hash") }));
    }
    default:
      return (data.options ?? []).map((option) => ({ value: option.value, label: option.label, description: option.description, mark: emoji(option.emoji) }));
  }
}

function dot(role) {
  const node = el("span", { class: "role-dot" });
  if (role.color) node.style.background = hex(role.color);
  return node;
}

/** The values that a select comes with. */
export function defaultsOf(data) {
  if (data.default_values) return data.default_values.map((value) => String(value.id));
  return (data.options ?? []).filter((option) => option.default).map((option) => option.value);
}

const KINDS = { 3: "Make a selection", 5: "Select a user", 6: "Select a role", 7: "Select a user or a role", 8: "Select a channel" };

/** The button that a select looks like; `use(values)` gets what was picked. */
export function selectButton(data, { chosen, key, disabled, waiting, run, label }) {
  const options = optionsOf(data);
  const names = chosen.map((value) => options.find((option) => option.value === value)?.label ?? value);
  const placeholder = data.placeholder ?? KINDS[data.type];
  const most = data.max_values ?? (data.type === 22 ? options.length : 1);
  const several = most > 1 || data.min_values === 0;
  const anchor = el(
    "button",
    {
      class: `select${waiting ? " busy" : ""}`,
      type: "button",
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-label": [label ?? placeholder, names.join(", ")].filter(Boolean).join(": "),
      disabled,
      data: { key, custom: data.custom_id ?? "" },
    },
    el("span", { class: names.length > 0 ? "select-value" : "select-value empty" }, names.length > 0 ? names.join(", ") : placeholder),
    waiting ? el("span", { class: "dots" }, el("i"), el("i"), el("i")) : icon("down"),
  );
  const begin = () =>
    openPicker({
      anchor,
      label: label ?? placeholder,
      options,
      chosen,
      search: data.type !== 3 || options.length > 8,
      many: several ? { min: data.min_values ?? 1, max: most } : null,
      done: run,
    });
  anchor.addEventListener("click", begin);
  anchor.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    begin();
  });
  return anchor;
}

function select(data, place) {
  return selectButton(data, {
    chosen: defaultsOf(data),
    key: `${place.id}:${data.custom_id}`,
    disabled: data.disabled,
    waiting: store.state.pending.get(place.id) === data.custom_id,
    run: (values) => use(place, data.custom_id, { act: "select", message: place.id, custom_id: data.custom_id, values }),
  });
}

/** Uses a component: shows that it works, then what came of it. */
async function use(place, custom, what) {
  const { pending, failures } = store.state;
  if (pending.has(place.id)) return;
  const who = store.actor();
  let answered = false;
  pending.set(place.id, custom);
  failures.delete(place.id);
  store.show();
  try {
    const outcome = (await act(who, what)).outcome;
    if (outcome.kind === "failed") failures.set(place.id, { text: "This interaction failed", why: outcome.reason });
    if (outcome.kind === "refused") failures.set(place.id, { text: "Discord's client does not allow this", why: outcome.reason });
    if (outcome.kind === "modal") openModal(outcome, who);
    answered = isNew(outcome);
  } catch (error) {
    failures.set(place.id, { text: "This interaction failed", why: error.message });
  } finally {
    pending.delete(place.id);
    store.show();
  }
  store.state.toEnd = answered;
  await store.refresh();
}

/** An answer stands below everything else, where one who has scrolled up would miss it. */
const isNew = (outcome) => outcome.kind === "message" || outcome.kind === "deferred";
