// What the page knows: who plays, where they are, and what they see there.

import { get, post } from "./api.js";
import { setClock } from "./time.js";

export const state = {
  /** The user id that is played. */
  user: null,
  /** "guild" or "dms". */
  home: "guild",
  guild: null,
  channel: null,
  view: null,
  feed: null,
  commands: [],
  /** Whether the messages are to be shown down to the last one, whatever is being read. */
  toEnd: false,
  /** How many messages are asked for. */
  limit: 60,
  /** Client-side notes under the messages: sending, failed. */
  notes: [],
  /** Ephemeral messages that were dismissed. */
  hidden: new Set(JSON.parse(sessionStorage.getItem("hidden") ?? "[]")),
  /** Message id -> custom id of the component that waits for its answer. */
  pending: new Map(),
  /** Message id -> what to say under it. */
  failures: new Map(),
  /** `user:channel` -> last message seen there. */
  seen: new Map(),
  connected: true,
};

const listeners = [];
/** Calls `run` after every change. */
export const follow = (run) => listeners.push(run);
export const show = () => listeners.forEach((run) => run(state));

/** The actor for the simulator. */
export const actor = () => ({ guild: state.home === "guild" ? state.guild : null, channel: state.channel, user: state.user });
export const channels = () => state.view?.guild?.channels ?? [];
export const members = () => state.view?.guild?.members ?? [];
/** Discord's own scheduled events: those that are to come, and those that go on. */
export const events = () => (state.view?.guild?.events ?? []).filter((one) => one.status === 1 || one.status === 2);
export const roles = () => state.view?.guild?.roles ?? [];
export const member = (id) => members().find((one) => one.id === id);
export const channel = (id) => channels().find((one) => one.id === id);

/** The channel or DM that is open. */
export function here() {
  if (state.home === "dms") return state.view?.dms.find((dm) => dm.id === state.channel);
  return channel(state.channel);
}

/** The colour of a member's highest coloured role, as CSS. */
export function colourOf(id) {
  const mine = member(id)?.roles ?? [];
  const found = roles().find((role) => role.color && mine.includes(role.id));
  return found ? `#${found.color.toString(16).padStart(6, "0")}` : null;
}

/** What stands for a person's standing: the rank that the stack knows, else the owner, the highest role. */
export function rankOf(one) {
  if (one.rank) return one.rank[0].toUpperCase() + one.rank.slice(1);
  if (one.bot) return "App";
  if (one.id === state.view?.guild?.owner_id) return "Owner";
  return roles().find((role) => one.roles.includes(role.id))?.name ?? "Member";
}

export const isText = (one) => [0, 5, 10, 11, 12].includes(one.type);

let running = false;
let again = false;

/** Reads everything anew and shows it; calls that come meanwhile lead to one more round. */
export async function refresh() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  try {
    do {
      again = false;
      await load();
    } while (again);
  } finally {
    running = false;
  }
}

async function load() {
  const { user, guild } = state;
  const view = await get("/playground/view", { user: user ?? "0", guild });
  if (user !== state.user || guild !== state.guild) {
    again = true;
    return;
  }
  state.view = view;
  setClock(view.now, view.frozen);
  settle();
  baseline();
  const { channel } = state;
  const [feed, commands] = channel
    ? await Promise.all([
        get("/playground/messages", { user: state.user, channel, limit: state.limit }).catch(() => null),
        get("/playground/commands", { user: state.user, channel }).catch(() => []),
      ])
    : [null, []];
  if (channel !== state.channel || (user !== null && user !== state.user)) {
    again = true;
    return;
  }
  state.feed = feed;
  state.commands = commands;
  const last = feed?.messages.findLast((message) => !(message.flags & 64));
  if (last) state.seen.set(`${state.user}:${channel}`, last.id);
  show();
}

/** Finds a place for who has none: the first member, the first channel. An address may be of an earlier run, whose ids are gone. */
function settle() {
  const { view } = state;
  if (view.guild && state.guild !== view.guild.id) state.guild = view.guild.id;
  if (!member(state.user) && !view.user) {
    const people = members().filter((one) => !one.bot);
    state.user = (people.find((one) => one.id === view.guild?.owner_id) ?? people[0])?.id ?? null;
    again = true;
  }
  // What they see is only known once it is known who they are.
  if (!again && !here() && state.home === "dms") {
    const first = view.dms[0]?.id ?? null;
    Object.assign(state, first ? { channel: first } : { home: "guild", channel: null });
  }
  if (!here() && state.home === "guild") {
    const first = channels().find((one) => one.visible && isText(one));
    state.channel = first?.id ?? null;
  }
  remember();
}

function remember() {
  const place = new URLSearchParams({ user: state.user ?? "", home: state.home, channel: state.channel ?? "", guild: state.guild ?? "" });
  history.replaceState(null, "", `#${place}`);
}

/** Takes up the place that the address names. */
export function recall() {
  const place = new URLSearchParams(location.hash.slice(1));
  state.user = place.get("user") || null;
  state.guild = place.get("guild") || null;
  state.channel = place.get("channel") || null;
  state.home = place.get("home") === "dms" ? "dms" : "guild";
}

function move(change) {
  Object.assign(state, { limit: 60, ...change });
  // The old channel's messages must not stand under the new one's name.
  if ("channel" in change || "user" in change) state.feed = null;
  remember();
  show();
  return refresh();
}

export const go = (id) => move({ home: "guild", channel: id });
export const earlier = () => {
  state.limit += 100;
  return refresh();
};

export async function openGuild(id) {
  await move({ home: "guild", guild: id, channel: null });
}

/** Opens a DM; the one with the bot is made when it is not there. */
export async function openDm(id) {
  const channel = id ?? (await post("/playground/dm", { user: state.user })).channel;
  await move({ home: "dms", channel });
}

export async function openDms() {
  await openDm(state.view?.dms[0]?.id ?? null);
}

/** Plays another member, in the same channel if they see it. */
export async function playAs(id) {
  if (state.home !== "dms") return move({ user: id });
  Object.assign(state, { user: id, channel: null, feed: null });
  const dm = await post("/playground/dm", { user: id });
  return move({ home: "dms", user: id, channel: dm.channel });
}

const known = new Set();
/** What was there when a person was first played counts as read; their DMs do not. */
function baseline() {
  if (known.has(state.user)) return;
  known.add(state.user);
  for (const one of channels()) state.seen.set(`${state.user}:${one.id}`, one.last_message_id ?? "0");
}

/** Whether a channel has messages that this person has not looked at. */
export function unread(one) {
  if (!one.last_message_id) return false;
  return BigInt(state.seen.get(`${state.user}:${one.id}`) ?? "0") < BigInt(one.last_message_id);
}

let noteId = 0;
/** Puts a client-side note under the messages; returns how to take it away. */
export function note(fields) {
  const mine = { id: `note-${(noteId += 1)}`, user: state.user, channel: state.channel, ...fields };
  state.notes.push(mine);
  state.toEnd = true;
  show();
  return () => {
    state.notes = state.notes.filter((one) => one !== mine);
    show();
  };
}

export function dismiss(id) {
  state.hidden.add(id);
  sessionStorage.setItem("hidden", JSON.stringify([...state.hidden]));
  state.notes = state.notes.filter((one) => one.id !== id);
  show();
}
