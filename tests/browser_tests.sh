#!/usr/bin/env bash
# Opens every page of a results folder in Chromium: see browser_tests.csx. Without a folder it makes one by a smoke run
# on `digits`.
#
#     tests/browser_tests.sh [--install] [DIR] [PART OF TEST NAMES]
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/testing.sh
./.dotnet-script/setup.sh || exit

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
install=${CI-}
[ "${1-}" != --install ] || { install=true; shift; }
if ! { browser && command -v pdftotext; } > /dev/null && [ "$install" = true ] && command -v apt-get > /dev/null; then
  root=
  [ "$(id -u)" = 0 ] || root=sudo
  { $root apt-get update && $root apt-get install -y --no-install-recommends chromium fonts-dejavu-core poppler-utils; } \
    > "$tmp/apt" 2>&1
  expect chromium_is_installed "$(browser || tail -n 3 "$tmp/apt")" '/*'
fi
if ! browser > /dev/null; then
  skip browser "no Chromium here; --install installs it (Debian's, by apt-get)"
  counts
  exit
fi

if [ -n "${1-}" ]; then
  folder=$1
  shift
else
  folder=$tmp/results
  ./run-all.sh --preset smoke --seeds 1 --data digits --out "$folder" > "$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
fi
script tests/browser_tests.csx -- "$(browser)" "$folder" "$@"
