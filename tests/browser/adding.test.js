// Adding Gantry to a server: the permission check and the invitation on the playground, Discord's page as the simulator
// shows it, and the page that Gantry shows at the end; by keyboard, and as wide as a phone.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { openBrowser } from "./player.js";
import { startStack } from "./stack.js";
import { steps } from "./steps.js";

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

test("the permission check says what is missing", async () => {
  await player.playAs("Marta Keller");
  await player.goTo(/paddock/);
  await player.command("club preflight");
  await page.keyboard.press("Enter");
  // The answer to founding the club says the same: this command's own is waited for.
  await player.message("used /club preflight").filter({ hasText: "every permission that it needs" }).waitFor();
  await player.shot("preflight");
});

test("the invitation leads to Gantry's page", async () => {
  await player.command("club invite");
  await page.keyboard.press("Enter");
  await player.see("Invite Gantry");
  const link = player.message("Invite Gantry").getByRole("link", { name: /Add Gantry to a server/ });
  assert.equal(await link.getAttribute("href"), `${stack.gateway}/oauth/start`);
  await player.shot("invite");
});

test("whoever consents is told what happened", async () => {
  await page.goto(`${stack.gateway}/oauth/start`);
  await page.getByRole("heading", { name: "Add to a server" }).waitFor();
  await page.getByRole("combobox", { name: "You are" }).selectOption({ label: "Marta Keller" });
  const requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).host));
  await page.getByRole("button", { name: "Authorise" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: /^Gantry is in / }).waitFor();
  await page.getByText("This server is home to Apex Endurance").waitFor();
  await page.getByText("every permission that it needs").waitFor();
  const hosts = new Set(requests.map(String));
  const known = [stack.gateway, stack.page].map((url) => new URL(url).host);
  assert.deepEqual([...hosts].filter((host) => !known.includes(host)), [], "no other host is asked");
  const colour = await page.evaluate(() => getComputedStyle(document.querySelector(".brand")).fontWeight);
  assert.equal(colour, "700", "the page's own style is let in by its policy");
  await player.shot("added");
});

test("who grants too little is told what that blocks, and how to grant it", async () => {
  await page.setViewportSize({ width: 760, height: 470 });
  await page.goto(`${stack.gateway}/oauth/start`);
  const asked = new URL(page.url());
  const manageRoles = 1n << 28n;
  asked.searchParams.set("permissions", String(BigInt(asked.searchParams.get("permissions")) & ~manageRoles));
  await page.goto(asked.href);
  await page.getByRole("combobox", { name: "You are" }).selectOption({ label: "Marta Keller" });
  await page.getByRole("button", { name: "Authorise" }).click();
  await page.getByRole("heading", { level: 2, name: "What is missing" }).waitFor();
  const gaps = page.getByRole("listitem");
  assert.equal(await gaps.count(), 1);
  for (const words of ["Manage Roles", "Blocks: ", "Remedy: Server Settings"]) await gaps.filter({ hasText: words }).waitFor();
  const grant = page.getByRole("link", { name: "Grant the permissions" });
  assert.match(await grant.getAttribute("href"), /oauth2\/authorize/);
  await player.shot("missing");
  await page.emulateMedia({ colorScheme: "light" });
  await player.shot("missing-light");
  await page.emulateMedia({ colorScheme: "dark" });
});

test("the page fits a phone, and its link is reached by keyboard", async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${stack.gateway}/oauth/callback?state=forged&code=forged`);
  await page.getByRole("heading", { level: 1, name: "This link does not belong to this browser" }).waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} px wider than the screen`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Start again");
  await player.shot("phone-forged");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("heading", { level: 1, name: "Gantry was not added" }).waitFor();
  await player.shot("phone-denied");
});
