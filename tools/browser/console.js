// The pages of the console, and what is done on them.

import assert from "node:assert/strict";

// Every page that is read, by the name of its picture.
async function pages(shop, order) {
  const { items } = await shop.call("GET", "/platforms");
  const platform = encodeURIComponent(items[0].name);
  return {
    overview: "/console",
    orders: "/console/orders",
    "orders-none": "/console/orders?find=%3Cscript%3E",
    order: `/console/orders/${order}`,
    cancel: `/console/orders/${order}/cancel`,
    users: "/console/users",
    user: "/console/users/1",
    "user-script": "/console/users/2",
    "user-long": "/console/users/4",
    "user-orders": "/console/users/1/orders",
    "user-ledger": "/console/users/1/ledger",
    "user-coupons": "/console/users/1/coupons",
    products: "/console/products",
    product: "/console/products/4",
    "product-edit": "/console/products/1/edit",
    "product-new": "/console/products/new",
    stock: "/console/products/4/stock",
    campaigns: "/console/campaigns",
    "campaign-new": "/console/campaigns/new",
    platforms: "/console/platforms",
    platform: `/console/platforms/${platform}`,
    changes: "/console/changes",
    tokens: "/console/tokens",
    "token-new": "/console/tokens/new",
  };
}

// Signs in, and looks at every page.
export async function browse(watcher, shop, order, name) {
  const { page } = watcher;
  await watcher.open("/console", `${name}-sign-in`);
  assert.equal(new URL(page.url()).pathname, "/console/sign-in");
  await page.locator("#token").fill(shop.token);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.equal(new URL(page.url()).pathname, "/console");
  for (const [picture, path] of Object.entries(await pages(shop, order))) {
    await watcher.open(path, `${name}-${picture}`);
  }
  // The first stop of the keyboard leads past the menu.
  await page.goto(`${watcher.base}/console`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
}

// Does everything once, and finds it in the history.
export async function work(watcher, order) {
  const { page } = watcher;
  const fill = async (fields) => {
    for (const [id, value] of Object.entries(fields)) await page.locator(`#${id}`).fill(value);
  };

  await watcher.open("/console/users/1", "desk-work");
  await fill({ amount: "-1,000", reason: "counted twice" });
  await watcher.click("button", "Adjust the balance", "desk-work-adjusted");
  await watcher.shows("The adjustment is made.");

  await watcher.open(`/console/orders/${order}`, "desk-work");
  await watcher.click("link", "Cancel the order…", "desk-work");
  await fill({ reason: "changed my mind" });
  await watcher.click("button", "Cancel the order", "desk-work-cancelled");
  await watcher.shows("The order is cancelled and paid back.");

  await watcher.open("/console/products", "desk-work");
  await watcher.click("link", "New product", "desk-work");
  await fill({ productId: "40", name: "Mug", price: "12,900", stock: "100" });
  await watcher.click("button", "Save", "desk-work-created");
  await watcher.click("link", "Edit", "desk-work");
  await fill({ price: "13,900", maxPerUser: "5" });
  await watcher.click("button", "Save", "desk-work-saved");
  await watcher.shows("13,900");
  await watcher.click("link", "Stock and its history", "desk-work");
  await fill({ delta: "-3", reason: "broken" });
  await watcher.click("button", "Adjust the stock", "desk-work-stock");
  await watcher.shows("97");

  watcher.expected.push("status of 400");
  await fill({ delta: "1,5", reason: "mistyped" });
  await watcher.click("button", "Adjust the stock", "desk-work-wrong");
  await watcher.shows("must be an integer");
  assert.equal(await page.locator("#reason").inputValue(), "mistyped");

  await watcher.open("/console/campaigns/new", "desk-work");
  await fill({ name: "Winter", amount: "5,000", quantity: "1,000" });
  await fill({ validFrom: "2026-12-01T00:00:00", validUntil: "2027-03-01T00:00:00" });
  await watcher.click("button", "Create the campaign", "desk-work-campaign");
  await watcher.shows("Winter");

  await watcher.open("/console/platforms", "desk-work");
  await Promise.all([page.waitForNavigation(), page.locator("tbody a").first().click()]);
  await watcher.click("button", "Pause", "desk-work-paused");
  await watcher.shows("paused");
  await watcher.click("button", "Send what failed again", "desk-work-replayed");
  await watcher.click("button", "Resume", "desk-work-resumed");

  await watcher.open("/console/tokens/new", "desk-work");
  await fill({ label: "checkout" });
  await page.locator("#scope-orders\\:act-as").check();
  await watcher.click("button", "Create the token", "desk-work-token");
  assert.match(await page.locator("#text").inputValue(), /^jumun_[0-9a-f]{16}_/);
  await watcher.click("link", "Done", "desk-work-tokens");
  await watcher.click("link", "Revoke…", "desk-work-revoke");
  await watcher.click("button", "Revoke the token", "desk-work-revoked");

  await watcher.open("/console/changes", "desk-work-changes");
  for (const action of [
    "balance.adjust", "order.cancel", "product.put", "stock.adjust", "campaign.create",
    "platform.pause", "platform.replay", "platform.resume", "token.create", "token.revoke",
  ]) {
    await watcher.shows(action);
  }
  await watcher.click("link", "한국어", "desk-work-korean");
  await watcher.shows("변경 기록");
  await watcher.click("button", "로그아웃", "desk-work-signed-out");
  await page.goto(`${watcher.base}/console/orders`);
  assert.equal(new URL(page.url()).pathname, "/console/sign-in");
}
