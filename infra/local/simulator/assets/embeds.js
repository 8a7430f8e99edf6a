// Embeds: colour bar, title, description, fields in columns, footer.

import { el } from "./dom.js";
import { blocks, inline, link } from "./markdown.js";
import { messageTime } from "./time.js";

/** `files` are the message's attachments: `attachment://NAME` is one of them. */
export function embed(data, names, files = []) {
  const node = el("article", { class: "embed", "aria-label": data.title ? `Embed: ${data.title}` : "Embed" });
  if (data.color !== undefined && data.color !== null) node.style.borderInlineStartColor = hex(data.color);
  const body = el("div", { class: "embed-body" });
  if (data.author?.name) body.append(el("div", { class: "embed-author" }, linked(data.author.url, data.author.name)));
  if (data.title) body.append(el("div", { class: "embed-title" }, linked(data.url, inline(data.title, names))));
  if (data.description) body.append(el("div", { class: "embed-text" }, blocks(data.description, names)));
  if (data.fields?.length > 0) body.append(fields(data.fields, names));
  if (data.image?.url) body.append(media(data.image, files));
  node.append(body);
  if (data.thumbnail?.url) node.append(media(data.thumbnail, files));
  const foot = [data.footer?.text, data.timestamp ? messageTime(Date.parse(data.timestamp)) : null].filter(Boolean);
  if (foot.length > 0) node.append(el("footer", { class: "embed-footer" }, foot.join(" • ")));
  return node;
}

export const hex = (colour) => `#${Number(colour).toString(16).padStart(6, "0")}`;

const linked = (url, text) => (url ? link(url, text) : text);

/** Up to three inline fields share a row, as in Discord's client. */
function fields(list, names) {
  const grid = el("div", { class: "embed-fields" });
  for (let at = 0; at < list.length; ) {
    let run = 0;
    while (run < 3 && list[at + run]?.inline) run += 1;
    const row = list.slice(at, at + Math.max(run, 1));
    for (const field of row) {
      const cell = el(
        "div",
        { class: "embed-field" },
        el("div", { class: "embed-field-name" }, inline(field.name, names)),
        el("div", { class: "embed-field-value" }, blocks(field.value, names)),
      );
      cell.style.gridColumn = `span ${12 / row.length}`;
      grid.append(cell);
    }
    at += row.length;
  }
  return grid;
}

/** The attachment that an address stands for, if it does. */
export const attached = (url, files) => files.find((file) => url === `attachment://${file.filename}` || url === file.url);

/** Other hosts' pictures are not fetched: the page asks nobody else for anything. Its description or address stands for one. */
export function media(item, files = []) {
  const url = item.url ?? item.media?.url ?? "";
  const file = attached(url, files);
  if (file?.content_type?.startsWith("image/")) return picture(file, item.description);
  const own = url.startsWith("data:image/") || url.startsWith("/playground/");
  if (own) return el("img", { class: "media", src: url, alt: item.description ?? "" });
  const name = item.description ?? url.split("/").pop();
  return el("span", { class: "media missing", role: "img", "aria-label": `Picture: ${name}`, title: url }, name);
}

/** A picture that was uploaded: this server keeps it. */
export const picture = (file, about) => el("img", { class: "media", src: new URL(file.url).pathname, alt: about ?? file.description ?? file.filename });
