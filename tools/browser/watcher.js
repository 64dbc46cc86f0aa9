// Looks at each page: nothing is refused or fails, nothing is wider than the
// window, and every field has a name.

import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

export class Watcher {
  constructor(page, base, pictures) {
    this.page = page;
    this.base = base;
    this.pictures = pictures;
    this.complaints = [];
    this.expected = [];
    page.on("console", (message) => {
      const text = message.text();
      const isExpected = this.expected.some((it) => text.includes(it));
      if (["error", "warning"].includes(message.type()) && !isExpected) this.complaints.push(text);
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      this.complaints.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on("requestfailed", (request) => {
      this.complaints.push(`${request.url()}: ${request.failure().errorText}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(base)) this.complaints.push(`a request to ${request.url()}`);
    });
  }

  async open(path, name) {
    const response = await this.page.goto(this.base + path);
    assert.equal(response.status(), 200, path);
    await this.look(name);
  }

  // Clicks what has this role and name, and looks at the page that it leads to.
  async click(role, name, picture) {
    const target = this.page.getByRole(role, { name, exact: true }).first();
    await Promise.all([this.page.waitForNavigation(), target.click()]);
    await this.look(picture);
  }

  async look(name) {
    const { page } = this;
    const place = new URL(page.url()).pathname;
    const seen = await page.evaluate(() => ({
      wanted: document.documentElement.scrollWidth,
      given: document.documentElement.clientWidth,
      headings: document.querySelectorAll("h1").length,
      styled: document.styleSheets.length === 1 && document.styleSheets[0].cssRules.length > 0,
      nameless: [...document.querySelectorAll("input:not([type=hidden]), textarea, button")]
        .filter((it) => !(it.labels?.length || it.textContent.trim()))
        .map((it) => it.outerHTML),
      doubled: [...document.querySelectorAll("[id]")]
        .map((it) => it.id)
        .filter((id, place, all) => all.indexOf(id) !== place),
    }));
    assert.ok(seen.wanted <= seen.given, `${place} is ${seen.wanted} wide in ${seen.given}`);
    assert.equal(seen.headings, 1, `${place} has one heading`);
    assert.ok(seen.styled, `${place} has its style`);
    assert.deepEqual(seen.nameless, [], `${place}: fields without a name`);
    assert.deepEqual(seen.doubled, [], `${place}: ids that are there twice`);
    assert.deepEqual(this.complaints, [], `${place}: the browser complains`);
    await page.screenshot({ path: join(this.pictures, `${name}.png`), fullPage: true });
  }

  async shows(text) {
    const found = this.page.getByText(text).first();
    await found.waitFor({ state: "visible", timeout: 5_000 });
  }
}

// An empty folder for what it looks like.
export async function emptied(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
