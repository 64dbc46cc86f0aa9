// Checks docs/openapi.json with every rule of the linter but those that
// rules.js refuses. Ends with 1 and a line for each problem if there is any.

import { createConfig, lint } from "@redocly/openapi-core";
import { adjusted, refused } from "./rules.js";

const path = process.argv[2];
const off = Object.fromEntries(Object.keys(refused).map((rule) => [rule, "off"]));

async function check(rules) {
  const config = await createConfig({ extends: ["all"], rules });
  return lint({ ref: path, config });
}

const problems = await check({ ...off, ...adjusted });
for (const { ruleId, message, location } of problems) {
  console.error(`error: ${path}${location[0].pointer}: ${message} (${ruleId})`);
}

// What nothing runs into any more is to be deleted from rules.js.
const strict = new Set((await check(adjusted)).map(({ ruleId }) => ruleId));
const idle = Object.keys(refused).filter((rule) => !strict.has(rule));
for (const it of idle) {
  console.error(`error: tools/openapi/rules.js: nothing needs this any more: ${it}`);
}
process.exit(problems.length + idle.length === 0 ? 0 : 1);
