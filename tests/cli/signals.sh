#!/usr/bin/env bash
# Tests what signals do to a run: SIGTERM to run-all.sh alone, to a whole group of processes, and Ctrl-C.
# Prints a line a test and, last, the counts.
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/testing.sh
set_up

# More work than is done before the signal comes.
many=(--preset smoke --seeds 50 --data digits --jobs 1)
# A shell that was started with Ctrl-C ignored (nohup, a script's &) cannot undo that; coreutils can.
attend=
[ -z "$(trap -p INT)" ] || attend="env --default-signal=INT"

# stopped OUT SIGNAL TARGET COMMAND...: starts it as a job of its own, sends the signal to the process (alone) or to its
# group once trials have ended, and waits.
stopped() {
  local folder=$1 signal=$2 target=$3 tenths=0 started
  shift 3
  set -m
  (trap - EXIT; exec $attend "$@") > "$tmp/out" 2> "$tmp/err" < /dev/null &
  set +m
  started=$!
  until [ "$(cat "$folder"/*/journal.jsonl 2> /dev/null | grep -c '"Trial"')" -ge 2 ] || [ $((tenths += 1)) -gt 1200 ]
  do sleep 0.1; done
  if [ "$target" = alone ]; then kill -s "$signal" $started; else kill -s "$signal" -- -$started; fi
  # What does not obey within a minute never will.
  tenths=0
  while kill -s 0 $started && [ $((tenths += 1)) -le 600 ]; do sleep 0.1; done
  [ $tenths -le 600 ] || kill -s KILL -- -$started
  wait $started
  code=$? out=$(cat "$tmp/out") err=$(said "$tmp/err")
  # Nothing may be left of the group.
  left=$(kill -s 0 -- -$started && echo "processes are left")
  kill -s KILL -- -$started
} 2> /dev/null

# What a run leaves that was stopped in order: its journal with an end, and nothing else.
left() { (cd "$1"/lr_sweep && ls | tr '\n' ' '; grep -c '"Ended":"2' journal.jsonl); }
resume="interrupted; finished trials are kept, and this goes on from there:
  "

stopped "$tmp/alone" TERM alone ./run-all.sh "${many[@]}" --out "$tmp/alone" lr_sweep inference
expect term_of_run_all_alone_is_passed_on "$code $left$err" "143 $resume*/run-all.sh --preset smoke * inference"
expect term_of_run_all_ends_it_in_order "$(left "$tmp/alone") $(ls "$tmp/alone")" 'journal.jsonl 1 lr_sweep'

stopped "$tmp/group" TERM group ./run-all.sh "${many[@]}" --out "$tmp/group" lr_sweep inference
expect term_of_the_group_says_how_to_go_on "$code $left$err" "143 $resume*/run-all.sh --preset smoke *"
expect term_of_the_group_ends_it_in_order "$(left "$tmp/group") $(ls "$tmp/group")" 'journal.jsonl 1 lr_sweep'

# As a user starts it, in another folder than the project's.
stopped "$tmp/plain" TERM group bash -c 'cd results && exec dotnet script "$@"' - \
  "$PWD/experiments/lr_sweep.csx" -- "${many[@]}" --out "$tmp/plain"
expect term_of_a_plain_start "$code $left$err" \
  "143 ${resume}dotnet script $PWD/experiments/lr_sweep.csx -- * $tmp/plain"
expect term_of_a_plain_start_ends_it_in_order "$(left "$tmp/plain")" 'journal.jsonl 1'

if ! $attend true 2> /dev/null; then
  skip ctrl_c "this shell ignores Ctrl-C; run the tests in the foreground"
else
  stopped "$tmp/once" INT group ./run-all.sh "${many[@]}" --out "$tmp/once" lr_sweep inference
  expect ctrl_c_asks_once "$code $left$err" "130 $resume*/run-all.sh --preset smoke *"
  expect ctrl_c_ends_it_in_order "$(left "$tmp/once") $(ls "$tmp/once")" 'journal.jsonl 1 lr_sweep'

  # With more cores than there are trials for, both are at work.
  stopped "$tmp/both" INT group ./run-all.sh --preset smoke --seeds 50 --data digits --jobs 16 --out "$tmp/both" \
    inference lr_sweep
  expect ctrl_c_of_two_at_work_asks_once "$code $left$(grep -c interrupted <<< "$err")" '130 1'
  expect ctrl_c_of_two_at_work_ends_both "$(left "$tmp/both") $(ls "$tmp/both" | tr '\n' ' ')" \
    'journal.jsonl 1 inference lr_sweep '
fi
counts
