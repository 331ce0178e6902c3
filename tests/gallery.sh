#!/usr/bin/env bash
# Makes the pictures in results/gallery/ from the reports in a results folder (default: results), by headless Chromium.
#
#     tests/gallery.sh [DIR]
set -euo pipefail
unset CDPATH
from=$(cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../results}" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/testing.sh
for page in index.html lr_sweep/report.html init_sweep/report.html; do
  [ -f "$from/$page" ] || { echo "$from has no $page" >&2; exit 2; }
done
browser > /dev/null || { echo "no Chromium here: install it, then run this again" >&2; exit 2; }
mkdir -p results/gallery
script tests/gallery.csx -- "$(browser)" "$from" results/gallery
