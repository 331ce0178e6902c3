#!/usr/bin/env bash
# A longer test: a smoke run of all experiments under locales with other numbers gives the bytes of LC_ALL=C, times and
# dates apart. It takes some ten minutes. Prints a line a test and, last, the counts.
#
#     tests/cultures.sh [LOCALE...]
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/testing.sh
tmp=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$tmp"' EXIT
export DOTNET_NOLOGO=1

# without_times FILE: without what differs between any two runs: seconds, the date and the time of a step.
without_times() {
  case $1 in
    *trials.csv) awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") at = i } { $at = "" } 1' "$1" ;;
    *.html) sed -E '/<footer>|Where and when/d; s/data-v="[0-9.e-]+">[0-9.]+<//g' "$1" ;;
    *) cat "$1" ;;
  esac
}

# smoke LOCALE: a run under it.
smoke() {
  LC_ALL=$1.UTF-8 ./run-all.sh --preset smoke --data digits --out "$tmp/$1" > "$tmp/$1.log" 2>&1 < /dev/null
  expect "smoke_run_in_$1" $? 0
}

# differing LOCALE: files that are not those of C.
differing() {
  local file
  (cd "$tmp/C" && find . -type f ! -name provenance.json) | while read -r file; do
    cmp -s <(without_times "$tmp/C/$file") <(without_times "$tmp/$1/$file") || echo "$file"
  done
}

smoke C
[ $# -gt 0 ] || set -- de_DE tr_TR fa_IR
for locale in "$@"; do
  smoke "$locale"
  expect "bytes_in_${locale}_are_those_of_C" "$(differing "$locale")" ''
done
counts
