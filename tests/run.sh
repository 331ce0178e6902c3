#!/usr/bin/env bash
# All tests that fit into ten minutes on two cores. The last line is the counts; what was skipped is named above it.
# With --install (or where CI is true) they may install what they lack of the system's packages: Chromium, pdftotext.
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1-} in
  '' | --install) install=${1-} ;;
  *) echo "$1 is not known: tests/run.sh [--install]" >&2; exit 2 ;;
esac
./.dotnet-script/setup.sh || exit

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
export DOTNET_NOLOGO=1
script() { .dotnet-script/script "$@"; }

passed=0 failed=0 skipped=0
: > "$tmp/failures"

# part NAME COMMAND...: runs it and adds its counts. One that ends before them or without a test has failed.
part() {
  local name=$1 begun=$SECONDS code why='' good bad left
  shift
  echo "== $name"
  "$@" < /dev/null 2>&1 | tee "$tmp/log"
  code=${PIPESTATUS[0]}
  grep '^FAILED ' "$tmp/log" | cut -c 1-200 >> "$tmp/failures"
  if [[ $(tail -n 1 "$tmp/log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    good=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]} left=${BASH_REMATCH[4]:-0}
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
    if [ $((good + bad + left)) = 0 ]; then why="no test ran"
    elif [ $bad = 0 ] && [ $code != 0 ]; then why="ended with exit code $code"
    fi
  else
    why="ended with exit code $code before its counts"
  fi
  if [ -n "$why" ]; then
    failed=$((failed + 1))
    echo "FAILED $name: $why" | tee -a "$tmp/failures"
  fi
  echo "   ($((SECONDS - begun)) s)"
}

# Kernels again on the narrowest vectors, which other machines have and this one need not.
narrow() {
  local bits
  echo 'WriteLine(System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? "wide" : "narrow");' > "$tmp/vectors.csx"
  bits=$(DOTNET_EnableAVX=0 script "$tmp/vectors.csx")
  [ "$bits" = narrow ] || { echo "FAILED vectors: could not be narrowed, $bits"; echo "0 passed, 1 failed"; return 1; }
  DOTNET_EnableAVX=0 script tests/all.csx -- "$1"
}

part host ./tests/host_tests.sh
part lab script tests/all.csx
for kind in gemm op norm edge layers; do part "$kind, 128-bit vectors" narrow $kind:; done
KEEP_RESULTS=$tmp/results part "command line" ./tests/cli_tests.sh
part browser ./tests/browser_tests.sh $install "$tmp/results"
part endurance ./tests/endurance.sh --quick --kills 5

echo "== all, $SECONDS s"
cat "$tmp/failures"
summary="$passed passed, $failed failed"
[ $skipped = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ $failed = 0 ]
