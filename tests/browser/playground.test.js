// The main job on the page: an event is created and published, members sign up, seats run out, the waitlist moves,
// the clock is moved. Every step is asserted on what the page shows.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { openBrowser } from "./player.js";
import { startStack } from "./stack.js";
import { steps } from "./steps.js";

const EVENT = "Spa Sprint";
const CHANNEL = /spa-sprint/;
const FIRST = "Amara Okafor";
const SECOND = "Gareth O'Donnell";
const THIRD = "Freya Nielsen";

let stack;
let browser;
let page;
let player;

before(async () => {
  stack = await startStack(process.env.GANTRY ?? "target/debug/gantry");
  browser = await openBrowser(stack.page);
  ({ page, player } = browser);
});

after(async () => {
  await browser?.close();
  assert.equal(await stack?.stop(), 0, "the stack ends cleanly");
});

const test = steps((name) => player?.shot(name));

/** The board's field of a heading, as text. */
const field = (heading) => player.message(`Sign-up: ${EVENT}`).locator(".embed-field").filter({ hasText: heading });

async function signUp(name) {
  await player.playAs(name);
  await player.goTo(CHANNEL);
  await player.message(`Sign-up: ${EVENT}`).getByRole("combobox", { name: /Choose your class/ }).click();
  await page.getByRole("option", { name: /GT3/ }).click();
}

test("the page shows the club", async () => {
  await page.getByRole("heading", { level: 1, name: "Apex Endurance" }).waitFor();
  await page.getByRole("heading", { name: "Owner — 1" }).waitFor();
  await page.getByRole("heading", { name: "Admin — 2" }).waitFor();
  await page.getByRole("combobox", { name: "You play Marta Keller" }).waitFor();
  await player.goTo("paddock");
});

test("an event is created by slash command and modal", async () => {
  await player.command("event create");
  await page.keyboard.press("Enter");
  await page.getByText("This option is required. Specify a value.").first().waitFor();
  await player.suggest("sprint", "GT Sprint");
  await player.shot("command");
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog");
  await form.getByLabel("Name").fill(EVENT);
  await form.getByLabel("Start").fill("");
  await form.getByRole("button", { name: "Submit" }).click();
  await form.getByText("This field is required.").first().waitFor();
  const start = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel("Start").fill(`${start} 19:00`);
  await form.getByLabel("Duration").fill("40m");
  await form.getByLabel("Classes").fill("GT3: 2\nGT4: 4");
  await form.getByLabel("Description").fill("Two seats, three drivers.");
  await player.shot("modal");
  await form.getByRole("button", { name: "Submit" }).click();
  await form.waitFor({ state: "detached" });
  await player.onlyMine("Draft made").waitFor();
  await player.see(EVENT);
});

test("publishing makes its channel and the sign-up message", async () => {
  await player.command("event publish");
  await player.suggest("spa", EVENT);
  await page.keyboard.press("Enter");
  await player.channels.getByRole("button", { name: CHANNEL }).waitFor();
  await player.onlyMine(`${EVENT} is open in`).waitFor();
  await player.goTo(CHANNEL);
  await field("GT3 · 0/2").waitFor();
  await player.shot("published");
});

test("two members fill the seats, the third waits", async () => {
  await signUp(FIRST);
  await player.onlyMine("GT3").waitFor();
  await field("GT3 · 1/2").filter({ hasText: FIRST }).waitFor();
  await signUp(SECOND);
  await field("GT3 · 2/2").filter({ hasText: SECOND }).waitFor();
  await signUp(THIRD);
  await player.onlyMine("waitlist").waitFor();
  await field("Waitlist · GT3 (1)").filter({ hasText: THIRD }).waitFor();
  await player.shot("full");
});

test("an ephemeral answer is seen by its reader alone and can be dismissed", async () => {
  const mine = player.onlyMine("waitlist");
  await mine.getByRole("button", { name: "Dismiss message" }).click();
  await mine.waitFor({ state: "detached" });
  await player.playAs(SECOND);
  assert.equal(await player.onlyMine("waitlist").count(), 0);
});

test("when the first leaves, the one who waits moves up and is told by DM", async () => {
  await player.playAs(FIRST);
  await player.message(`Sign-up: ${EVENT}`).getByRole("button", { name: "Leave" }).click();
  await field("GT3 · 2/2").filter({ hasText: THIRD }).waitFor();
  assert.equal(await field("Waitlist").count(), 0);
  assert.equal(await field("GT3 · 2/2").filter({ hasText: FIRST }).count(), 0);
  await player.playAs(THIRD);
  const dms = page.getByRole("button", { name: /^Direct messages, 1 unread/ });
  await dms.waitFor();
  await player.shot("moved");
  await page.getByRole("button", { name: /^Direct messages/ }).click();
  await player.see(EVENT);
  await page.getByRole("button", { name: "Direct messages", exact: true }).waitFor();
  await player.shot("dm");
  await page.getByRole("button", { name: "Apex Endurance" }).click();
});

test("a stranger is refused, and sees why", async () => {
  await player.playAs("Passer By");
  await player.goTo(CHANNEL);
  await player.command("series create");
  await page.keyboard.type("Night Cup");
  await page.keyboard.press("Tab");
  await page.keyboard.type("GT3: 10");
  await page.keyboard.press("Enter");
  await player.onlyMine("This takes the rank of").waitFor();
  await player.shot("stranger");
});

test("moving the clock moves what the page says about time", async () => {
  const countdown = player.message(`Sign-up: ${EVENT}`).locator("time[data-relative]").first();
  const days = async () => Number(/in (\d+) days/.exec(await countdown.textContent())?.[1]);
  const began = await days();
  assert.ok(began >= 8, `in ${began} days`);
  const clock = page.getByRole("group", { name: "The stack's clock" });
  await clock.getByRole("button", { name: "Move the clock on by one day" }).click();
  await page.getByRole("status").getByText("It is ").waitFor();
  await page.waitForFunction((wanted) => [...document.querySelectorAll("time[data-relative]")].some((node) => node.textContent === `in ${wanted} days`), began - 1);
  const face = await clock.getByRole("button", { name: "Set the clock" }).textContent();
  const told = await (await fetch(`${stack.gateway}/local/clock`)).json();
  const ahead = Date.parse(told.now) - Date.now();
  assert.ok(ahead > 23 * 3_600_000, `the gateway's clock is ${ahead} ms ahead`);
  await clock.getByRole("button", { name: "Move the clock on by one hour" }).click();
  await page.waitForFunction((old) => document.querySelector("#clock .face").textContent !== old, face);
});

test("the wire view shows the signed request, its answer and the calls that followed", async () => {
  await page.getByRole("button", { name: "Wire" }).click();
  const wire = page.getByRole("complementary", { name: "What went over the wire" });
  const leave = wire.locator("details").filter({ hasText: FIRST }).filter({ hasText: "Button" }).first();
  await leave.locator("summary").click();
  await leave.getByText("X-Signature-Ed25519").waitFor();
  await leave.getByRole("cell", { name: "TransactWriteItems" }).first().waitFor();
  await leave.getByRole("cell", { name: "SendMessageBatch" }).first().waitFor();
  await leave.getByRole("cell", { name: /^PATCH \/channels/ }).first().waitFor();
  await player.shot("wire");
  await page.getByRole("button", { name: "Wire" }).click();
});

test("it works at phone width, in light and dark, without another host", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: "Servers and channels" }).click();
  await player.goTo("paddock");
  await page.getByRole("button", { name: "Members" }).click();
  await page.getByRole("heading", { name: "Owner — 1" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Owner — 1" }).waitFor({ state: "hidden" });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, "nothing stands out of the page");
  const background = () => page.evaluate(() => getComputedStyle(document.getElementById("main")).backgroundColor);
  const dark = await background();
  await page.emulateMedia({ colorScheme: "light" });
  assert.notEqual(await background(), dark);
  await page.getByRole("button", { name: /^Theme/ }).click();
  assert.equal(await background(), dark, "the switch goes before the system's wish");
  await player.shot("phone");
  assert.deepEqual(browser.faults, []);
});
