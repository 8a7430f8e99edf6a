// One message, as Discord's client shows it.

import { act } from "./api.js";
import { components } from "./components.js";
import { startCommand } from "./composer.js";
import { avatar, el, icon } from "./dom.js";
import { attached, embed, picture } from "./embeds.js";
import { blocks } from "./markdown.js";
import { openModal } from "./modal.js";
import { openPicker } from "./picker.js";
import * as store from "./store.js";
import { messageTime, now, shortTime, withDay } from "./time.js";

const EPHEMERAL = 64;
const LOADING = 128;
const HIDDEN_EMBEDS = 4;
const TOKEN_MS = 15 * 60_000;
/** Messages of one author within this time share a head. */
const TOGETHER_MS = 7 * 60_000;

const NO_ANSWER = "The application did not respond";
/** What is said of a command of which nothing came. */
export const FAILURES = { failed: NO_ANSWER, refused: "Discord's client does not allow this" };

/** How mentions are read in this guild. */
export const names = {
  user: (id) => store.member(id)?.name ?? [store.state.view?.user, store.state.view?.bot].find((user) => user?.id === id)?.username,
  role: (id) => store.roles().find((role) => role.id === id),
  channel: (id) => {
    const one = store.channel(id);
    return one?.visible || one?.type === 4 ? `#${one.name}` : null;
  },
  go: (id) => store.go(id),
  command: (name) => startCommand(name),
};

/** Whether a message needs no head of its own under the one before. */
export function follows(message, before) {
  if (!before || before.author?.id !== message.author?.id || message.message_reference || message.interaction) return false;
  if (message.type !== 0 && message.type !== 20) return false;
  if ((before.flags & EPHEMERAL) !== (message.flags & EPHEMERAL)) return false;
  return Date.parse(message.timestamp) - Date.parse(before.timestamp) < TOGETHER_MS;
}

/** Whether it mentions the one who is played. */
function mentionsMe(message) {
  const mine = store.member(store.state.user)?.roles ?? [];
  return message.mention_everyone || message.mentions.some((user) => user.id === store.state.user) || message.mention_roles.some((role) => mine.includes(role));
}

const SYSTEM = {
  6: (name) => [icon("pin"), el("strong", {}, name), " pinned a message to this channel."],
  7: (name) => [icon("right"), el("strong", {}, name), " joined."],
  18: (name, message) => [icon("thread"), el("strong", {}, name), " started a thread: ", el("strong", {}, message.content)],
  21: (name) => [icon("thread"), el("strong", {}, name), " started this thread."],
};

export function messageNode(message, { compact, all }) {
  const at = Date.parse(message.timestamp);
  const ephemeral = (message.flags & EPHEMERAL) !== 0;
  const classes = ["message", compact && "compact", ephemeral && "ephemeral", mentionsMe(message) && "mentions-me"];
  const node = el("li", { class: classes.filter(Boolean).join(" "), data: { id: message.id, author: message.author?.id ?? "" } });
  const system = SYSTEM[message.type];
  if (system) {
    node.classList.add("system");
    node.append(el("div", { class: "system-line" }, system(message.name, message), " ", timeOf(at, message)));
    return node;
  }
  if (message.interaction || message.message_reference) node.append(reference(message, all));
  node.append(compact ? el("span", { class: "gutter-time", "aria-hidden": "true" }, shortTime(at)) : avatar(message.author, message.name));
  const body = el("div", { class: "message-body" }, !compact && head(message, at), content(message));
  if (ephemeral) body.append(onlyYou(message.id));
  node.append(body);
  const menu = apps(message, ephemeral);
  if (menu) node.append(menu);
  return node;
}

function timeOf(at, message) {
  return el("time", { class: "message-time", datetime: message.timestamp, title: withDay(at) }, messageTime(at));
}

function head(message, at) {
  const name = el("span", { class: "author" }, message.name ?? "Unknown");
  const colour = store.state.home === "guild" && store.colourOf(message.author?.id);
  if (colour) name.style.color = colour;
  return el("div", { class: "message-head" }, name, message.author?.bot && el("span", { class: "app-mark" }, "APP"), timeOf(at, message));
}

function reference(message, all) {
  if (message.interaction) {
    const who = el("strong", {}, message.invoker ?? message.interaction.user?.username ?? "Somebody");
    return el("div", { class: "reference" }, who, " used ", el("span", { class: "mention" }, `/${message.interaction.name}`));
  }
  const original = all.find((one) => one.id === message.message_reference.message_id);
  const text = original ? [el("strong", {}, original.name), " ", original.content.slice(0, 80) || "Click to see attachment"] : "A message that is not loaded";
  return el("div", { class: "reference" }, icon("reply"), text);
}

/** Whether its answer can no longer come: the interaction's token holds for 15 minutes (Discord docs, receiving and responding). */
export const overdue = (message) => (message.flags & LOADING) !== 0 && now() - Date.parse(message.timestamp) >= TOKEN_MS;

function content(message) {
  if (overdue(message)) return el("div", { class: "failure", role: "alert" }, NO_ANSWER);
  if (message.flags & LOADING) {
    return el("div", { class: "thinking" }, el("span", { class: "dots" }, el("i"), el("i"), el("i")), ` ${message.name} is thinking…`);
  }
  const edited = message.edited_timestamp && el("span", { class: "edited", title: withDay(Date.parse(message.edited_timestamp)) }, " (edited)");
  const text = message.content !== "" && el("div", { class: "content" }, blocks(message.content, names));
  if (text && edited) (text.lastElementChild?.matches(".para") ? text.lastElementChild : text).append(edited);
  const embeds = message.flags & HIDDEN_EMBEDS ? [] : message.embeds.map((one) => embed(one, names, message.attachments));
  const failure = store.state.failures.get(message.id);
  return [
    text,
    embeds,
    files(message),
    el("div", { class: "component-list" }, components(message.components, { id: message.id, names })),
    !text && edited,
    failure && el("div", { class: "failure", role: "alert", title: failure.why }, failure.text, el("span", { class: "why" }, failure.why)),
    message.thread && threadCard(message.thread),
  ];
}

/** The files of a message: pictures to be seen, others to be downloaded. What an embed shows stands there alone. */
function files({ attachments = [], embeds }) {
  const shown = embeds.flatMap((one) => [one.image?.url, one.thumbnail?.url].filter(Boolean));
  const rest = attachments.filter((file) => !shown.some((url) => attached(url, [file])));
  const size = (bytes) => (bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KB`);
  const card = (one) => {
    const path = new URL(one.url).pathname;
    return el("a", { class: "attachment", href: path, download: one.filename, data: { key: `file:${one.id}` } }, el("strong", {}, one.filename), " ", el("span", { class: "attachment-size" }, size(one.size)));
  };
  const show = (file) => (file.content_type?.startsWith("image/") ? picture(file) : card(file));
  return rest.length > 0 && el("div", { class: "attachments" }, rest.map(show));
}

function threadCard(thread) {
  return el(
    "button",
    { class: "thread-card", type: "button", data: { key: `thread:${thread.id}` }, on: { click: () => store.go(thread.id) } },
    el("strong", {}, thread.name),
    el("span", { class: "link" }, `${thread.message_count} message${thread.message_count === 1 ? "" : "s"} ›`),
  );
}

export function onlyYou(id) {
  return el(
    "div",
    { class: "only-you" },
    icon("eye"),
    " Only you can see this • ",
    el("button", { type: "button", class: "text-button", data: { key: `${id}:dismiss` }, on: { click: () => store.dismiss(id) } }, "Dismiss message"),
  );
}

/** The message commands that the applications offer, if there are any. */
function apps(message, ephemeral) {
  const offered = store.state.commands.filter((command) => command.type === 3);
  if (offered.length === 0 || ephemeral) return null;
  const anchor = el("button", { class: "message-menu", type: "button", "aria-label": "Apps", "aria-haspopup": "listbox", data: { key: `${message.id}:apps` } }, icon("dots"));
  const options = offered.map((command) => ({ value: command.name, label: command.name, aside: "Gantry" }));
  anchor.addEventListener("click", () => openPicker({ anchor, label: "Apps", options, done: ([name]) => runOn(3, name, message.id) }));
  return anchor;
}

/** Uses a user or message command and shows what came of it. */
export async function runOn(kind, command, target) {
  const who = store.actor();
  const failed = (why, kind = "failed") => store.note({ kind, command, why });
  try {
    const { outcome } = await act(who, { act: "context_menu", kind, command, target });
    if (outcome.kind in FAILURES) failed(outcome.reason, outcome.kind);
    if (outcome.kind === "modal") openModal(outcome, who);
  } catch (error) {
    failed(error.message);
  }
  await store.refresh();
}
