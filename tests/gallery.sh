#!/usr/bin/env bash
# Makes the pictures in results/gallery/ from the reports in a results folder (default: results), by headless Chromium.
#
#     tests/gallery.sh [DIR]
set -euo pipefail
unset CDPATH
from=$(cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../results}" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "no Chromium here: install it, then run this again" >&2; exit 2; }
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

# picture EXPERIMENT HEIGHT: the top of its report, 1200 pixels wide.
picture() {
  [ -f "$from/$1/report.html" ] || { echo "$from has no report of $1" >&2; exit 2; }
  "$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$profile" --window-size="1200,$2" \
    --virtual-time-budget=8000 --screenshot="results/gallery/$1.png" "file://$from/$1/report.html" > /dev/null 2>&1
  echo "results/gallery/$1.png"
}

mkdir -p results/gallery
picture lr_sweep 1460
