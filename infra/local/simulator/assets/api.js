// Calls to the simulator, which serves this page.

async function answer(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.error ?? body?.message ?? `The simulator answered with ${response.status}.`);
  return body;
}

/** Reads a route with query parameters; empty ones are left out. */
export async function get(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const search = new URLSearchParams(given).toString();
  return answer(await fetch(search ? `${path}?${search}` : path));
}

export async function post(path, body) {
  const headers = { "content-type": "application/json" };
  return answer(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** Uploads a file; the answer has its id, as an attachment option takes it. */
export async function upload(file) {
  const headers = { "content-type": file.type || "application/octet-stream" };
  const path = `/simulator/upload?${new URLSearchParams({ filename: file.name })}`;
  return answer(await fetch(path, { method: "POST", headers, body: file }));
}

/** Acts as a person in a channel. `who` has guild (or null), channel and user. */
export function act(who, what) {
  const actor = { channel: who.channel, user: who.user, locale: "en-GB" };
  if (who.guild) actor.guild = who.guild;
  return post("/simulator/act", { ...actor, ...what });
}
