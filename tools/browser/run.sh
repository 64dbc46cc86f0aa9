#!/usr/bin/env bash
# Looks at the operator's console with Chromium, at the size of a desk and of a
# phone. JUMUN names the program (default: target/debug/jumun), CHROMIUM the browser.
set -euo pipefail
cd "$(dirname "$0")"
ROOT=$PWD/../..
HERE=$ROOT/target/tools/browser

# Installed below target/, and again only when the lock file is another one. No
# script of a package runs, and none brings a browser.
mkdir -p "$HERE"
cp package.json ./*.js "$HERE"
if ! cmp -s package-lock.json "$HERE/package-lock.json" || [ ! -d "$HERE/node_modules" ]; then
    cp package-lock.json "$HERE/package-lock.json.new"
    rm -f "$HERE/package-lock.json"
    (cd "$HERE" && cp package-lock.json.new package-lock.json && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || {
        rm -f "$HERE/package-lock.json"
        exit 1
    }
fi
cd "$ROOT"
if [ -z "${JUMUN:-}" ]; then
    cargo build --quiet --locked -p jumun
fi
exec node "$HERE/main.js" "${JUMUN:-target/debug/jumun}" "${CHROMIUM:-/usr/bin/chromium}" "$HERE/pictures"
