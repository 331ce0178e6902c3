#!/usr/bin/env bash
# Shows that no trial is lost: a sweep that is killed at random moments, one that is divided among processes, and one
# that runs as Slurm jobs must leave the same CSVs as one that was left alone; and memory must stay flat.
#
#     tests/endurance.sh [--kills N] [--quick] [PART...]
#
# Parts: kills, shards, memory, slurm; without names all of them. --quick leaves out memory and slurm. Slurm is started
# here, on 127.0.0.1, where Debian's slurm-wlm and munge are installed and this is root; else it is skipped by name.
# Prints a line a test and, last, the counts.
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/testing.sh

kills=100 parts=()
while [ $# -gt 0 ]; do
  case $1 in
    --kills) kills=${2-}; shift; [[ $kills =~ ^[1-9][0-9]*$ ]] || { echo "--kills takes a number" >&2; exit 2; } ;;
    --quick) parts+=(kills shards) ;;
    kills | shards | memory | slurm) parts+=("$1") ;;
    *) echo "there is no part '$1': kills, shards, memory, slurm" >&2; exit 2 ;;
  esac
  shift
done
[ ${#parts[@]} -gt 0 ] || parts=(kills shards memory slurm)

set_up
stop_slurm() { :; }
trap 'stop_slurm; rm -rf "$tmp"' EXIT

# Two stages, a tuning and an evaluation; and many trials of one stage.
sweep=placement
options=(--preset smoke --data digits --seeds 1)
mkdir -p "$tmp/experiments"
ln -s "$PWD/lib" "$tmp/lib"
cat > "$tmp/experiments/many.csx" << 'CSX'
#load "../lib/lab.csx"
#nullable enable
return Experiment(Args, "Does memory stay flat?", new(["norm"], [], "Many trials."), lab =>
    from runs in Evaluate(new Net("small", lab.Baseline with { TrainSize = 600, Epochs = 1 }, []).Cells,
        lab.Seeds(standard: 500))
    select new Report($"{runs.Count} trials", runs.Summarize(["norm"], ValidationAccuracy))
    {
        Figures = [Band("accuracy", "Accuracy", runs, new("Rate"), trial => trial.Lr, new("Accuracy"),
            ValidationAccuracy)],
    });
CSX

lab() { script "experiments/$sweep.csx" -- "${options[@]}" "$@"; }

# The CSVs of a results folder in one text, without the column of seconds.
tables() {
  local file
  for file in trials curves summary; do
    awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") at = i } at { $at = "" } { print }' \
      "$1/$sweep/$file.csv"
  done
  cat "$1/claims.csv"
}
equal() { tables "$2" > "$tmp/left" && tables "$tmp/plain" > "$tmp/right" && same "$1" "$tmp/left" "$tmp/right"; }

# Trials in the journals and tables of a folder.
finished() {
  cat "$1/$sweep"/journal*.jsonl "$1/$sweep/trials.csv" 2> /dev/null | grep -Eo '^(\{"Trial":\[")?[0-9a-f]{12}' |
    grep -Eo '[0-9a-f]{12}$' | sort -u
}

echo "== plain"
lab --out "$tmp/plain" > "$tmp/log" 2>&1 || cat "$tmp/log"
all=$(finished "$tmp/plain" | grep -c .)
expect plain_run_succeeds "$all" '[1-9]*'

# kill_and_resume KILLS: whenever a run comes to its end, another begins in a folder of its own.
kill_and_resume() {
  local done=0 ended=0 lost=0 unequal=0 torn=0 out=$tmp/killed before after code
  while [ $done -lt "$1" ]; do
    finished "$out" > "$tmp/before"
    set -m
    lab --out "$out" --jobs 2 > "$tmp/log" 2>&1 < /dev/null &
    set +m
    sleep "$((RANDOM % 3)).$((RANDOM % 900 + 100))"
    kill -KILL -- -$! 2> /dev/null
    wait $! 2> /dev/null
    code=$?
    ! grep -q 'cut off' "$tmp/log" || torn=$((torn + 1))
    finished "$out" > "$tmp/after"
    lost=$((lost + $(comm -23 "$tmp/before" "$tmp/after" | grep -c .)))
    if [ $code = 137 ]; then done=$((done + 1)); continue; fi
    [ $code = 0 ] || { echo "a resumed run ended with $code:"; tail -n 3 "$tmp/log"; unequal=$((unequal + 1)); }
    ended=$((ended + 1))
    cmp -s <(tables "$out") <(tables "$tmp/plain") || unequal=$((unequal + 1))
    rm -rf "$out"
  done 2> /dev/null
  lab --out "$out" > "$tmp/log" 2>&1
  cmp -s <(tables "$out") <(tables "$tmp/plain") || unequal=$((unequal + 1))
  killed="$done kills, $lost trials lost, $unequal unequal"
  echo "   $killed; $((ended + 1)) sweeps came to their end, $torn resumed over a torn line"
}

# A torn line, as a machine that loses power leaves it, at any length.
tear() {
  local out=$tmp/torn file=$tmp/torn/$sweep/journal.jsonl size
  set -m
  lab --out "$out" --jobs 1 > "$tmp/log" 2>&1 < /dev/null &
  set +m
  until [ "$(finished "$out" | grep -c .)" -ge 5 ]; do sleep 0.1; done
  kill -KILL -- -$!
  wait $! 2> /dev/null
  size=$(wc -c < "$file")
  truncate -s $((size - RANDOM % 300 - 1)) "$file"
  lab --out "$out" > "$tmp/log" 2>&1
} 2> /dev/null

for part in "${parts[@]}"; do
  echo "== $part"
  case $part in
    kills)
      kill_and_resume "$kills"
      expect killed_and_resumed "$killed" "$kills kills, 0 trials lost, 0 unequal"
      tear
      equal torn_and_resumed "$tmp/torn"
      ;;
    shards)
      # At once, on one folder.
      started=()
      for k in 1 2 3; do lab --shard $k/3 --jobs 1 --out "$tmp/sharded" > "$tmp/shard$k" 2>&1 & started+=($!); done
      codes=; for job in "${started[@]}"; do wait "$job"; codes+="$? "; done
      expect shards_succeed "$codes$(cat "$tmp"/shard? | grep -c 'is done; merge\|has done its part')" '0 0 0 3'
      expect shards_leave_tables_to_the_merge "$(ls "$tmp/sharded/$sweep" | grep -c csv)" 0
      lab --out "$tmp/sharded" > "$tmp/log" 2>&1
      equal sharded_and_merged "$tmp/sharded"
      # One after the other, one of them killed; then again until all is there, and with other numbers of parts.
      for k in 1 2; do lab --shard $k/2 --out "$tmp/turns" > "$tmp/turn$k" 2>&1; done
      expect a_shard_runs_its_part_alone "$(grep -c 'has done its part; [1-9]' "$tmp/turn1")" 1
      lab --shard 3/3 --out "$tmp/turns" > "$tmp/log" 2>&1
      lab --shard 1/2 --out "$tmp/turns" > "$tmp/log" 2>&1
      expect a_shard_goes_on_with_the_second_stage "$(finished "$tmp/turns" | grep -c .)" "[1-9]*"
      lab --out "$tmp/turns" > "$tmp/log" 2>&1
      equal shards_in_turns "$tmp/turns"
      # A merge runs what dead shards left.
      lab --shard 2/3 --out "$tmp/partly" > "$tmp/log" 2>&1
      lab --jobs 1 --out "$tmp/partly" > "$tmp/log" 2>&1
      equal merged_without_the_other_shards "$tmp/partly"
      ;;
    memory)
      script "$tmp/experiments/many.csx" -- --data digits --seeds 250 --jobs 2 --out "$tmp/many" > "$tmp/log" 2>&1 &
      job=$!
      resident() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$1/status" 2> /dev/null; }
      # The script's host is the only child where dotnet starts it as one.
      early='' late=''
      while kill -0 $job 2> /dev/null; do
        host=$(pgrep -f "many.csx -- --data" | while read -r id; do echo "$(resident "$id") $id"; done |
          sort -n | tail -n 1)
        count=$(cat "$tmp/many/many/journal.jsonl" 2> /dev/null | grep -c '"Trial"')
        [ "$count" -lt 100 ] || [ -n "$early" ] || early=${host% *}
        [ "$count" -lt 480 ] || [ -n "$late" ] || late=${host% *}
        sleep 0.2
      done
      wait $job
      echo "   resident after 100 trials $early MiB, after 480 $late MiB"
      expect memory_is_flat \
        "$([ -n "$early" ] && [ -n "$late" ] && [ "$late" -le $((early + early / 10)) ] && echo flat)" flat
      ;;
    slurm) . tests/slurm.sh ;;
  esac
done
counts
