#!/usr/bin/env bash
# The tests: those that fit into some ten minutes on two cores, all that there are, or the parts that are named. The last
# line is the counts; what was skipped is named above it.
#
#     tests/run.sh [--install] [--host PATH] [--all | PART...]
#
# Parts: host, lab, vectors, command, browser; with --all also start, signals, endurance. With --install (or where CI is
# true) they may install what they lack of the system's packages: Chromium, pdftotext. With --host all scripts run under
# that dotnet-script, a program or a .dll.
set -uo pipefail
unset CDPATH
from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bad() { echo "$*" >&2; exit 2; }

usual="host lab vectors command browser" known="$usual start signals endurance"
install= host= asked=()
while [ $# -gt 0 ]; do
  case $1 in
    --install) install=$1 ;;
    --all) read -ra asked <<< "$known" ;;
    --host) host=${2-}; shift; [[ $host == /* ]] || host=$from/$host
      [ -f "$host" ] || bad "--host takes the path of a dotnet-script, and $host is no file" ;;
    -*) bad "$1 is not known: tests/run.sh [--install] [--host PATH] [--all | PART...]" ;;
    *) [[ " $known " == *" $1 "* ]] || bad "there is no part '$1': $known"; asked+=("$1") ;;
  esac
  [ $# = 0 ] || shift
done
[ ${#asked[@]} -gt 0 ] || read -ra asked <<< "$usual"

tmp=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null; rm -rf "$tmp"' EXIT
trap 'exit 130' INT
export DOTNET_NOLOGO=1
if [ -n "$host" ]; then
  # `dotnet script` is the other host, and `dotnet` remains what it was.
  dotnet=$(command -v dotnet) && mkdir "$tmp/bin" || exit 2
  printf -v start '%q ' "$host"
  [[ $host != *.dll ]] || printf -v start '%q ' "$dotnet" exec "$host"
  printf '#!/usr/bin/env bash\nif [ "${1-}" = script ]; then exec %s"${@:2}"; fi\nexec %q "$@"\n' \
    "$start" "$dotnet" > "$tmp/bin/dotnet"
  chmod +x "$tmp/bin/dotnet"
  export PATH=$tmp/bin:$PATH TESTED_HOST=$host
  echo "== under $host, $(dotnet script --version < /dev/null)"
fi
./.dotnet-script/setup.sh || exit
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

# These take one core, so they run beside the first parts, and are shown in their turn.
kinds="gemm op norm edge layers"
if [[ " ${asked[*]} " == *' vectors '* ]]; then
  for kind in $kinds; do narrow $kind: < /dev/null > "$tmp/$kind" 2>&1; echo $? > "$tmp/$kind.code"; done &
  aside=$!
fi
shown() { cat "$tmp/$1"; return "$(cat "$tmp/$1.code")"; }

for one in "${asked[@]}"; do
  case $one in
    host) part host ./tests/host_tests.sh ;;
    lab) part lab script tests/all.csx ;;
    vectors) wait $aside; for kind in $kinds; do part "$kind, 128-bit vectors" shown $kind; done ;;
    command) KEEP_RESULTS=$tmp/results part "command line" ./tests/cli_tests.sh ;;
    start | signals) part $one ./tests/cli/$one.sh ;;
    # Without results of the command line it makes its own.
    browser) part browser ./tests/browser_tests.sh $install $([ ! -d "$tmp/results" ] || echo "$tmp/results") ;;
    endurance) part endurance ./tests/endurance.sh --quick --kills 5 ;;
  esac
done

echo "== all, $SECONDS s"
cat "$tmp/failures"
summary="$passed passed, $failed failed"
[ $skipped = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ $failed = 0 ]
