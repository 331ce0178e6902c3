#!/usr/bin/env bash
# Tests how scripts are started: many at once on a cold cache, from other folders, with wrong options, with output that
# cannot be written, as tasks of a job array. The cache is a new one, no data set is to be had, and the stand-in does not
# do better than dotnet-script 2.0.0. Prints a line a test and, last, the counts.
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/testing.sh
set_up
unset LAB_DATA LAB_DEBUG LAB_HOST
export DOTNET_SCRIPT_STRICT=1 XDG_CACHE_HOME=$tmp/cache LAB_MIRROR=http://127.0.0.1:9/

# A project whose lib is this one's, with a script that needs no more than the prelude.
mkdir -p "$tmp/user/experiments/below"
ln -s "$PWD/lib" "$tmp/user/lib"
tiny=$tmp/user/experiments/tiny.csx
cat > "$tiny" << 'CSX'
#load "../lib/prelude.csx"
WriteLine($"optimized {Release.IsOptimized} {string.Join('|', Args)}");
CSX

# at_once N COMMAND...: so many of it, each with its number behind it; says how they ended, and how many said what.
at_once() {
  local n=$1 k
  shift
  for ((k = 1; k <= n; k++)); do
    (out=$("$@" $k < /dev/null 2> "$tmp/err$k"); code=$?; echo "$code ${out/ $k/ k} $(said "$tmp/err$k")" > "$tmp/out$k") &
  done
  wait
  cat "$tmp"/out* | sort | uniq -c | tr -s ' \n' ' '
  rm "$tmp"/out*
}

# ---- Many at once on a cold cache.

expect twenty_at_once_on_a_cold_cache "$(at_once 20 .dotnet-script/script "$tiny" --)" ' 20 0 optimized True k '
expect a_cold_start_says_what_it_waits_for "$(cat "$tmp"/err* | grep -c '^compiling tiny.csx')" 1
run .dotnet-script/script "$tiny" -- a b
expect a_warm_start_says_nothing "$all$(cat "$tmp/err")" 'optimized True a|b

exit 0'
echo '// changed' >> "$tiny"
# Where dotnet-script 2.0.0 has its copy: it would be overwritten under a process that runs it.
copy=$tmp/cache/bn-lab/scripts/dotnet-script$tiny/execution-cache
mkdir -p "$copy" && echo old > "$copy/script.dll" && ln "$copy/script.dll" "$tmp/running"
expect two_at_once_after_a_change "$(at_once 2 .dotnet-script/script "$tiny" --)" ' 2 0 optimized True k '
expect copy_that_may_be_running_is_not_overwritten "$(find "$copy" -samefile "$tmp/running" 2>&1 | grep -v 'No such')" ''

# Plain starts, compiled in Debug before, meet at the compile in Release.
LAB_DEBUG=1 run dotnet script "$tiny"
expect debug_is_kept_where_it_is_asked_for "$all" 'optimized False 
note: compiled in Debug, since LAB_DEBUG is set*
exit 0'
rm -r "$tmp/cache/bn-lab"
expect plain_starts_at_once "$(at_once 4 dotnet script "$tiny" --)" ' 4 0 optimized True k '

# A holder of the lock that is killed.
rm -r "$tmp/cache/bn-lab"
set -m
.dotnet-script/script "$tiny" > "$tmp/killed" 2>&1 < /dev/null &
set +m
tenths=0
until [ -f "$tmp/cache/bn-lab/scripts/lock" ] || [ $((tenths += 1)) -gt 100 ]; do sleep 0.1; done
{ kill -s KILL -- -$! && wait $!; } 2> /dev/null
expect a_killed_compile_locks_nobody_out "$(at_once 2 .dotnet-script/script "$tiny" --)" ' 2 0 optimized True k '

# As on macOS, which has no flock.
rm -r "$tmp/cache/bn-lab"
mkdir "$tmp/mac"
for tool in bash cat cksum dirname dotnet env grep mkdir perl rm sleep; do
  ! command -v $tool > /dev/null || ln -s "$(command -v $tool)" "$tmp/mac/$tool"
done
if command -v perl > /dev/null; then
  expect two_at_once_without_flock "$(at_once 2 env PATH="$tmp/mac" .dotnet-script/script "$tiny" --)" \
    ' 2 0 optimized True k '
else
  skip two_at_once_without_flock "no perl here"
fi

# ---- Paths.

run .dotnet-script/script "$tmp/user/experiments/below/../tiny.csx" -- a
expect dots_in_a_path "$all" 'optimized True a*exit 0'

# ---- All of it: shards at once, whose first starts compile the lab.

small=(--preset smoke --data digits --seeds 1 --jobs 1)
shards() { ./run-all.sh "${small[@]}" --out "$tmp/shards" --shard "$1/2" lr_sweep > "$tmp/shard$1"; }
expect shards_at_once_on_a_cold_cache "$(at_once 2 shards) $(grep -l ': shard ./2 is done' \
  "$tmp"/shard[12] | wc -l | tr -d ' ')" ' 2 0  2'
run ./run-all.sh "${small[@]}" --out "$tmp/shards" lr_sweep
expect shards_are_merged "$code $(grep -c 'nothing to run' <<< "$out") $(cd "$tmp/shards" && ls -d index.html)" \
  '0 [1-9]* index.html'
(cd results && run_all=$(../run-all.sh "${small[@]}" --dry-run --out ../results/../none lr_sweep 2>&1)
  echo "$? $(tail -n 1 <<< "$run_all")" > "$tmp/from_below")
expect started_from_another_folder "$(cat "$tmp/from_below")" '0 42 trials on digits*'

# ---- Experiments that are not run with the others: one of a user, and all where one does not compile as a function.

mkdir "$tmp/project"
cp -R lib experiments run-all.sh .dotnet-script .config "$tmp/project"
cat > "$tmp/project/experiments/own.csx" << 'CSX'
#load "../lib/lab.csx"
#nullable enable
sealed record Rate(double Value);

return Experiment(Args, "Does it run by itself?", new(["lr"], [], "Two rates."), lab =>
    from runs in Sweep(from rate in new Rate[] { new(0.1), new(1) }
                       select lab.Baseline with { Lr = rate.Value, TrainSize = 1_200 })
    select new Report("It does", runs.Summarize(["lr"], ValidationAccuracy))
    {
        Figures = [Band("accuracy", "Accuracy", runs, new("Rate", Log: true), trial => trial.Lr, new("Accuracy"),
            ValidationAccuracy)],
    });
CSX
run "$tmp/project/run-all.sh" "${small[@]}" --out "$tmp/own" own
expect own_experiment_is_run_by_itself "$code$err $(grep -o 'own/report.html' "$tmp/own/index.html" | sort -u)" \
  '0 own/report.html'
echo 'sealed record Extra(int Value);' >> "$tmp/project/experiments/depth.csx"
run "$tmp/project/run-all.sh" "${small[@]}" --out "$tmp/own" depth own
expect experiments_that_do_not_compile_together "$code $(grep -c 'do not compile together' <<< "$err") $(cd "$tmp/own" &&
  ls -d ./*/report.html | tr '\n' ' ')" '0 1 ./depth/report.html ./own/report.html '

# ---- Wrong options are refused before data is looked for: it cannot be had here, which would be said.

# bad NAME GLOB COMMAND...: one line, and exit code 2.
bad() {
  run "${@:3}"
  expect "$1" "$code, $(grep -c . <<< "$err") line, '$out', $err" "2, 1 line, '', $2"
}

one=(.dotnet-script/script experiments/lr_sweep.csx --)
touch "$tmp/file"
run "${one[@]}" --preset smoke --dry-run
expect no_data_is_to_be_had_here "$err" 'downloading mnist*NOT MNIST*'
bad tasks_not_a_number "--tasks *'x'" ./run-all.sh --slurm --tasks x
bad tasks_missing "--tasks *" ./run-all.sh --slurm --tasks
command -v sbatch > /dev/null || bad slurm_where_there_is_none "there is no sbatch here*" ./run-all.sh --slurm
bad experiment_of_no_name "there is no experiment 'lr_swep'*" ./run-all.sh lr_swep
for way in run_all one; do
  [ $way = one ] && start=("${one[@]}") || start=(./run-all.sh)
  bad ${way}_seeds_not_a_number "--seeds *'x'" "${start[@]}" --seeds x
  bad ${way}_shard_beyond "--shard is k/n*'5/2'" "${start[@]}" --shard 5/2
  bad ${way}_data_of_no_name "there is no data set 'nosuch'*" "${start[@]}" --data nosuch
  bad ${way}_out_is_a_file "$tmp/file is a file*--out*" "${start[@]}" --out "$tmp/file"
done
bad one_jobs_of_none "--jobs *'0'" "${one[@]}" --jobs 0
bad one_preset_of_no_name "--preset *'huge'" "${one[@]}" --preset huge
bad one_out_missing "--out needs a folder" "${one[@]}" --out ''

# ---- Output that cannot be written.

if [ -c /dev/full ]; then
  "${one[@]}" "${small[@]}" --dry-run > /dev/full 2> "$tmp/err"
  expect full_output_is_said "$? $(cat "$tmp/err")" '2 standard output cannot be written: No space left on device*'
  "${one[@]}" --seeds x 2> /dev/full
  expect full_error_output_changes_no_code $? 2
else
  skip full_output_is_said "no /dev/full here"
  skip full_error_output_changes_no_code "no /dev/full here"
fi
for way in run_all one; do
  [ $way = one ] && start=("${one[@]}") names=() || { start=(./run-all.sh); names=(lr_sweep); }
  "${start[@]}" "${small[@]}" --out "$tmp/closed_$way" ${names[@]+"${names[@]}"} >&- 2> "$tmp/err"
  expect ${way}_with_closed_output "$? $(said "$tmp/err") $(ls "$tmp/closed_$way/lr_sweep/report.html")" '0  *report.html'
done

# ---- Slurm: its command is one that notes what it is given.

mkdir "$tmp/slurm"
cat > "$tmp/slurm/sbatch" << 'SH'
#!/usr/bin/env bash
compiled=$(ls "$XDG_CACHE_HOME"/bn-lab/scripts/begun"$XDG_CACHE_HOME/bn-lab/together$PWD/lab.csx")
echo "${compiled##*/} ${*: -1}" >> "${0%/*}/log"
grep -c . "${0%/*}/log"
SH
chmod +x "$tmp/slurm/sbatch"
PATH=$tmp/slurm:$PATH run ./run-all.sh --slurm --tasks 3 "${small[@]}" --out "$tmp/cluster" init_sweep
expect slurm_submits_what_is_compiled "$code$err $(cut -d ' ' -f 1 "$tmp/slurm/log" | tr '\n' ' ')" \
  '0 lab.csx lab.csx lab.csx '
expect slurm_tasks_name_their_part "$(grep -o 'init_sweep *\(--shard.*\)*$' "$tmp/slurm/log" | tr -s ' \n' '  ')" \
  'init_sweep --shard $SLURM_ARRAY_TASK_ID/3 init_sweep --shard $SLURM_ARRAY_TASK_ID/3 init_sweep '
array=(env SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=1 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_STEP=1)
bad task_alone_says_how "task 3 is alone *--shard 3/N*" "${array[@]}" ./run-all.sh "${small[@]}" lr_sweep
run "${array[@]}" ./run-all.sh "${small[@]}" --shard 3/3 --out "$tmp/alone" --dry-run lr_sweep
expect task_alone_with_its_part "$code $(tail -n 1 <<< "$out")" '0 14 trials on digits*'

# ---- Each experiment by itself: run-all.sh has them compiled together.

for path in experiments/*.csx; do
  run .dotnet-script/script "$path" -- --help
  expect "$(basename "$path" .csx)_compiles_by_itself" "$code $(head -n 1 <<< "$out")$err" "0 $(basename "$path" .csx): *[?]"
done

# ---- An exception in an experiment of one's own.

cat > "$tmp/user/experiments/broken.csx" << 'CSX'
#load "../lib/lab.csx"
return RunCommand(Args, "broken", "Where does it break?", (_, _, _) => throw new InvalidOperationException("as asked"));
CSX
run .dotnet-script/script "$tmp/user/experiments/broken.csx"
expect exception_says_how_to_see_its_line "$code $(tail -n 1 <<< "$err")" '3 *LAB_DEBUG=1*'
LAB_DEBUG=1 run .dotnet-script/script "$tmp/user/experiments/broken.csx"
expect exception_with_file_and_line "$code $err" '3 *InvalidOperationException: as asked*broken.csx:line 2*'

# ---- The tests themselves, under another host.

printf '#!/usr/bin/env bash\necho 9.9.9\n' > "$tmp/host"
chmod +x "$tmp/host"
run ./tests/run.sh --host "$tmp/host" host
expect tests_run_under_another_host "$code $(grep -c '^FAILED .* got: *9.9.9' <<< "$out")" '1 [1-9]*'
bad no_such_host "*$tmp/none is no file*" ./tests/run.sh --host "$tmp/none"
counts
