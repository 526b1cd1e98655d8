// What report.html looks like, against pictures that a person has looked at: node pictures.mjs CHROMIUM REPORT.HTML REVIEWED [renew | FOLDER]
//
// Of each width, light and dark, with and without a script the first screens, the curves, and a drawer. Pictures are compared as
// means of cells of 16 × 16 px: another rasteriser of type changes none of them by much, a block that moves, grows, goes or
// changes its colour does. With `renew` the pictures are written; look at them before they are kept. Those that differ are put in FOLDER.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const require = createRequire(`${process.env.BROWSER_MODULES ?? import.meta.dirname}/`);
const { chromium } = require("playwright-core");

const [executablePath, file, reviewed, wanted] = process.argv.slice(2);
const renew = wanted === "renew";
// A cell differs where a colour does by so much of 255; a picture where so many of its cells do.
const [BY, CELLS] = [20, 0.02];
// They are kept at half their size.
const SCALE = 0.5;

const launch = (args = []) => chromium.launch({ executablePath, args: ["--no-sandbox", ...args] });
const browser = await launch();
const bench = await (await browser.newContext()).newPage();

/** A screenshot as it is kept: smaller, and as WebP. */
const small = (png) => bench.evaluate(async ([png, scale]) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(picture.width * scale, picture.height * scale);
  const to = canvas.getContext("2d");
  to.imageSmoothingQuality = "high";
  to.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.5 });
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.split(",")[1]);
    reader.readAsDataURL(blob);
  });
}, [png.toString("base64"), SCALE]);

/** The share of cells in which two pictures of [`small`] differ; 1 where their sizes do. */
const difference = (a, b) => bench.evaluate(async ([a, b, by, cell]) => {
  const cells = async (webp) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/webp;base64,${webp}`)).blob());
    const size = [picture.width, picture.height];
    const [across, down] = size.map((length) => Math.ceil(length / cell));
    const whole = new OffscreenCanvas(...size).getContext("2d");
    whole.drawImage(picture, 0, 0);
    const { data } = whole.getImageData(0, 0, ...size);
    const sums = new Float64Array(across * down * 4);
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++) {
        const [from, to] = [(y * size[0] + x) * 4, (Math.floor(y / cell) * across + Math.floor(x / cell)) * 4];
        for (let color = 0; color < 3; color++) sums[to + color] += data[from + color];
        sums[to + 3]++;
      }
    }
    return { size, sums };
  };
  const [one, other] = [await cells(a), await cells(b)];
  if (one.size.join() !== other.size.join()) return 1;
  let differ = 0;
  for (let at = 0; at < one.sums.length; at += 4) {
    const apart = [0, 1, 2].map((color) => Math.abs(one.sums[at + color] / one.sums[at + 3] - other.sums[at + color] / other.sums[at + 3]));
    differ += Math.max(...apart) > by;
  }
  return differ / (one.sums.length / 4);
}, [a, b, BY, 16 * SCALE]);

const open = async (from, name) => {
  const [width, colorScheme, script] = name.split("-");
  const javaScriptEnabled = script === "script";
  const context = await from.newContext({ viewport: { width: Number(width), height: Number(width) < 600 ? 2400 : 1800 }, colorScheme, javaScriptEnabled, reducedMotion: "reduce" });
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  await page.goto(`file://${file}`);
  if (javaScriptEnabled) await page.waitForSelector("#explore[data-ready=yes]");
  return page;
};
const shot = async (page) => small(await page.screenshot({ animations: "disabled", caret: "hide" }));

const seen = new Map();
for (const width of [420, 1000, 1400]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const script of ["script", "plain"]) {
      const name = `${width}-${colorScheme}-${script}`;
      const page = await open(browser, name);
      seen.set(name, await shot(page));
      if (script === "script") {
        await page.setViewportSize({ width, height: 900 });
        await page.evaluate(() => document.getElementById("explore").scrollIntoView());
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        seen.set(`${name}-curves`, await shot(page));
        await page.locator("a.evidence").first().focus();
        await page.keyboard.press("Enter");
        await page.locator(".drawer .lines[data-ready=yes]").waitFor();
        seen.set(`${name}-drawer`, await shot(page));
      }
      await page.context().close();
    }
  }
}

if (renew) {
  mkdirSync(reviewed, { recursive: true });
  for (const [name, webp] of seen) writeFileSync(`${reviewed}/${name}.webp`, Buffer.from(webp, "base64"));
  console.log(`${seen.size} pictures written: look at them`);
} else {
  const differ = [];
  for (const [name, webp] of seen) {
    const path = `${reviewed}/${name}.webp`;
    const share = existsSync(path) ? await difference(readFileSync(path).toString("base64"), webp) : 1;
    if (share <= CELLS) continue;
    differ.push(`${name}: ${(100 * share).toFixed(1)} % of its cells`);
    if (wanted) {
      mkdirSync(wanted, { recursive: true });
      writeFileSync(`${wanted}/${name}.webp`, Buffer.from(webp, "base64"));
    }
  }
  assert.deepEqual(differ, [], "pictures differ from those that were reviewed");

  // The measure itself: another rasteriser is no difference, a change that people see is one.
  const base = "1000-light-plain";
  const kept = readFileSync(`${reviewed}/${base}.webp`).toString("base64");
  const other = await launch(["--font-render-hinting=none", "--disable-lcd-text", "--disable-font-subpixel-positioning"]);
  const drawn = await difference(kept, await shot(await open(other, base)));
  await other.close();
  assert.ok(drawn <= CELLS, `another rasteriser of type: ${drawn}`);
  for (const change of [
    ".findings { display: none }",
    "h1 { font-size: 3rem }",
    ":root { --measure: 30rem }",
    "table { border-collapse: separate; border-spacing: 6px }",
    ".card { visibility: hidden }",
  ]) {
    const page = await open(browser, base);
    await page.evaluate((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets.push(sheet);
    }, change);
    const share = await difference(kept, await shot(page));
    assert.ok(share > CELLS, `${change} is not seen: ${share}`);
    await page.context().close();
  }
  console.log(`${seen.size} pictures are as they were reviewed`);
}
await browser.close();
