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

const wire = () => page.getByRole("complementary", { name: "What went over the wire" });
const entries = (who, what) => wire().locator("details.wire-entry").filter({ hasText: who }).filter({ hasText: what });
const entry = (who, what) => entries(who, what).first();
/** The row of the first job of an entry that asks for `work`. */
const job = (of, work) => of.getByRole("row").filter({ hasText: work }).first();

test("the wire view shows the signed request, its answer, the jobs and the calls of its trace", async () => {
  await page.getByRole("button", { name: "Wire" }).click();
  const leave = entry(FIRST, "Button Leave");
  await leave.locator("summary").first().click();
  await leave.getByText("X-Signature-Ed25519").waitFor();
  await leave.getByRole("cell", { name: "TransactWriteItems" }).first().waitFor();
  await leave.getByRole("cell", { name: "SendMessageBatch" }).first().waitFor();
  await leave.getByRole("cell", { name: /^PATCH \/channels/ }).first().waitFor();
  await leave.getByRole("cell", { name: /^POST \/users\/@me\/channels/ }).first().waitFor();
  assert.deepEqual((await job(leave, "refresh_board").getByRole("cell").allTextContents()).filter((_, at) => at !== 1 && at !== 5), ["board", "channel-worker", "1", "done"]);
  await job(leave, "tell_promoted").filter({ hasText: "notify-worker" }).filter({ hasText: "done" }).waitFor();
  await leave.getByRole("button", { name: "tell_promoted" }).click();
  await leave.getByText('"user":').first().waitFor();
  await player.shot("wire");
});

test("what comes late is with the click that caused it, not with the next one", async () => {
  await player.playAs(SECOND);
  await player.goTo(CHANNEL);
  await player.message(`Sign-up: ${EVENT}`).getByRole("button", { name: "Leave" }).click();
  await player.command("info");
  await page.keyboard.press("Enter");
  await field("GT3 · 1/2").waitFor();
  const leave = entry(SECOND, "Button Leave");
  await leave.locator("summary").first().click();
  await job(leave, "refresh_board").filter({ hasText: "done" }).waitFor();
  await leave.getByRole("cell", { name: /^PATCH \/channels/ }).first().waitFor();
  const info = entry(SECOND, "/info");
  await info.locator("summary").first().click();
  await info.getByText("X-Signature-Ed25519").waitFor();
  assert.equal(await info.getByRole("cell", { name: /^PATCH \/channels/ }).count(), 0, "the board is not of this click");
  assert.equal(await info.getByText("refresh_board").count(), 0);
});

test("a job whose worker dies is seen to fail, to come again, and to be done", async () => {
  const faults = await fetch(`${stack.gateway}/local/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ faults: [{ service: "discord", caller: "channel-worker", operation: "PATCH /channels", times: 1, fault: { kind: "kill_before" } }] }),
  });
  assert.equal(faults.status, 200, await faults.text());
  await signUp(SECOND);
  // The newest of the two comes first.
  await entries(SECOND, "Select Choose your class").nth(1).waitFor();
  const signed = entry(SECOND, "Select Choose your class");
  await signed.locator("summary").first().click();
  await job(signed, "refresh_board").filter({ hasText: "failed, comes again" }).waitFor();
  await job(signed, "refresh_board").getByText("ended before its time").waitFor();
  await player.shot("failed-job");
  await page.getByRole("button", { name: "Move the clock on by one hour" }).click();
  await job(signed, "refresh_board").filter({ hasText: "done" }).waitFor();
  assert.equal(await job(signed, "refresh_board").getByRole("cell").nth(3).textContent(), "2", "tries");
  await field("GT3 · 2/2").filter({ hasText: SECOND }).waitFor();
  await page.getByRole("button", { name: "Wire" }).click();
});

const KEYED = "Night Practice";
const KEYED_CHANNEL = /night-practice/;

/** Whom the page shows as played, by Tab to the switcher. */
async function switchByKeys(name) {
  await player.tabTo(page.getByRole("combobox", { name: /Play another member/ }), "the switcher");
  await page.keyboard.press("Enter");
  await page.keyboard.type(name);
  await page.getByRole("option", { name }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("combobox", { name: `You play ${name}` }).waitFor();
}

/** Goes to a channel by Tab and Enter. */
async function enterByKeys(channel) {
  await player.tabTo(player.channels.getByRole("button", { name: channel }), String(channel));
  await page.keyboard.press("Enter");
  await page.getByRole("main").getByRole("heading", { level: 2, name: channel }).first().waitFor();
}

async function commandByKeys(words) {
  await player.tabTo(player.box, "the message box");
  await page.keyboard.type(`/${words}`);
  await player.suggestions.filter({ hasText: `/${words}` }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("form", { name: `/${words}` }).waitFor();
}

test("all of it is done without a mouse: a form, a channel, a class, another member", async () => {
  await switchByKeys("Marta Keller");
  await enterByKeys(/paddock/);
  await commandByKeys("event create");
  await player.suggest("sprint", "GT Sprint");
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog");
  await form.waitFor();
  const fill = async (label, text) => {
    await player.tabTo(form.getByLabel(label), label);
    await page.keyboard.press("Control+A");
    await page.keyboard.type(text);
  };
  const told = await (await fetch(`${stack.gateway}/local/clock`)).json();
  const start = new Date(Date.parse(told.now) + 5 * 86_400_000).toISOString().slice(0, 10);
  await fill("Name", KEYED);
  await fill("Start", `${start} 23:00`);
  await fill("Duration", "40m");
  await fill("Classes", "GT3: 2\nGT4: 4");
  await player.tabTo(form.getByRole("button", { name: "Submit" }), "Submit");
  await page.keyboard.press("Enter");
  await form.waitFor({ state: "detached" });
  await player.onlyMine("Draft made").filter({ hasText: KEYED }).waitFor();
  await commandByKeys("event publish");
  await player.suggest("night", KEYED);
  await page.keyboard.press("Enter");
  await player.onlyMine(`${KEYED} is open in`).waitFor();
  await switchByKeys(FIRST);
  await enterByKeys(KEYED_CHANNEL);
  const board = player.message(`Sign-up: ${KEYED}`);
  await player.tabTo(board.getByRole("combobox", { name: /Choose your class/ }), "the class");
  await page.keyboard.press("ArrowDown");
  await page.getByRole("option", { name: /GT3/ }).waitFor();
  await page.keyboard.press("Enter");
  await board.locator(".embed-field").filter({ hasText: "GT3 · 1/2" }).filter({ hasText: FIRST }).waitFor();
  await player.shot("keyboard");
});

/** Sets the clock by its form, in the reader's zone: `2027-06-11T20:00`. */
async function setClock(local) {
  await page.getByRole("button", { name: "Set the clock" }).click();
  await page.getByRole("textbox", { name: "The time to set" }).or(page.getByLabel("The time to set", { exact: true })).first().fill(local);
  await page.getByRole("button", { name: "Set", exact: true }).click();
  await page.getByRole("status").getByText(`It is `).first().waitFor();
}

test("when the clock passes the end of sign-up, the board says closed", async () => {
  const told = await (await fetch(`${stack.gateway}/local/clock`)).json();
  const day = new Date(Date.parse(told.now) + 4 * 86_400_000).toISOString().slice(0, 10);
  await player.playAs("Marta Keller");
  await player.goTo(CHANNEL);
  await player.command("event times");
  await player.suggest("spa", EVENT);
  await page.getByRole("button", { name: "closes", exact: true }).click();
  await page.keyboard.type(`${day} 20:00`);
  await page.keyboard.press("Enter");
  const board = player.message(`Sign-up: ${EVENT}`);
  const signUpButton = board.getByRole("button", { name: "Sign up" });
  await board.filter({ hasText: /Sign-up is open until (?!the start)/ }).waitFor();
  await setClock(`${day}T19:58`);
  await page.waitForFunction(() => /19:5[89]/.test(document.querySelector("#clock .face").textContent));
  assert.equal(await signUpButton.isDisabled(), false, "open until then");
  await setClock(`${day}T20:01`);
  await board.filter({ hasText: "Sign-up is closed." }).waitFor();
  assert.equal(await signUpButton.isDisabled(), true);
  assert.equal(await board.getByRole("button", { name: "Leave" }).isDisabled(), false, "a seat can be given back");
  await player.shot("closed");
});

/** Whether something stands out of the page at its side. */
const standsOut = () =>
  page.evaluate(() => [...document.querySelectorAll("body *")].filter((node) => node.checkVisibility() && !node.closest(".wire-scroll, .wire-code, .left") && node.getBoundingClientRect().right > innerWidth + 1).map((node) => `${node.tagName}.${node.className}`));

/** Whether a person can put their finger on it: it is in sight and nothing lies over it. */
async function reachable(control, name) {
  await control.scrollIntoViewIfNeeded();
  const hit = await control.evaluate((node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    const at = document.elementFromPoint(left + width / 2, top + height / 2);
    return left >= 0 && left + width <= innerWidth && (node === at || node.contains(at));
  });
  assert.ok(hit, `${name} can be reached`);
}

test("at phone width everything that matters can be reached, and nothing stands out", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: "Servers and channels" }).click();
  await player.goTo(CHANNEL);
  const board = player.message(`Sign-up: ${EVENT}`);
  for (const name of ["Sign up", "Not coming", "Leave", "Availability", "Details"]) await reachable(board.getByRole("button", { name, exact: true }), name);
  await reachable(board.getByRole("combobox"), "the class");
  assert.deepEqual(await standsOut(), [], "on the board");
  await player.shot("phone-board");
  await board.getByRole("button", { name: "Availability" }).click();
  await player.onlyMine("You are not signed up for this event.").waitFor();
  assert.deepEqual(await standsOut(), [], "after the click");
  await page.keyboard.press("Escape");
  await player.command("event create");
  await reachable(page.getByRole("button", { name: "Send command" }), "sending");
  assert.deepEqual(await standsOut(), [], "in a command");
  await player.shot("phone-command");
  await page.getByRole("button", { name: "Leave the command" }).click();
  await reachable(page.getByRole("button", { name: "Move the clock on by one day" }), "the clock");
  await page.getByRole("button", { name: "Wire" }).click();
  // What was open stays open.
  await entry(FIRST, "Button Leave").getByRole("cell", { name: "board" }).first().waitFor();
  assert.deepEqual(await standsOut(), [], "over the wire");
  await player.shot("phone-wire");
  await wire().getByRole("button", { name: "Close" }).click();
});

test("light is light everywhere, and can be read", async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
  await page.getByRole("button", { name: "Wire" }).click();
  await entry(FIRST, "Button Leave").waitFor();
  const dim = await page.evaluate(() => {
    const parse = (text) => {
      const parts = (text.match(/[\d.]+/g) ?? []).map(Number);
      // A mixed colour is given in parts of one: `color(srgb 0.1 0.2 0.3 / 0.5)`.
      return text.startsWith("color(") ? [...parts.slice(0, 3).map((part) => part * 255), parts[3] ?? 1] : parts;
    };
    const light = ([red, green, blue]) => {
      const [r, g, b] = [red, green, blue].map((one) => (one / 255 <= 0.03928 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (node) => {
      for (let at = node; at; at = at.parentElement) {
        const colour = parse(getComputedStyle(at).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const faint = [];
    for (const node of document.querySelectorAll("#feed *, #channels *, #members *, #wire *")) {
      const text = [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim() !== "");
      if (!text || !node.checkVisibility() || node.closest("[disabled], [aria-disabled=true]")) continue;
      const [one, two] = [light(parse(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
      if ((one + 0.05) / (two + 0.05) < 3) faint.push(`${node.tagName}.${node.className} ${node.textContent.slice(0, 30)} ${((one + 0.05) / (two + 0.05)).toFixed(1)}`);
    }
    return [...new Set(faint)];
  });
  assert.deepEqual(dim, [], "text that hardly stands out from its ground");
  await player.shot("light-wire");
  await page.getByRole("button", { name: "Wire" }).click();
  await player.shot("light");
  await page.emulateMedia({ colorScheme: "dark" });
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

/** Moves the clock on to something that the stack says comes next. All that is due on the way is done on the way. */
async function jumpTo(what) {
  await page.getByRole("button", { name: "Move the clock on to what comes next" }).click();
  const moved = page.waitForResponse((one) => one.url().endsWith("/playground/clock"), { timeout: 120_000 });
  await page.getByRole("option", { name: `${KEYED}: ${what}` }).click();
  assert.equal((await moved).status(), 200);
}

test("the clock takes a visitor from sign-up to the archive", async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await player.playAs(SECOND);
  await player.goTo(KEYED_CHANNEL);
  const board = player.message(`Sign-up: ${KEYED}`);
  await board.getByRole("combobox", { name: /Choose your class/ }).click();
  await page.getByRole("option", { name: /GT3/ }).click();
  await board.locator(".embed-field").filter({ hasText: "GT3 · 2/2" }).filter({ hasText: SECOND }).waitFor();
  await jumpTo("reminder, 24 h before the start");
  const told = await (await fetch(`${stack.gateway}/local/clock`)).json();
  assert.ok(told.coming.some((one) => one.what === `${KEYED}: the race starts` && Date.parse(one.at) - Date.parse(told.now) > 23.9 * 3_600_000), JSON.stringify(told));
  await player.see("starts in");
  await jumpTo("the race starts");
  await player.shot("started");
  await jumpTo("the race ends");
  await jumpTo("its channel is put away");
  await player.channels.getByRole("button", { name: /Archive/ }).waitFor();
  await player.channels.getByRole("list", { name: /Archive/ }).getByRole("button", { name: KEYED_CHANNEL }).waitFor();
  await player.shot("archived");
});
