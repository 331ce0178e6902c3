# For the command-line tests: the same with one job, again, the report alone, side by side, all afresh; dry run, help.

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
# Another dataset, made up of the same results.
mkdir "$tmp/other" && cp -R "$two" "$tmp/other" && cp -R "$tmp/two" "$tmp/three"
sed 's/"Dataset": "digits"/"Dataset": "others"/' "$two/provenance.json" > "$tmp/other/lr_sweep/provenance.json"
run ./run-all.sh --report-only --with "$tmp/other" --out "$tmp/three" lr_sweep
expect with_another_dataset "$code $err $(grep 'more than one dataset' <<< "$out") $(tail -n 1 <<< "$out")" \
  "0  * decided on more than one dataset* open $tmp/three/index.html"
for page in index claims; do
  expect "with_another_dataset_on_${page}_page" "$(grep -o '<th scope="col">others</th>' "$tmp/three/$page.html" |
    sort -u)" '*others*'
done
expect with_leads_to_both_reports "$(grep -Eo 'href="[^"]*lr_sweep/report.html"' "$tmp/three/claims.html" | sort -u |
  tr '\n' ' ')" 'href="../other/lr_sweep/report.html" href="lr_sweep/report.html" '
expect with_changes_no_numbers "$(cmp "$tmp/three/claims.csv" "$tmp/two/claims.csv")" ''
bad with_the_same_dataset "--with $tmp/two has results on digits, which are there without it*" \
  ./run-all.sh --report-only --with "$tmp/other" --with "$tmp/two" --out "$tmp/one" lr_sweep
bad with_no_folder "there is no folder $tmp/nowhere" ./run-all.sh $small --with="$tmp/nowhere" --out "$tmp/two"
bad with_no_results "$tmp/two/lr_sweep is the folder of one experiment: --with takes the one above it" \
  ./run-all.sh $small --with "$tmp/two/lr_sweep" --out "$tmp/one"
bad with_nothing "--with needs a folder" ./run-all.sh --with
bad with_beside_compare "--compare and --with*" ./run-all.sh --with "$tmp/other" --compare "$tmp/one" --out "$tmp/two"
bad with_for_one_experiment "--with is for run-all.sh*" "${release[@]}" $lr_sweep -- --with "$tmp/other"
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

# Dry run and help.

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
  '< --slurm < --tasks < --with 1'
