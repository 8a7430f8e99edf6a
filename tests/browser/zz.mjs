import { openBrowser } from "/work/wt/stack/tests/browser/player.js";
const b = await openBrowser("http://127.0.0.1:36101/", { viewport: { width: 1200, height: 900 } });
const { page, player } = b;
await page.getByRole("combobox", { name: /Play another member/ }).waitFor();
await page.getByRole("button", { name: "Members", exact: true }).click().catch(()=>0);
const names = await player.channels.getByRole("button").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? one.textContent));
console.log(names);
await player.channels.getByRole("button", { name: /spa-6-hours.*text/ }).first().click();
await page.waitForTimeout(1500);
await page.screenshot({path:"/tmp/w1.png"});
const th = player.channels.getByRole("button", { name: /thread/ });
console.log(await th.count());
if (await th.count()) { await th.first().click(); await page.waitForTimeout(1500); await page.screenshot({path:"/tmp/w2.png"});
await player.feed.evaluate((n)=>{n.scrollTop=0}); await page.waitForTimeout(300); await page.screenshot({path:"/tmp/w3.png"}); }
console.log(b.faults);
await b.close();
