#!/usr/bin/env bash
# Tests the lab as its users meet it: through the command line, with a cold cache of its own and its results in a
# temporary folder. Prints a line a test and, last, the counts.
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/testing.sh
. tests/schema.sh
./.dotnet-script/setup.sh || exit

tmp=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$tmp"' EXIT
export XDG_CACHE_HOME=$tmp/cache DOTNET_NOLOGO=1
unset DOTNET_SCRIPT_CACHE_LOCATION LAB_RESTARTED

# As a user starts it, and as run-all.sh does, without the compile in Debug.
plain=(dotnet script)
release=(.dotnet-script/script)
lr_sweep=experiments/lr_sweep.csx
small="--preset smoke --seeds 1 --data digits"

line() { grep "^$1: " <<< "$out" | cut -d ' ' -f 2-; }

# kept NAME EXPERIMENT COMMAND...: the command leaves all of the experiment's files as they are, and claims.csv.
kept() {
  rm -rf "$tmp/kept" && mkdir "$tmp/kept" && cp -R "$tmp/two/$2" "$tmp/two/claims.csv" "$tmp/kept"
  rm -r "$tmp/two/$2/"{report.html,summary.csv,figures}
  "${@:3}" > /dev/null 2> "$tmp/err" < /dev/null
  expect "$1_$2" "$(diff -rq "$tmp/kept/$2" "$tmp/two/$2"; cmp "$tmp/kept/claims.csv" "$tmp/two/claims.csv"
    cat "$tmp/err")" ''
}

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

# An experiment of a user, compiled while the first tests run.
mkdir -p "$tmp/user/experiments"
ln -s "$PWD/lib" "$tmp/user/lib"
probe=$tmp/user/experiments/probe.csx
cat > "$probe" << 'CSX'
#load "../lib/lab.csx"
#nullable enable
[DllImport("libc")] static extern int getppid();

return Run(Args, "probe", "Does the command line work?", lab =>
{
    var fail = Environment.GetEnvironmentVariable("PROBE_FAIL") is not null;
    var grid = from lr in new[] { 0.1, 1 }
               from seed in lab.Seeds(standard: 1)
               select lab.Baseline with { Lr = lr, Seed = seed, TrainSize = 1_200 };
    var trials = lab.Sweep(grid, new([], config => [1, config.Steps], moment =>
        fail && moment.Config.Lr == 1 ? throw new ArithmeticException("as asked") : []));
    WriteLine($"optimized: {Release.IsOptimized}");
    WriteLine($"parent: {getppid()}");
    WriteLine($"args: {string.Join('|', Args)}");
    WriteLine($"input: {In.ReadLine()}");
    lab.Report($"{trials.Count} trials", trials, trials.Summarize(["lr"], ValidationAccuracy), [],
        [
            Band("accuracy", "Accuracy", trials, new("Rate", Log: true), trial => trial.Lr, new("Accuracy"),
                ValidationAccuracy),
        ], []);
});
CSX
"${plain[@]}" "$probe" -- --help > "$tmp/probe_help" 2>&1 < /dev/null &
compiling=$!

# ---- All at once: set-up, trials, CSVs, report, index.

run ./run-all.sh $small --jobs 2 --out "$tmp/two" lr_sweep
expect run_all_succeeds "$all" '*exit 0'
expect run_all_has_a_plan "$(head -n 1 <<< "$out")" \
  'lr_sweep: 42 trials on digits, about * s with 2 jobs and * GB of memory'
expect verdicts_stand_at_the_end "$(grep -c ' too few data' <<< "$out")" '[1-9]*'
expect nothing_for_terminals_in_a_pipe "$(grep -c $'\e' <<< "$out")" 0
expect run_all_names_the_page "$(tail -n 1 <<< "$out")" "open $tmp/two/index.html"
expect run_all_says_nothing_on_stderr "$err" ''
two=$tmp/two/lr_sweep
expect files "$(ls "$two" | tr '\n' ' ')" \
  'curves.csv figures picture.svg provenance.json report.html summary.csv trials.csv '
columns=trial,experiment,dataset,model,depth,width,activation,norm,placement,optimizer,lr,momentum,weight_decay,init
columns=$columns,init_scale,batch_size,train_size,epochs,seed,role,status,ended_at,reason,train_loss,train_accuracy
columns=$columns,validation_loss,validation_accuracy,test_accuracy,code,seconds,loss_excess,loss_volatility,lr_end
expect columns_of_trials "$(head -n 1 "$two/trials.csv")" $columns
expect columns_of_curves "$(head -n 1 "$two/curves.csv")" \
  'trial,step,examples,train_loss,validation_loss,validation_accuracy'
expect columns_of_summary "$(head -n 1 "$two/summary.csv")" \
  'optimizer,momentum,norm,lr,n,ok,stuck,diverged,failed,validation_accuracy,validation_accuracy_low,*'
# Three optimizers, six rates, two arms; and a range test for each of the first and last.
expect rows_of_trials "$(lines "$two/trials.csv")" $((1 + 3 * 6 * 2 + 3 * 2))
expect rows_of_summary "$(lines "$two/summary.csv")" $((1 + 3 * 6 * 2))
expect every_trial_has_a_curve_unless_lost "$(comm -13 <(cut -d , -f 1 "$two/curves.csv" | sort -u) \
  <(grep -v ',diverged,' "$two/trials.csv" | cut -d , -f 1 | sort -u))" ''
expect some_trials_learned "$(grep -c ',ok,' "$two/trials.csv")" '[1-9]*'
expect report_says_what_was_found \
  "$(grep -o '<h1>.*</h1>' "$two/report.html")" "<h1>$(line lr_sweep | tail -n 1)</h1>"
expect report_says_that_it_was_smoke "$(grep -c 'This was a smoke run' "$two/report.html")" 1
expect report_fetches_nothing \
  "$(grep -Eo '<(script|link|img|iframe)[^>]* (src|href)="?(https?:)?//[^ ]*' "$two/report.html" | head -n 1)" ''
expect index_leads_to_the_report "$(tr '\n' ' ' < "$tmp/two/index.html")" \
  '*href="lr_sweep/report.html"*How much higher a learning rate*'

# ---- Claims, and the experiments of two stages.

expect columns_of_claims "$(head -n 1 "$tmp/two/claims.csv")" 'claim,experiment,dataset,*,verdict,*,holm_p,smallest_p'
expect rows_of_claims "$(cut -d , -f 1 "$tmp/two/claims.csv" | sort | uniq -c | tr -s ' \n' ' ')" \
  ' 1 claim 3 higher-lr 3 stable '
expect verdicts_of_one_seed "$(grep -c 'too few data' "$tmp/two/claims.csv")" 6
expect index_has_the_claims "$(grep -c 'higher-lr' "$tmp/two/index.html")" '[1-9]*'
for name in init_sweep batch_size_sweep training_speed covariate_shift loss_landscape normalizers placement depth \
  scale_and_shift regularization inference; do
  run "${release[@]}" experiments/$name.csx -- $small --out "$tmp/two"
  expect "${name}_succeeds" "$err exit $code" ' exit 0'
  expect "${name}_tunes_and_evaluates" "$(grep -Eo ',(1|101),(tune|evaluate),' "$tmp/two/$name/trials.csv" | sort -u | \
    tr '\n' ' ')" ',1,evaluate, ,101,tune, '
  expect "${name}_sees_no_test_images_while_tuning" \
    "$(grep ',tune,ok,' "$tmp/two/$name/trials.csv" | cut -d , -f 28 | sort -u)" NaN
  expect "${name}_reports" "$(ls "$tmp/two/$name/report.html")" '*report.html'
  kept report_only_keeps_all_of $name "${release[@]}" experiments/$name.csx -- --report-only --out "$tmp/two"
  # One plan of two stages: each takes seconds to estimate.
  [ $name = training_speed ] || continue
  run "${release[@]}" experiments/$name.csx -- $small --dry-run --out "$tmp/dry"
  expect "${name}_has_a_plan" "$(tail -n 2 <<< "$out" | tr '\n' ' ')$err $code" \
    '*the first stage (seeds from 101)*trials on digits, about * s with * jobs and * GB of memory  0'
done
run "${release[@]}" experiments/train_and_evaluate.csx -- $small --out "$tmp/two"
expect train_and_evaluate_succeeds "$err exit $code" ' exit 0'
kept report_only_keeps_all_of train_and_evaluate \
  "${release[@]}" experiments/train_and_evaluate.csx -- --report-only --out "$tmp/two"

schema_tests "$tmp/two"

expect claims_are_of_all_experiments "$(tail -n +2 "$tmp/two/claims.csv" | cut -d , -f 1 | sort -u | tr '\n' ' ')" \
  "alternatives better deeper explodes faster higher-lr higher-lr-large-batch inference init placement regularizes \
shift-distribution shift-gradient small-batch smooth stable two-weights undo "

run "${release[@]}" experiments/train_and_evaluate.csx -- $small --out "$tmp/two"
expect train_and_evaluate_succeeds "$err exit $code" ' exit 0'

# For the browser tests, which open all these pages.
run "${release[@]}" lib/index.csx -- write --out "$tmp/two" -- lr_sweep init_sweep
expect index_is_written "$err $(grep -o 'href="[a-z_]*/report.html"' "$tmp/two/index.html" | wc -l | tr -d ' ')" ' 13'
cp "$tmp/two/index.html" "$tmp/index.html"
run "${release[@]}" lib/index.csx -- write --out "$tmp/two" -- lr_sweep init_sweep
same index_is_the_same_again "$tmp/two/index.html" "$tmp/index.html"
[ -z "${KEEP_RESULTS-}" ] || cp -R "$tmp/two" "$KEEP_RESULTS"

# ---- The same with one job, again, the report alone, and all afresh.

run "${release[@]}" $lr_sweep -- $small --jobs 1 --out "$tmp/one"
one=$tmp/one/lr_sweep
expect experiment_succeeds "$all" '*exit 0'
same jobs_do_not_matter_for_trials "$(without_seconds "$one")" "$(without_seconds "$two")"
same jobs_do_not_matter_for_curves "$one/curves.csv" "$two/curves.csv"
same jobs_do_not_matter_for_summary "$one/summary.csv" "$two/summary.csv"

cp -R "$one" "$tmp/before"
run "${release[@]}" $lr_sweep -- $small --jobs 2 --out "$tmp/one"
expect again_runs_nothing "$out" '*nothing to run, 36 trials kept*'
for table in trials.csv curves.csv summary.csv report.html provenance.json; do
  same "again_keeps_$table" "$one/$table" "$tmp/before/$table"
done
rm "$one/report.html" "$one/summary.csv" "$one/picture.svg"
run "${release[@]}" $lr_sweep -- --report-only --out "$tmp/one"
expect report_only_knows_preset_and_seeds "$code $err" '0 '
same report_only_makes_the_same_report "$one/report.html" "$tmp/before/report.html"
same report_only_makes_the_same_picture "$one/picture.svg" "$tmp/before/picture.svg"
same report_only_makes_the_same_summary "$one/summary.csv" "$tmp/before/summary.csv"

run "${release[@]}" $lr_sweep -- --compare "$tmp/two" --out "$tmp/one"
expect compare_succeeds "$all" "0 of 2 verdicts differ between one and two
*higher-lr, SGD *equal*open $tmp/one/compare.html
*exit 0"
cp "$tmp/one/compare.csv" "$tmp/compare.csv"
run ./run-all.sh --compare "$tmp/one" --out "$tmp/two"
expect compare_of_all "$code $(grep -c ',equal$' "$tmp/two/compare.csv") $(tail -n 2 <<< "$out" | tr '\n' ' ')" \
  "0 6 experiments only in two: batch_size_sweep, *training_speed open $tmp/two/compare.html "
[ -z "${KEEP_RESULTS-}" ] || cp "$tmp"/two/compare.{html,csv} "$KEEP_RESULTS"
expect compare_runs_nothing "$(ls "$tmp/one/lr_sweep" | tr '\n' ' ')$err" \
  'curves.csv figures picture.svg provenance.json report.html summary.csv trials.csv '
run "${release[@]}" $lr_sweep -- $small --fresh --out "$tmp/one"
expect fresh_runs_all_again "$out" '*36 trials to run*36 trials in*'
same fresh_keeps_the_old_beside "$one.1/trials.csv" "$tmp/before/trials.csv"
same fresh_repeats_the_numbers "$(without_seconds "$one")" "$(without_seconds "$one.1")"

if [ -d "${LAB_DATA:-/nowhere}/mnist" ]; then
  run "${release[@]}" $lr_sweep -- --preset smoke --seeds 1 --out "$tmp/mnist"
  expect mnist_succeeds "$all" '*exit 0'
  expect mnist_is_the_default \
    "$(cut -d , -f 3 "$tmp/mnist/lr_sweep/trials.csv" | sort -u | tr '\n' ' ')" 'dataset mnist '
else
  skip mnist_succeeds "no LAB_DATA/mnist"
  skip mnist_is_the_default "no LAB_DATA/mnist"
fi

# ---- Dry run and help.

run ./run-all.sh $small --dry-run --out "$tmp/dry" lr_sweep
expect dry_run_lists_the_trials "$(grep -c ' lr .* seed 1 ' <<< "$out") $code" '42 0'
expect dry_run_estimates "$(tail -n 1 <<< "$out")" '42 trials on digits, about * s with * jobs and * GB of memory'
expect dry_run_writes_nothing "$(ls -d "$tmp/dry" 2> /dev/null)" ''

run "${release[@]}" $lr_sweep -- --help
expect help "$all" 'lr_sweep: How much higher*Examples:*dotnet script experiments/lr_sweep.csx -- --preset smoke*exit 0'
options() { grep -Eo -- '^ +(-[^ ]+, )*--[a-z-]+' <<< "$out" | grep -Eo -- '--[a-z-]+$' | grep -v -- --help | sort -u; }
of_experiment=$(options)
run ./run-all.sh --help
expect run_all_help "$all" '*./run-all.sh --preset smoke*  lr_sweep  *How much higher a learning rate*exit 0'
expect run_all_has_the_same_options \
  "$(diff <(options) <(echo "$of_experiment") | grep '^[<>]' | tr '\n' ' ')$(grep -c -- --jobs <<< "$of_experiment")" \
  '< --slurm < --tasks 1'

# ---- Bad input: one line, exit code 2.

# bad NAME GLOB COMMAND...
bad() {
  run "${@:3}"
  expect "$1" "$code, $(grep -c . <<< "$err") line, '$out', $err" "2, 1 line, '', $2"
}

bad unknown_option "*'--bogus'*--help*" "${release[@]}" $lr_sweep -- --bogus
bad misspelt_option "'--seed' is no option: did you mean --seeds[?]" "${release[@]}" $lr_sweep -- --seed 3
bad bare_preset "'smoke' is no option: did you mean --preset smoke[?]" "${release[@]}" $lr_sweep -- smoke
bad misspelt_experiment "there is no experiment 'lr_swep': did you mean lr_sweep[?]" ./run-all.sh lr_swep
bad part_of_an_experiment "*did you mean training_speed[?]" ./run-all.sh speed
bad unknown_word "*'word'*" "${release[@]}" $lr_sweep -- word
bad version_is_no_option "*'--version'*" "${release[@]}" $lr_sweep -- --version
bad seeds_of_zero "--seeds *'0'" "${release[@]}" $lr_sweep -- --seeds 0
bad seeds_not_a_number "--seeds *'x'" "${release[@]}" $lr_sweep -- --seeds x
bad seeds_missing "*--seeds*" "${release[@]}" $lr_sweep -- --seeds
bad jobs_below_one "--jobs *'-1'" "${release[@]}" $lr_sweep -- --jobs -1
bad unknown_preset "--preset *'huge'" "${release[@]}" $lr_sweep -- --preset huge
bad unknown_data "*'nosuch'*" "${release[@]}" $lr_sweep -- --data nosuch
bad unknown_data_for_all "*'nosuch'*" ./run-all.sh --data nosuch
bad unknown_option_for_all "*'--bogus'*" ./run-all.sh --bogus
bad unknown_experiment "*'nosuch'*--help*" ./run-all.sh lr_sweep nosuch
bad report_without_results "$tmp/none/lr_sweep/trials.csv *--report-only" \
  "${release[@]}" $lr_sweep -- --report-only --out "$tmp/none"
run "${release[@]}" $lr_sweep -- --report-only --verbose --out "$tmp/none"
expect verbose_gives_the_stack "$code $(grep -c '^ *at ' <<< "$err")" '2 [1-9]*'
bad other_grid_for_the_report "*lacks trials*" \
  "${release[@]}" $lr_sweep -- --report-only --preset smoke --seeds 3 --out "$tmp/one"
for what in 0/3 4/3 x 3; do
  bad "shard_$what" "--shard is k/n*'$what'" "${release[@]}" $lr_sweep -- --shard $what
done
bad shard_missing "*--shard*" "${release[@]}" $lr_sweep -- --shard
bad shard_afresh "--fresh*--shard*" "${release[@]}" $lr_sweep -- --shard 1/2 --fresh
bad retry_what "--retry takes failed, not 'all'" "${release[@]}" $lr_sweep -- --retry all
for number in NaN 1e3 2.5 99999999999 -5; do
  bad "seeds_of_$number" "--seeds *'$number'" "${release[@]}" $lr_sweep -- --seeds $number
  bad "jobs_of_$number" "--jobs *'$number'" "${release[@]}" $lr_sweep -- --jobs $number
done
bad tasks_without_slurm "--tasks is for --slurm*--jobs*" ./run-all.sh --tasks 3
bad tasks_not_a_number "--tasks *'x'" ./run-all.sh --slurm --tasks x
bad experiment_in_another_folder "there is no experiment '../lab'*" ./run-all.sh ../lab
if ! command -v sbatch > /dev/null; then bad slurm_where_there_is_none "there is no sbatch here*" ./run-all.sh --slurm; fi
bad compare_with_nothing "$tmp/user holds no results of lr_sweep*" \
  "${release[@]}" $lr_sweep -- --compare "$tmp/user" --out "$tmp/one"
bad compare_with_no_folder "*no folder $tmp/none" ./run-all.sh --compare "$tmp/none" --out "$tmp/one"
bad compare_with_itself "*folder of the results themselves*" ./run-all.sh --compare "$tmp/one/" --out "$tmp/one"
bad compare_with_an_experiment "*folder of one experiment*" ./run-all.sh --compare "$two" --out "$tmp/one"
bad compare_with_what "--compare needs a folder" ./run-all.sh --compare
touch "$tmp/file"
bad out_is_a_file "*$tmp/file*--out*" "${release[@]}" $lr_sweep -- $small --out "$tmp/file"
cp -R "$tmp/two" "$tmp/damaged"
damaged=$tmp/damaged/lr_sweep
sed -i.old '3s/,[a-z]*,\([0-9]*\),/,well,\1,/' "$damaged/trials.csv"
bad edited_trials "$damaged/trials.csv line 3*" "${release[@]}" $lr_sweep -- $small --out "$tmp/damaged"
awk -F, -v OFS=, 'NR == 2 { $11 = 0.123 } { print }' "$damaged/trials.csv.old" > "$damaged/trials.csv"
bad rate_by_hand "*columns of trial * 0.123*--fresh*" "${release[@]}" $lr_sweep -- $small --out "$tmp/damaged"
printf 'half a "row' >> "$damaged/trials.csv.old"
mv "$damaged/trials.csv.old" "$damaged/trials.csv"
bad torn_trials "$damaged/trials.csv line 4[345]*" "${release[@]}" $lr_sweep -- $small --out "$tmp/damaged"
expect bad_input_runs_nothing "$(ls -d "$tmp/none" results/nosuch 2> /dev/null)" ''

# ---- The experiment of a user: the restart in Release, failing trials, interruption.

wait $compiling
expect help_of_a_new_experiment "$(tr '\n' ' ' < "$tmp/probe_help")" '*probe: Does the command line work?*--preset*'
echo typed > "$tmp/input"
"${plain[@]}" "$probe" -- $small --out "$tmp/a b" > "$tmp/out" 2> "$tmp/err" < "$tmp/input" &
started=$!
wait $started
code=$? out=$(cat "$tmp/out") err=$(cat "$tmp/err")
expect plain_start_succeeds "$code $err" '0 '
expect plain_start_trains_optimized "$(line optimized)" True
expect plain_start_is_one_process "$(line parent)" $started
expect plain_start_passes_arguments "$(line args)" "--preset|smoke|--seeds|1|--data|digits|--out|$tmp/a b"
expect plain_start_passes_input "$(line input)" typed

PROBE_FAIL=1 run "${plain[@]}" "$probe" $small --out "$tmp/failing"
expect failed_trials_give_1 "$code $err" '1 1 trials failed*status and reason*'
expect failed_trials_are_rows "$(cut -d , -f 21 "$tmp/failing/probe/trials.csv" | tr '\n' ' ')" 'status * failed '
expect failed_trials_do_not_end_it "$(ls "$tmp/failing/probe/report.html")" '*report.html'
run "${release[@]}" "$probe" $small --out "$tmp/failing"
expect failed_trials_are_kept "$code $(grep -c 'nothing to run, 2 trials kept' <<< "$out")" '1 1'
run "${release[@]}" "$probe" $small --retry failed --out "$tmp/failing"
expect failed_trials_are_tried_again "$code$err $(head -n 1 <<< "$out")" '0 probe: 1 trials to run, 1 kept'
expect tried_again_they_end_well "$(cut -d , -f 21 "$tmp/failing/probe/trials.csv" | grep -c failed)" 0

# A full disk, a folder that may not be written, one that goes away.
mkdir "$tmp/disk"
if mount -t tmpfs -o size=16k tmpfs "$tmp/disk" 2> /dev/null; then
  run "${release[@]}" "$probe" --preset smoke --seeds 40 --data digits --out "$tmp/disk"
  expect full_disk "$code $(grep -c . <<< "$err") $err" '2 1 *No space left*--out*'
  kept=$(grep -c '"Trial"' "$tmp/disk/probe/journal.jsonl")
  expect full_disk_keeps_what_was_finished "$kept $(ls "$tmp/disk/probe")" '[1-9]* journal.jsonl'
  mount -o remount,size=32m "$tmp/disk"
  run "${release[@]}" "$probe" --preset smoke --seeds 40 --data digits --out "$tmp/disk"
  expect full_disk_goes_on_where_there_is_room "$code $(lines "$tmp/disk/probe/trials.csv")" '0 81'
  mount -o remount,ro "$tmp/disk"
  bad read_only_folder '*Read-only file system*--out*' "${release[@]}" "$probe" $small --out "$tmp/disk"
  umount "$tmp/disk"
else
  for name in full_disk full_disk_keeps_what_was_finished full_disk_goes_on_where_there_is_room read_only_folder; do
    skip $name "cannot mount a small disk here"
  done
fi
"${release[@]}" "$probe" --preset smoke --seeds 40 --data digits --out "$tmp/gone" > "$tmp/out" 2> "$tmp/err" < /dev/null &
until_lines 3 "$tmp/gone/probe/journal.jsonl"
rm -rf "$tmp/gone"
wait $!
expect folder_that_goes_away "$? $(cat "$tmp/err")" "2 *$tmp/gone*--out*"

# Names that would leave the results folder.
sed 's|"probe"|"../probe"|' "$probe" > "$tmp/user/experiments/odd.csx"
bad experiment_that_leaves_its_folder "'../probe' is no name*" "${release[@]}" "$tmp/user/experiments/odd.csx"

# Jobs of their own, so that signals reach them as from a terminal.
# interrupt N FILE COMMAND...: Ctrl-C once the file has N lines, and a moment has passed.
interrupt() {
  set -m
  (trap - EXIT; exec $attend "${@:3}") > "$tmp/out" 2> "$tmp/err" < /dev/null &
  set +m
  until_lines "$1" "$2"
  sleep 0.3
  kill -INT -- -$!
  wait $! 2> /dev/null
  code=$? out=$(cat "$tmp/out") err=$(cat "$tmp/err")
}

# What a stopped run says of itself: trials done and trials kept from earlier ones.
done_and_kept() { sed -nE 's/^probe: ([0-9]+) trials in [^;]*(; ([0-9]+) kept)?; .* not run$/\1 \3/p' <<< "$out"; }

# A shell that was started with Ctrl-C ignored (nohup, a script's &) cannot undo that; coreutils can.
attend=
[ -z "$(trap -p INT)" ] || attend="env --default-signal=INT"
if ! $attend true 2> /dev/null; then
  skip interruption "this shell ignores Ctrl-C; run the tests in the foreground"
else

# Some seconds of work, so that the fastest machine has trials left when the signals come.
many="--preset smoke --seeds 60 --data digits" trials=120
stopped=$tmp/stopped/probe
interrupt 2 "$stopped/journal.jsonl" "${plain[@]}" "$probe" -- $many --out "$tmp/stopped"
expect interrupted_gives_130 "$code, $err" '130, interrupted; *goes on from there:
  dotnet script *experiments/probe.csx -- --preset smoke --seeds 60 --data digits --out *stopped'
kept=$(journaled "$stopped/journal.jsonl")
expect interrupted_keeps_its_trials "$(done_and_kept)/ $(ls "$stopped")" "$kept / journal.jsonl"
# As a machine that loses power leaves it.
printf '\n{"Trial":["8998f0a8' >> "$stopped/journal.jsonl"
interrupt 2 "$stopped/journal.jsonl" "${release[@]}" "$probe" -- $many --out "$tmp/stopped"
expect interrupted_early_gives_130 "$code" 130
early=$err
interrupt $((kept + 6)) "$stopped/journal.jsonl" "${release[@]}" "$probe" -- $many --out "$tmp/stopped" --jobs 1
expect torn_line_is_said "$early$err" '*1 line in the journal*cut off*'
expect interrupted_again_keeps_all "$(done_and_kept)" "[1-9]* $kept"
read -r more kept <<< "$(done_and_kept)"
run "${release[@]}" "$probe" -- $many --out "$tmp/stopped"
expect resumed_goes_on "$code $(grep 'to run' <<< "$out")" \
  "0 probe: $((trials - more - kept)) trials to run, $((more + kept)) kept"
expect resumed_drops_the_journal "$(ls "$stopped" | grep journal)" ''
run "${release[@]}" "$probe" -- $many --out "$tmp/whole"
same resumed_trials_are_the_same "$(without_seconds "$stopped")" "$(without_seconds "$tmp/whole/probe")"
same resumed_curves_are_the_same "$stopped/curves.csv" "$tmp/whole/probe/curves.csv"

# Two at once: the second says so, and disturbs nothing.
"${release[@]}" "$probe" -- $many --out "$tmp/busy" > "$tmp/first" 2>&1 < /dev/null &
first=$!
until_lines 2 "$tmp/busy/probe/journal.jsonl"
bad second_process "another run is at work in $tmp/busy/probe*--out*" \
  "${release[@]}" "$probe" -- $many --out "$tmp/busy"
wait $first
expect first_process_goes_on "$? $(lines "$tmp/busy/probe/trials.csv")" "0 $((trials + 1))"

interrupt 1 "$tmp/all/lr_sweep/journal.jsonl" \
  ./run-all.sh --preset smoke --seeds 50 --data digits --out "$tmp/all" lr_sweep lr_sweep
expect run_all_interrupted_gives_130 "$code $err" '130 *
  *run-all.sh --preset smoke --seeds 50 *'
expect run_all_interrupted_ends_at_once "$(grep -c 'trials to run' <<< "$out") $(ls "$tmp/all")" '1 lr_sweep'

fi

# ---- The README's example.

if [ -f README.md ]; then
  awk '/^```csharp/ { block = ""; inside = 1; next }
    /^```/ && inside { inside = 0; if (block ~ /#load "..\/lib\/lab.csx"/) { printf "%s", block; exit } }
    inside { block = block $0 "\n" }' README.md > "$tmp/user/experiments/example.csx"
  run "${release[@]}" "$tmp/user/experiments/example.csx" -- $small --out "$tmp/example"
  expect readme_example_runs "$code $err $(cd "$tmp/example" && ls ./*/report.html)" '0  ./*/report.html'
else
  skip readme_example_runs "no README.md yet"
fi

# And its copy of the shortest experiment of those that ask why.
why="covariate_shift loss_landscape regularization scale_and_shift placement depth normalizers inference"
expect shortest_to_copy "$(cd experiments && wc -l ${why// /.csx }.csx | sort -n | head -n 1)" '* placement.csx'
cp experiments/placement.csx "$tmp/user/experiments"
(cd "$tmp/user" && eval "$(awk '/^```sh/ { inside = 1; next } /^```/ { inside = 0 } inside' "$OLDPWD/README.md")")
copy=$tmp/user/experiments/narrow.csx
expect copy_differs_in_four_places "$(diff experiments/placement.csx "$copy" | grep -c '^>')" 4
run "${release[@]}" "$copy" -- $small --out "$tmp/copy"
expect copy_runs "$code $err $(cd "$tmp/copy" && ls ./*/report.html)" '0  ./narrow/report.html'
expect copy_asks_its_own_question "$(grep -c 'matter in a narrow net' "$tmp/copy/narrow/report.html")" '[1-9]*'
expect copy_has_its_own_grid \
  "$(cut -d , -f 6 "$tmp/copy/narrow/trials.csv" | sort -u | tr '\n' ' ')" '30 width '
expect copy_has_its_own_figure "$(grep -c 'Usable learning rates' "$tmp/copy/narrow/report.html")" '[1-9]*'

counts
