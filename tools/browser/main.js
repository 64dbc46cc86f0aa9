// Goes through the operator's console as a person would.

import { chromium } from "playwright-core";
import { Shop } from "./shop.js";
import { Watcher, emptied } from "./watcher.js";
import { browse, work } from "./console.js";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const DESK = { viewport: { width: 1280, height: 800 }, locale: "en-GB" };
const PHONE = { viewport: { width: 390, height: 844 }, locale: "en-GB", hasTouch: true };
const VISITS = [
  { name: "desk", settings: DESK },
  { name: "phone", settings: PHONE },
  { name: "phone-ko", settings: { ...PHONE, locale: "ko-KR" } },
  { name: "desk-ko-dark", settings: { ...DESK, locale: "ko-KR", colorScheme: "dark" } },
];

const [program, executablePath, pictures] = process.argv.slice(2);
await emptied(pictures);
const shop = await Shop.open(program);
try {
  const order = await shop.fill();
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    for (const { name, settings } of VISITS) {
      const context = await browser.newContext(settings);
      const watcher = new Watcher(await context.newPage(), shop.base, pictures);
      await browse(watcher, shop, order, name);
      // What is written is written once, in the words of one language.
      if (name === "desk") await work(watcher, order);
      await context.close();
      console.log(`${name}: all pages are as they should be`);
    }
  } finally {
    await browser.close();
  }
} finally {
  await shop.close();
}
