#!/usr/bin/env bash
# Tests the lab as its users meet it: through the command line, with a cold cache of its own and its results in a
# temporary folder. Prints a line a test and, last, the counts.
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/testing.sh
set_up
export XDG_CACHE_HOME=$tmp/cache

# As a user starts it, and as run-all.sh does, without the compile in Debug.
plain=(dotnet script)
release=(.dotnet-script/script)
lr_sweep=experiments/lr_sweep.csx
small="--preset smoke --seeds 1 --data digits"

line() { grep "^$1: " <<< "$out" | cut -d ' ' -f 2-; }

# Writes a folder's trials without their seconds beside it, and says where.
without_seconds() {
  awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") at = i } { $at = ""; print }' \
    "$1/trials.csv" > "$1.timeless.csv"
  echo "$1.timeless.csv"
}
lines() { cat "$@" 2> /dev/null | grep -c . | tr -d ' '; }
journaled() { grep -c '"Trial"' "$1"; }

# until_lines N FILE: waits for so many of them, a minute at most.
until_lines() {
  local tenths=0
  until [ "$(lines "$2")" -ge "$1" ] || [ $((tenths += 1)) -gt 600 ]; do sleep 0.1; done
}

# bad NAME GLOB COMMAND...: it ends with code 2 and one line.
bad() {
  run "${@:3}"
  expect "$1" "$code, $(grep -c . <<< "$err") line, '$out', $err" "2, 1 line, '', $2"
}

# An experiment of a user, compiled while the first tests run.
mkdir -p "$tmp/user/experiments"
ln -s "$PWD/lib" "$tmp/user/lib"
probe=$tmp/user/experiments/probe.csx
cat > "$probe" << 'CSX'
#load "../lib/lab.csx"
#nullable enable
[DllImport("libc")] static extern int getppid();

return Experiment(Args, "Does the command line work?", new(["lr"], [], "Two rates."), lab =>
{
    var fail = Environment.GetEnvironmentVariable("PROBE_FAIL") is not null;
    return from runs in Sweep(from lr in new[] { 0.1, 1 }
                              from seed in lab.Seeds(standard: 1)
                              select lab.Baseline with { Lr = lr, Seed = seed, TrainSize = 1_200 },
               new([], config => [1, config.Steps], snapshot =>
                   fail && snapshot.Config.Lr == 1 ? throw new ArithmeticException("as asked") : []))
           select Told(new($"{runs.Count} trials", runs.Summarize(["lr"], ValidationAccuracy))
           {
               Figures = [Band("accuracy", "Accuracy", runs, new("Rate", Log: true), trial => trial.Lr,
                   new("Accuracy"), ValidationAccuracy)],
           });
});

Report Told(Report report)
{
    WriteLine($"optimized: {Release.IsOptimized}");
    WriteLine($"parent: {getppid()}");
    WriteLine($"args: {string.Join('|', Args)}");
    WriteLine($"input: {In.ReadLine()}");
    return report;
}
CSX
"${plain[@]}" "$probe" -- --help > "$tmp/probe_help" 2>&1 < /dev/null &
compiling=$!
# One of the project's experiments too, on the other core.
"${release[@]}" experiments/training_speed.csx -- --help > /dev/null 2>&1 < /dev/null &

# In this order: later ones use the results of earlier ones.
for part in results again cultures bad_input own_data user_experiment interruption readme; do . tests/cli/$part.sh; done

counts
