// What people do with report.html, in Chromium: node page.mjs CHROMIUM REPORT.HTML [FOLDER FOR SCREENSHOTS] [FOLDER OF THE LOGS]
//
// Prints what was seen and ends with 1 at the first thing that is not as it should be. Times are told, not judged.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const require = createRequire(`${process.env.BROWSER_MODULES ?? import.meta.dirname}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [executablePath, file, pictures, logs] = process.argv.slice(2);
const address = `file://${file}`;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

/** A page on which nothing may go wrong and which may ask for nothing but itself. */
const open = async (options, hash = "") => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("pageerror", (error) => assert.fail(`an error in the page: ${error}`));
  page.on("console", (message) => assert.notEqual(message.type(), "error", message.text()));
  page.on("request", (request) => assert.ok(request.url().startsWith(address) || /^(data|blob):/.test(request.url()), request.url()));
  await page.goto(address + hash);
  return page;
};
const ready = (page) => page.waitForSelector("#explore[data-ready=yes]", { timeout: 20_000 });
const hash = (page) => page.evaluate(() => new URLSearchParams(location.hash.slice(9)));
const param = (page, name) => page.evaluate((name) => new URLSearchParams(location.hash.slice(9)).get(name), name);

// Each width, light and dark, with and without a script: nothing that axe finds, nothing wider than the window.
for (const width of [420, 1000, 1400]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const javaScriptEnabled of [true, false]) {
      const page = await open({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled, bypassCSP: true });
      const name = `${width}-${colorScheme}-${javaScriptEnabled ? "script" : "plain"}`;
      if (javaScriptEnabled) {
        await ready(page);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)} (${nodes.length})`), [], name);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${name}: ${wide} px too wide`);
      } else {
        assert.equal(await page.locator("#explore").isVisible(), false, "what needs a script is not there without");
        assert.ok(await page.locator("main h2").count() > 3);
      }
      if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
      await page.context().close();
    }
  }
}
console.log("12 pages: no violation");

const page = await open({ viewport: { width: 1200, height: 900 } });
const begun = Date.now();
await page.reload();
await ready(page);
console.log(`ready in ${Date.now() - begun} ms`);

// Every condition is drawn; its value stands in the legend where the pointer is.
const legend = () => page.locator(".explore-stage .u-legend .u-series:not(.hidden) .u-value").allTextContents();
const over = page.locator(".explore-stage .u-over").first();
await over.scrollIntoViewIfNeeded();
const box = await over.boundingBox();
const at = (share) => [box.x + box.width * share, box.y + box.height / 2];
await page.mouse.move(...at(0.1));
const [time, ...values] = await legend();
assert.match(time, /^[−-]?[\d.,]+ s$/);
assert.ok(values.length > 1 && values.some((value) => /\d/.test(value)), values.join());

// Drag zooms, the address says so, and restores it in another window.
const before = Date.now();
await page.mouse.move(...at(0.1));
await page.mouse.down();
await page.mouse.move(...at(0.3), { steps: 5 });
await page.mouse.up();
await page.waitForFunction(() => location.hash.includes("t="));
console.log(`zoom in ${Date.now() - before} ms, with the pointer's way`);
const kept = await param(page, "t");
const [from, to] = kept.split("..").map(Number);
assert.ok(from < to, kept);
const link = await page.evaluate(() => location.hash);
const other = await open({ viewport: { width: 1200, height: 900 } }, link);
await ready(other);
assert.equal(await param(other, "t"), kept);
await other.context().close();
// Addresses that mean nothing leave a page that works.
for (const nonsense of ["#explore&quantity=%E0%A4%A&run=%", "#explore&t=1000..2000&campaign=99&view=run&run=none", "#explore&t=b..a"]) {
  const strange = await open({ viewport: { width: 1200, height: 900 } }, nonsense);
  await ready(strange);
  assert.ok(await strange.locator(".explore-stage canvas").count() > 0, nonsense);
  await strange.context().close();
}
await page.mouse.dblclick(...at(0.5));
await page.waitForFunction(() => !location.hash.includes("t="));

// By keys alone: to the run view, to the next run, and back.
await page.locator("[data-control=run]").focus();
await page.keyboard.press("Enter");
const first = await param(page, "run");
await page.keyboard.press("ArrowRight");
const second = await param(page, "run");
assert.ok(first && second && first !== second, `${first}, ${second}`);
await page.keyboard.press("ArrowLeft");
assert.equal(await param(page, "run"), first);
assert.ok(await page.locator(".explore-stage .uplot").count() > 1, "charts of a run stand one above the other");
await page.locator("[data-control=compare]").focus();
await page.keyboard.press("Space");
assert.equal(await param(page, "view"), "compare");

// A condition can be left out.
const drawn = (await legend()).length;
await page.locator(".explore-chips button").first().click();
assert.equal((await legend()).length, drawn - 1);
assert.equal(await param(page, "without"), "0");
await page.locator(".explore-chips button").first().click();
assert.equal(await param(page, "without"), null);

// Tables: order, filter, copy.
const table = page.locator("figure.table").filter({ has: page.locator("button.order") }).first();
const column = () => table.locator("tbody tr:not(.summary)").evaluateAll((rows) => rows.map((row) => Number.parseFloat(row.cells[row.cells.length - 2].textContent)));
const head = table.locator("thead tr:last-child th").nth(-2);
await head.locator("button").click();
const up = await column();
assert.deepEqual(up, up.toSorted((a, b) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b)));
assert.equal(await head.getAttribute("aria-sort"), "ascending");
await head.locator("button").click();
assert.equal(await head.getAttribute("aria-sort"), "descending");
const long = page.locator("figure.table").filter({ has: page.locator("input[type=search]") }).first();
if (await long.count()) {
  const rows = () => long.locator("tbody tr:not(.group):visible").count();
  const all = await rows();
  await long.locator("input").fill("no row has this");
  assert.equal(await rows(), 0);
  await long.locator("input").fill("");
  assert.equal(await rows(), all);
}
await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
await table.getByRole("button", { name: "CSV", exact: true }).click();
await page.waitForFunction(() => [...document.querySelectorAll(".tools span")].some((span) => span.textContent.startsWith("CSV")));
const copied = await page.evaluate(() => navigator.clipboard.readText());
assert.equal(copied.trim().split("\n").length, 1 + await table.locator("tbody tr:not(.group)").count());

// A number leads to its lines: with a script in a drawer, which Esc closes, and without one in the table of them.
const number = page.locator("a.evidence").first();
await number.focus();
await page.keyboard.press("Enter");
const drawer = page.locator("dialog.drawer");
assert.ok(await drawer.isVisible());
assert.ok((await drawer.locator(".value").textContent()).includes(await number.textContent()));
await drawer.locator(".lines[data-ready=yes]").waitFor();
const quoted = await drawer.locator(".lines .cited code").allTextContents();
const all = await drawer.locator(".listing > div:not(.left-out)").evaluateAll((rows) => rows.map((row) => [Number(row.querySelector(".number").textContent), row.querySelector("code").textContent]));
assert.ok(all.length >= quoted.length + 3, "lines around those that are cited");
const place = await drawer.locator(".place").textContent();
assert.ok(quoted.length > 0 && /:\d+(–\d+)?$/.test(place), place);
await page.evaluate(axe);
const { violations: inDrawer } = await page.evaluate(() => axe.run("dialog.drawer", { resultTypes: ["violations"] }));
assert.deepEqual(inDrawer.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`), []);
if (pictures) await page.screenshot({ path: `${pictures}/drawer.png` });
await page.keyboard.press("Escape");
assert.equal(await drawer.isVisible(), false);
assert.ok(await number.evaluate((link) => link === document.activeElement), "back at the number");
if (logs) {
  const [, file, first, last] = place.match(/^(.*):(\d+)(?:–(\d+))?$/);
  const packed = readFileSync(`${logs}/${file}`);
  const written = (text, line) => assert.ok(line.trim().startsWith(text.replace(/…$/, "").trim()), `${text} | ${line}`);
  const lines = (packed[0] === 0x1f ? gunzipSync(packed) : packed).toString("utf8").split("\n");
  for (const [number, text] of all) written(text, lines[number - 1]);
  const cited = all.map(([number]) => number).filter((number) => number >= Number(first) && number <= Number(last ?? first));
  assert.ok(cited.includes(Number(first)) && cited.includes(Number(last ?? first)));
  assert.equal(quoted.length, cited.length);
  console.log(`drawer: ${place} is what the log says`);
}

// Colours can be chosen; print is light, with everything that needs no script.
await page.locator(".theme select").selectOption("dark");
assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(21, 24, 27)");
await page.emulateMedia({ media: "print" });
assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
assert.equal(await page.locator("#explore").isVisible(), false);
await page.context().close();
await browser.close();
console.log("all as it should be");
