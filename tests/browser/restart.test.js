// The stack is started again while its page is open, or bookmarked: its ids are others, and its numbers begin anew.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { openBrowser } from "./player.js";
import { startExample } from "./stack.js";
import { steps } from "./steps.js";

const EXAMPLE = process.env.EXAMPLE ?? "target/debug/examples/playground";
let stack;
let browser;
let page;
let player;

before(async () => {
  stack = await startExample(EXAMPLE);
  browser = await openBrowser(stack.page);
  ({ page, player } = browser);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

const test = steps((name) => player?.shot(name));
const signUps = () => page.getByRole("complementary", { name: "What went over the wire" }).locator("details.wire-entry").filter({ hasText: "Button Sign up" });
const signUp = () => player.message("Round 4 of the").getByRole("button", { name: "Sign up" }).click();
let bookmark;

async function works() {
  await player.message("Round 4 of the").waitFor();
  await signUp();
  await player.onlyMine("Interaction of type 3 on join").waitFor();
  await player.command("think");
  await page.keyboard.press("Enter");
  await player.see("Gantry is thinking…");
}

test("an open page finds its way after a restart", async () => {
  await player.message("Round 4 of the").waitFor();
  await page.getByRole("button", { name: "Wire" }).click();
  for (let count = 1; count <= 3; count += 1) {
    await signUp();
    await signUps().nth(count - 1).waitFor();
  }
  bookmark = new URL(page.url()).hash;
  await stack.stop();
  await page.getByText("The simulator cannot be reached").waitFor();
  stack = await startExample(EXAMPLE, new URL(stack.page).port);
  await page.waitForFunction((old) => location.hash !== old, bookmark);
  await works();
});

test("the wire view begins anew with it", async () => {
  await signUps().first().waitFor();
  assert.equal(await signUps().count(), 1, "the three of before are gone, the new one is there");
  await player.shot("restarted");
});

test("a bookmark of before the restart leads to the server that is there", async () => {
  await page.goto("about:blank");
  await page.goto(`${stack.page}${bookmark}`);
  await works();
});

test("one of a direct message does too", async () => {
  const place = new URLSearchParams(bookmark.slice(1));
  place.set("home", "dms");
  await page.goto("about:blank");
  await page.goto(`${stack.page}#${place}`);
  await works();
});
