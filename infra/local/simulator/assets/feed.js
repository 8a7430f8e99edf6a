// The list of messages: only what changed is drawn anew, so that focus and open lists stay.

import { avatar, el, fill, icon, refocus } from "./dom.js";
import { FAILURES, follows, messageNode, onlyYou, overdue } from "./message.js";
import * as store from "./store.js";
import { dayOf } from "./time.js";

const feed = document.getElementById("feed");
const drawn = new Map();
let place = null;
/** Whether the reader is at the end; new messages then scroll in. */
let atEnd = true;

const toEnd = () => {
  feed.scrollTop = feed.scrollHeight;
  atEnd = true;
};
feed.addEventListener("scroll", () => {
  atEnd = feed.scrollHeight - feed.scrollTop - feed.clientHeight < 60;
});
// A picture has its height only once it is there.
feed.addEventListener("load", () => atEnd && toEnd(), true);
// The message box grows, a phone's keyboard opens: the end stays in sight.
new ResizeObserver(() => atEnd && toEnd()).observe(feed);

function rows(state) {
  const list = [];
  const messages = (state.feed?.messages ?? []).filter((message) => !state.hidden.has(message.id));
  if (state.feed && !state.feed.more) list.push({ key: "top", sign: state.channel, make: opening });
  if (state.feed?.more) list.push({ key: "more", sign: "more", make: moreRow });
  let before = null;
  let day = null;
  for (const message of messages) {
    const today = dayOf(Date.parse(message.timestamp));
    if (today !== day) {
      list.push({ key: `day-${today}`, sign: today, make: () => el("li", { class: "day", role: "separator", "aria-label": today }, el("span", {}, today)) });
      before = null;
    }
    day = today;
    const compact = follows(message, before);
    const local = [compact, overdue(message), state.user, state.pending.get(message.id), state.failures.get(message.id), state.commands.some((one) => one.type === 3)];
    const sign = JSON.stringify([message, local, namesSign]);
    list.push({ key: message.id, sign, make: () => messageNode(message, { compact, all: messages }) });
    before = message;
  }
  for (const note of state.notes.filter((one) => one.user === state.user && one.channel === state.channel)) {
    list.push({ key: note.id, sign: note.kind, make: () => noteNode(note) });
  }
  return list;
}

/** Changes when a name, role or channel does, so that mentions are drawn anew. */
let namesSign = "";
let namesOf = null;
function signNames(view) {
  if (namesOf === view) return;
  namesOf = view;
  const guild = view?.guild;
  const text = JSON.stringify([guild?.roles, guild?.members, guild?.channels.map((one) => [one.id, one.name, one.visible])]);
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  namesSign = `${text.length}:${hash}`;
}

export function drawFeed(state) {
  signNames(state.view);
  const here = `${state.user}:${state.channel}`;
  const moved = place !== here;
  if (moved) drawn.clear();
  place = here;
  const low = atEnd;
  const key = feed.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const wanted = state.channel === null ? [{ key: "none", sign: "", make: nowhere }] : rows(state);
  const nodes = wanted.map(({ key: id, sign, make }) => {
    const old = drawn.get(id);
    if (old?.sign === sign) return old.node;
    const node = make();
    drawn.set(id, { sign, node });
    return node;
  });
  const keep = new Set(wanted.map((row) => row.key));
  for (const id of drawn.keys()) if (!keep.has(id)) drawn.delete(id);
  sync(nodes);
  if (key && !feed.contains(document.activeElement)) refocus(feed, key);
  if (moved || low || state.toEnd) toEnd();
  state.toEnd = false;
}

/** Brings the children into this order with as few moves as it takes. */
function sync(nodes) {
  const wanted = new Set(nodes);
  for (const child of [...feed.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (feed.children[index] !== node) feed.insertBefore(node, feed.children[index] ?? null);
  });
}

function nowhere() {
  return el("li", { class: "opening" }, el("h2", {}, "Nothing to see here"), el("p", {}, "This person sees no channel."));
}

function opening() {
  const one = store.here();
  if (store.state.home === "dms") {
    const name = one?.user?.username ?? "";
    return el("li", { class: "opening" }, avatar(one?.user, name), el("h2", {}, name), el("p", {}, `This is the beginning of your direct messages with ${name}.`));
  }
  const thread = [10, 11, 12].includes(one?.type);
  const text = thread ? `This is the start of the thread ${one.name}.` : `This is the start of the #${one?.name ?? ""} channel.`;
  return el("li", { class: "opening" }, el("span", { class: "opening-mark" }, icon(thread ? "thread" : "hash")), el("h2", {}, thread ? one.name : `Welcome to #${one?.name ?? ""}!`), el("p", {}, text));
}

function moreRow() {
  return el("li", { class: "more" }, el("button", { class: "button secondary", type: "button", on: { click: () => store.earlier() } }, "Load earlier messages"));
}

/** What only the client shows: a command under way, or one that failed. */
function noteNode(note) {
  const bot = store.state.view?.bot;
  const who = store.member(note.user)?.name ?? store.state.view?.user?.username ?? "";
  const node = el("li", { class: "message ephemeral", data: { id: note.id } });
  node.append(el("div", { class: "reference" }, el("strong", {}, who), " used ", el("span", { class: "mention" }, note.command)));
  node.append(avatar(bot, bot?.username));
  const body = el("div", { class: "message-body" });
  body.append(el("div", { class: "message-head" }, el("span", { class: "author" }, bot?.username ?? "App"), el("span", { class: "app-mark" }, "APP")));
  if (note.kind === "sending") {
    fill(body, body.firstChild, el("div", { class: "thinking" }, el("span", { class: "dots" }, el("i"), el("i"), el("i")), " Sending command…"));
  } else {
    body.append(el("div", { class: "failure", role: "alert" }, FAILURES[note.kind], el("span", { class: "why" }, note.why)), onlyYou(note.id));
  }
  node.append(body);
  return node;
}
