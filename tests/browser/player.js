// What a person does on the playground, by what they see: names, labels, roles.

import { chromium } from "playwright-core";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Long enough for queues that wait some seconds by design, and for a slow machine. */
export const PATIENCE_MS = 15_000;
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

/** A browser with a fresh profile; `faults` fills with script errors and requests to other hosts. */
export async function openBrowser(url, more = {}) {
  const profile = await mkdtemp(join(tmpdir(), "gantry-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    ...more,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("request", (request) => new URL(request.url()).host === new URL(url).host || faults.push(`asks ${request.url()}`));
  await page.goto(url);
  const close = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  };
  return { page, faults, close, player: new Player(page) };
}

export class Player {
  #shots = 0;

  constructor(page) {
    this.page = page;
    this.feed = page.getByRole("log", { name: "Messages" });
    this.channels = page.getByRole("navigation", { name: "Channels" });
    this.box = page.getByRole("combobox", { name: /^Message / });
    this.suggestions = page.locator("#composer").getByRole("option");
  }

  /** Plays another member, found by typing a part of the name. */
  async playAs(name) {
    await this.page.getByRole("combobox", { name: /Play another member/ }).click();
    await this.page.keyboard.type(name);
    await this.page.getByRole("option", { name }).first().waitFor();
    await this.page.keyboard.press("Enter");
    await this.page.getByRole("combobox", { name: `You play ${name}` }).waitFor();
  }

  /** Goes by the Tab key to what is called so, as one does who has no mouse. */
  async tabTo(control, name) {
    for (let presses = 0; presses < 150; presses += 1) {
      if ((await control.count()) > 0 && (await control.first().evaluate((node) => node === document.activeElement))) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`${name} cannot be reached by Tab`);
  }

  async goTo(channel) {
    await this.channels.getByRole("button", { name: channel }).click();
    await this.page.getByRole("main").getByRole("heading", { level: 2, name: channel }).first().waitFor();
  }

  /** Begins a slash command by keyboard alone. */
  async command(words) {
    await this.box.focus();
    await this.page.keyboard.type(`/${words}`);
    await this.suggestions.filter({ hasText: `/${words}` }).first().waitFor();
    await this.page.keyboard.press("Enter");
    await this.page.getByRole("form", { name: `/${words}` }).waitFor();
  }

  /** Fills the option that has the focus with the suggestion that fits what is typed. */
  async suggest(typed, expected) {
    await this.page.keyboard.type(typed);
    await this.suggestions.filter({ hasText: expected }).first().waitFor();
    await this.page.keyboard.press("Enter");
  }

  /** The newest message that has this text. */
  message(text) {
    return this.feed.getByRole("listitem").filter({ hasText: text }).last();
  }

  async see(text) {
    await this.message(text).waitFor();
  }

  /** The messages of whom is played, ephemeral ones, as text. */
  onlyMine(text) {
    return this.message(text).filter({ hasText: "Only you can see this" });
  }

  async shot(name) {
    const dir = process.env.SHOTS;
    if (!dir) return;
    await mkdir(dir, { recursive: true });
    this.#shots += 1;
    await this.page.screenshot({ path: join(dir, `${String(this.#shots).padStart(2, "0")}-${name}.png`) });
  }
}
