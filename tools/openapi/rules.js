// Which rules of the linter the API description does not follow, and why. All
// others hold, also the ones that later versions of the linter bring.

/** Rules that are off, each with its reason. */
export const refused = {
  "info-contact": "Whoever runs the shop is the contact, and the description does not know them.",
  "info-license-url": "The licence is named by its SPDX identifier, and OpenAPI 3.1 allows one of the two.",
  "operation-description": "Where the summary says all, a description would only repeat it.",
  "path-segment-plural": "Balances, quotes, probes and files are one of a kind.",
  "required-string-property-missing-min-length":
    "What has to have a length is bounded by a pattern; texts of answers promise none.",
  "scalar-property-missing-example":
    "Requests have examples, from which /docs makes its commands; answers are shown by making one.",
  "security-defined": "What anybody may ask names no scheme; tests of the server hold the others.",
  "tags-alphabetical": "The groups are in the order in which a newcomer needs them: orders first.",
};

/** Rules that hold with what we say of them. */
export const adjusted = {
  "response-mime-type": {
    severity: "error",
    allowedValues: [
      "application/json",
      "application/problem+json",
      "text/css; charset=utf-8",
      "text/html; charset=utf-8",
      "text/plain; version=0.0.4; charset=utf-8",
    ],
  },
  "request-mime-type": { severity: "error", allowedValues: ["application/json"] },
};
