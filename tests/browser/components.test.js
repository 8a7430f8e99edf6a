// Every kind of component, failures, modals, context menus and live changes, on the simulator's example guild.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { openBrowser } from "./player.js";
import { startExample } from "./stack.js";
import { steps } from "./steps.js";

let stack;
let browser;
let page;
let player;

before(async () => {
  stack = await startExample(process.env.EXAMPLE ?? "target/debug/examples/playground");
  browser = await openBrowser(stack.page);
  ({ page, player } = browser);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

const BOT = { authorization: "Bot example-token", "user-agent": "DiscordBot (https://example.org, 1)" };
const test = steps((name) => player?.shot(name));
const board = () => player.message("Round 4 of the");
const answer = (text) => player.onlyMine(text);

/** The one who is played, where they are, for a call that the page does not make. */
const place = () => page.evaluate(() => Object.fromEntries(new URLSearchParams(location.hash.slice(1))));

async function say(content) {
  const { user, guild, channel } = await place();
  const body = JSON.stringify({ act: "say", content, user, guild, channel });
  const sent = await fetch(new URL("/simulator/act", stack.page), { method: "POST", headers: { "content-type": "application/json" }, body });
  assert.equal(sent.status, 200);
}

test("text is shown as Discord's Markdown", async () => {
  const text = player.message("Text with");
  for (const [tag, words] of [["strong", "bold"], ["em", "italic"], ["u", "underline"], ["s", "strike"], ["code.code", "code"], ["h3", "Heading"], ["blockquote", "A quote"], ["ul ul li", "deeper"], ["ol li", "second"], ["pre", "let lap = 1;"], [".subtext", "small print"]]) {
    await text.locator(tag).filter({ hasText: words }).first().waitFor();
  }
  await text.getByText("*escapes*").waitFor();
  assert.equal(await text.getByRole("link", { name: "a link" }).getAttribute("rel"), "noopener noreferrer");
  await text.getByRole("button", { name: "#driver-briefing" }).click();
  await page.getByRole("main").getByRole("heading", { name: "driver-briefing", exact: true }).waitFor();
  await player.goTo("paddock");
});

test("what others write comes in by itself, and never as markup", async () => {
  await say('<img src="https://example.org/x.png" onerror="alert(1)"> <script>alert(2)</script> [x](javascript:alert(3))');
  await player.see('<img src="https://example.org/x.png" onerror="alert(1)">');
  assert.equal(await player.feed.locator("script, img:not([src^='/playground/'], [src^='/attachments/']), a[href^='javascript']").count(), 0);
});

test("buttons have their styles, and some cannot be pressed", async () => {
  for (const [name, style] of [["Sign up", "success"], ["Details", "primary"], ["Not coming", "secondary"], ["Fails", "danger"]]) {
    const classes = await board().getByRole("button", { name }).getAttribute("class");
    assert.match(classes, new RegExp(`\\b${style}\\b`), name);
  }
  assert.equal(await board().getByRole("link", { name: "Rules" }).getAttribute("href"), "https://example.org/rules");
  assert.equal(await page.getByRole("button", { name: "Closed" }).isDisabled(), true);
  await board().getByRole("button", { name: "Sign up" }).click();
  await answer("Interaction of type 3 on join").waitFor();
});

test("Components V2 stand in their container, and a button changes its message", async () => {
  const v2 = player.message("Components V2");
  await v2.locator(".container .section").filter({ hasText: "Car 71" }).waitFor();
  await v2.getByRole("separator").waitFor();
  await v2.getByRole("img", { name: "Picture: Map" }).waitFor();
  await player.shot("v2");
  await v2.getByRole("button", { name: "Edit" }).click();
  await player.message("Edited by the button.").getByText("(edited)").waitFor();
});

test("a select of several people is filled by search and keyboard", async () => {
  const select = board().getByRole("combobox", { name: /Select of type 5/ });
  await select.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.type("kacper");
  await page.getByRole("option", { name: /Kacper/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("combobox", { name: /^Search/ }).fill("chlo");
  await page.getByRole("option", { name: /Chloé/ }).click();
  await page.getByRole("button", { name: "Done" }).click();
  const said = await answer("on user").textContent();
  assert.equal(said.match(/\d{15,}/g).length, 2, said);
});

test("options are checked before a command is sent", async () => {
  await player.command("event assign");
  await player.suggest("kacper", "Kacper Wójcik");
  await page.keyboard.type("1000");
  await page.keyboard.press("Enter");
  await page.getByText("At most 999.").waitFor();
  await page.keyboard.press("Backspace");
  await page.getByRole("form", { name: "/event assign" }).getByRole("button", { name: "class" }).click();
  await player.suggest("lmp", "LMP2");
  await player.shot("options");
  await page.keyboard.press("Enter");
  await answer("Interaction of type 2 on event").waitFor();
});

test("a command is left with Escape", async () => {
  await player.command("event assign");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await player.box.waitFor();
  assert.equal(await page.getByRole("form", { name: "/event assign" }).count(), 0);
});

test("a modal keeps to its lengths and required fields", async () => {
  await board().getByRole("button", { name: "Details" }).click();
  const form = page.getByRole("dialog", { name: "New event" });
  await form.getByLabel("Start").fill("2026");
  await form.getByRole("button", { name: "Submit" }).click();
  await form.getByText("Must be at least 10 characters.").waitFor();
  await form.getByText("This field is required.").waitFor();
  await form.getByLabel("Start").fill("2026-12-05 14:00");
  await form.getByRole("combobox", { name: /^Class/ }).click();
  await page.getByRole("option", { name: "GT3" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await player.shot("modal");
  await form.getByRole("button", { name: "Submit" }).click();
  await form.waitFor({ state: "detached" });
  await answer("Interaction of type 5 on form").waitFor();
});

test("an application that does not answer is shown as in Discord", async () => {
  await board().getByRole("button", { name: "Fails" }).click();
  await board().getByText("This interaction failed").waitFor();
  await player.command("slow");
  await page.keyboard.press("Enter");
  await page.getByText("Sending command…").waitFor();
  const failed = answer("The application did not respond");
  await failed.waitFor();
  await player.shot("failures");
  await failed.getByRole("button", { name: "Dismiss message" }).click();
  await failed.waitFor({ state: "detached" });
});

test("a deferred answer shows that the application thinks", async () => {
  await player.command("think");
  await page.keyboard.press("Enter");
  await player.see("Gantry is thinking…");
});

test("a deferred answer that nobody finished ends with its token, after a quarter of an hour", async () => {
  const clock = page.getByRole("group", { name: "The stack's clock" });
  const jump = async (words) => {
    await clock.getByRole("button", { name: "Move the clock on to what comes next" }).click();
    await page.getByRole("option", { name: words }).click();
  };
  const thinking = player.feed.getByText("Gantry is thinking…");
  const lost = player.feed.getByText("The application did not respond");
  await jump("One minute on");
  await page.getByText("It is ").first().waitFor();
  assert.deepEqual([await thinking.count(), await lost.count()], [1, 0], "it may still come");
  await jump("A quarter of an hour on");
  await lost.waitFor();
  assert.equal(await thinking.count(), 0);
});

test("what the client would not have sent is told apart from an application that does not answer", async () => {
  await page.route("**/simulator/act", (route) => route.fulfill({ json: { outcome: { kind: "refused", reason: "for a test" } } }));
  await player.command("think");
  await page.keyboard.press("Enter");
  const note = player.onlyMine("Discord's client does not allow this");
  await note.filter({ hasText: "for a test" }).waitFor();
  await page.unroute("**/simulator/act");
  await note.getByRole("button", { name: "Dismiss message" }).click();
});

test("scheduled events are listed above the channels, while they are to come or go on", async () => {
  const { guild } = await place();
  const told = await (await fetch(new URL("/playground/clock", stack.page))).json();
  const at = (hours) => new Date(Date.parse(told.now) + hours * 3_600_000).toISOString();
  const make = async (name, from, to) => {
    const body = JSON.stringify({ name, description: "Six hours in **the Eifel**.", privacy_level: 2, entity_type: 3, scheduled_start_time: at(from), scheduled_end_time: at(to), entity_metadata: { location: "Nürburgring" } });
    const made = await fetch(new URL(`/api/v10/guilds/${guild}/scheduled-events`, stack.page), { method: "POST", headers: { ...BOT, "content-type": "application/json" }, body });
    assert.equal(made.status, 200, await made.text());
  };
  await make("Six hours", 24, 30);
  await make("Practice", 1, 3);
  const button = player.channels.getByRole("button", { name: "2 events" });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Events" });
  const cards = dialog.getByRole("listitem");
  assert.deepEqual(await cards.getByRole("heading").allTextContents(), ["Practice", "Six hours"], "the next one first");
  for (const words of ["Scheduled", "Nürburgring", "the Eifel"]) await cards.last().getByText(words).waitFor();
  await player.shot("events");
  // The clock moves on while the list is open.
  const move = (hours) => page.evaluate((now) => fetch("/playground/clock", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ now }) }), at(hours));
  await move(2);
  await cards.first().getByText("Happening now").waitFor();
  await move(4);
  await cards.filter({ hasText: "Practice" }).waitFor({ state: "detached" });
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await dialog.evaluate((node) => node.getBoundingClientRect().right <= innerWidth && node.scrollWidth <= node.clientWidth);
  assert.ok(wide, "it fits a phone");
  await player.shot("phone-events");
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "1 event");
});

test("an uploaded picture is seen in its embed, and not a second time as a file", async () => {
  const { channel } = await place();
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  const body = new FormData();
  body.set("payload_json", JSON.stringify({ embeds: [{ title: "Timetable", image: { url: "attachment://plan.png" } }], attachments: [{ id: 0, filename: "plan.png", description: "Who drives when" }, { id: 1, filename: "laps.csv" }] }));
  body.set("files[0]", new Blob([png], { type: "image/png" }), "plan.png");
  body.set("files[1]", new Blob(["lap,time"], { type: "text/csv" }), "laps.csv");
  const sent = await fetch(new URL(`/api/v10/channels/${channel}/messages`, stack.page), { method: "POST", headers: BOT, body });
  assert.equal(sent.status, 200, await sent.text());
  const message = player.message("Timetable");
  const picture = message.getByRole("article", { name: "Embed: Timetable" }).getByRole("img", { name: "Who drives when" });
  await picture.waitFor();
  await page.waitForFunction(() => document.querySelector('img[alt="Who drives when"]').naturalWidth === 1);
  assert.deepEqual(await message.locator(".attachment strong").allTextContents(), ["laps.csv"]);
  assert.equal(await message.getByRole("img").count(), 1);
});

test("buttons say whether what they open is open", async () => {
  const says = (name, open) => page.locator(`button[aria-label="${name}"][aria-expanded="${open}"]`).waitFor();
  await page.setViewportSize({ width: 1000, height: 800 });
  const members = page.getByRole("button", { name: "Members", exact: true });
  await says("Members", false);
  await members.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /^Owner/ }).waitFor();
  await says("Members", true);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: /^Owner/ }).waitFor({ state: "hidden" });
  await says("Members", false);
  await page.setViewportSize({ width: 390, height: 844 });
  await members.click();
  await says("Members", true);
  await page.locator("#veil").click({ position: { x: 5, y: 400 } });
  await says("Members", false);
  await page.getByRole("button", { name: "Servers and channels" }).click();
  await says("Servers and channels", true);
  await page.keyboard.press("Escape");
  await says("Servers and channels", false);
  await page.setViewportSize({ width: 1440, height: 900 });
  await says("Members", true);
});

test("where nothing can be hovered over, a message's commands are in sight", async () => {
  const phone = await openBrowser(stack.page, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const apps = phone.player.message("I could do a").getByRole("button", { name: "Apps" });
  await apps.waitFor();
  assert.equal(await apps.evaluate((node) => getComputedStyle(node).opacity), "1");
  await apps.tap();
  await phone.page.getByRole("option", { name: /Report incident/ }).waitFor();
  await phone.player.shot("phone-apps");
  const [wide, seen] = await phone.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.deepEqual([wide, seen], [390, 390], "nothing stands out of the page");
  await phone.close();
  const hidden = player.message("I could do a").getByRole("button", { name: "Apps" });
  assert.equal(await hidden.evaluate((node) => getComputedStyle(node).opacity), "0", "with a mouse it waits to be hovered over");
});

test("messages and members have the application's own commands", async () => {
  const message = player.message("I could do a");
  await message.hover();
  await message.getByRole("button", { name: "Apps" }).click();
  await page.getByRole("option", { name: /Report incident/ }).click();
  await answer("on Report incident").waitFor();
  await page.getByRole("complementary", { name: "Members" }).getByRole("button", { name: /Kacper/ }).click();
  await page.getByRole("option", { name: /Driver card/ }).click();
  await answer("on Driver card").waitFor();
});

test("each person sees their own channels, and joins rooms", async () => {
  await player.channels.getByRole("button", { name: /stewards-room.*private/ }).waitFor();
  await player.playAs("Kacper Wójcik");
  await player.channels.getByRole("button", { name: /stewards-room/ }).waitFor({ state: "detached" });
  assert.equal(await player.feed.getByText("Only you can see this").count(), 0);
  await player.channels.getByRole("button", { name: /Race control/ }).click();
  await player.channels.getByRole("listitem").filter({ hasText: "Kacper Wójcik" }).last().waitFor();
  await player.channels.getByRole("button", { name: /Race control/ }).click();
  await player.channels.getByText("Kacper Wójcik").waitFor({ state: "detached" });
});

test("threads stand under their channel, long ones are read bit by bit", async () => {
  await player.channels.getByRole("button", { name: /Set-ups for Monza, thread/ }).click();
  await player.box.waitFor();
  for (let lap = 1; lap <= 65; lap += 1) await say(`lap ${lap}.`);
  await player.see("lap 65.");
  await page.reload();
  await player.see("lap 65.");
  assert.equal(await player.feed.getByText("lap 1.", { exact: true }).count(), 0);
  await page.getByRole("button", { name: "Load earlier messages" }).click();
  await player.feed.getByText("lap 1.", { exact: true }).waitFor();
  assert.deepEqual(browser.faults, []);
});
