# For shell tests: one line a test, `ok NAME`, `FAILED NAME: why` or `skipped NAME: why`, and the counts last.
passed=0 failed=0 skipped=0

# set_up: dotnet-script is there, $tmp is a folder that goes at the end, and no lab above this test steers those in it.
set_up() {
  ./.dotnet-script/setup.sh || exit
  tmp=$(cd "$(mktemp -d)" && pwd -P)
  trap 'rm -rf "$tmp"' EXIT
  export DOTNET_NOLOGO=1
  unset DOTNET_SCRIPT_CACHE_LOCATION LAB_RESTARTED LAB_COMMAND
}

# expect NAME ACTUAL GLOB
expect() {
  # shellcheck disable=SC2053
  if [[ $2 == $3 ]]; then
    echo "ok $1"; passed=$((passed + 1))
  else
    echo "FAILED $1: expected $3, got: $(tr '\n' ' ' <<< "$2" | cut -c 1-400)"; failed=$((failed + 1))
  fi
}

# same NAME FILE FILE: byte for byte, and not both of them empty.
same() { expect "$1" "$(cmp "$2" "$3" 2>&1)$([ -s "$2" ] || echo "$2 is empty")" ''; }

# A file of standard error without what .dotnet-script/script says while it compiles.
said() { grep -Ev '^(compiling [^ ]*\.csx, which is kept|waiting for another process, which is compiling)' "$1"; }

skip() { echo "skipped $1: $2"; skipped=$((skipped + 1)); }

# run COMMAND ARGUMENT...: into $out, $err and $code; $all is all three. Wants $tmp.
run() {
  out=$("$@" 2> "$tmp/err" < /dev/null); code=$?; err=$(said "$tmp/err")
  all="$out
$err
exit $code"
}

script() { .dotnet-script/script "$@"; }

# The path of a Chromium.
browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

counts() {
  local summary="$passed passed, $failed failed"
  [ $skipped = 0 ] || summary="$summary, $skipped skipped"
  echo "$summary"
  [ $failed = 0 ]
}
