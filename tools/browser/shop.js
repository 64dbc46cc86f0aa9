// A shop of our own: a server that asks for tokens, with something on every page.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

// Long enough for a server on a busy machine to begin.
const START_DEADLINE_MS = 30_000;

// Names that a page has to stand.
const NAMES = [
  "제주 감귤 3kg · Jeju Tangerines 3 kg",
  "<script>alert(1)</script>",
  "\u202egnirts desrever",
  "W".repeat(200),
  "무선 이어폰 · Wireless Earphones",
];

export class Shop {
  static async open(program) {
    const folder = await mkdtemp(join(tmpdir(), "jumun-browser-"));
    const database = `sqlite:${join(folder, "shop.db")}`;
    const run = (...words) => promisify(execFile)(program, [...words, "--database", database]);
    await run("migrate");
    const made = await run("token", "create", "--scope", "admin", "--label", "operator");
    const shop = new Shop();
    shop.folder = folder;
    shop.token = made.stdout.trim();
    const file = `file://${join(folder, "events.jsonl")}`;
    const words = ["--database", database, "--listen", "127.0.0.1:0", "--auth", "token", "--log-level", "error"];
    shop.server = spawn(program, ["serve", ...words, "--platform", file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    shop.base = await listening(shop.server);
    return shop;
  }

  async close() {
    if (this.server.exitCode === null) {
      this.server.kill("SIGTERM");
      await once(this.server, "exit");
    }
    await rm(this.folder, { recursive: true });
  }

  async call(method, path, body) {
    const response = await fetch(this.base + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  // Users, products, campaigns and orders; the id of an order.
  async fill() {
    for (const [place, name] of NAMES.entries()) {
      const id = place + 1;
      await this.call("PUT", `/users/${id}`, { name });
      await this.call("POST", `/users/${id}/balance/charges`, { amount: 900_000_000_000, reference: name });
      await this.call("PUT", `/products/${id}`, { name, price: 15_900 * id, stock: id === 5 ? 0 : 3_000 });
      await this.call("POST", `/products/${id}/stock/adjustments`, { delta: 5, reason: name });
      await this.call("POST", "/campaigns", {
        name,
        discount: { type: "PERCENT", percent: 10, maxAmount: 10_000 },
        minimumSubtotal: 30_000,
        validFrom: "2000-01-01T00:00:00Z",
        validUntil: "9000-01-01T00:00:00Z",
        quantity: 100_000,
      });
    }
    await this.call("PUT", "/products/5", { name: NAMES[4], price: 89_000, active: false, maxPerUser: 2 });
    const coupon = await this.call("POST", "/campaigns/1/coupons", { userId: 1 });
    let order;
    for (let number = 0; number < 12; number += 1) {
      const items = [{ productId: 1, quantity: 3 }, { productId: 1 + (number % 4), quantity: 2 }];
      const couponId = number === 11 ? coupon.couponId : undefined;
      const userId = 1 + (number % 11) % NAMES.length;
      order = await this.call("POST", "/orders", { userId, items, couponId });
    }
    const first = await this.call("GET", "/users/1/orders");
    await this.call("POST", `/orders/${first.items.at(-1).orderId}/cancel`, { reason: NAMES[1] });
    return first.items[0].orderId;
  }
}

// The address that the server prints once it can serve.
async function listening(server) {
  const lines = createInterface({ input: server.stdout });
  const ended = once(server, "exit").then(() => {
    throw new Error("the server ended before it listened");
  });
  const late = new Promise((_, reject) => {
    const error = new Error("the server does not listen in time");
    setTimeout(() => reject(error), START_DEADLINE_MS).unref();
  });
  const heard = (async () => {
    for await (const line of lines) {
      const address = line.match(/^listening on (http:\S+)/);
      if (address) return address[1];
    }
    return ended;
  })();
  return Promise.race([heard, ended, late]);
}
