# For the command-line tests: trials, CSVs, reports, claims and index of all experiments, each run once.

# One experiment, all at once.

run ./run-all.sh $small --jobs 2 --out "$tmp/two" lr_sweep
expect run_all_succeeds "$all" '*exit 0'
expect run_all_has_a_plan "$(head -n 1 <<< "$out")" \
  'lr_sweep: 42 trials on digits, about * s with 2 jobs and * GB of memory'
expect verdicts_stand_at_the_end "$(grep -c ' open *$' <<< "$out")" '[1-9]*'
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
# Three optimizers, six rates, two arms; and for each of the first and last a range test, and four halvings of a decade
# in which the largest stable rate lies.
expect rows_of_trials "$(lines "$two/trials.csv")" $((1 + 3 * 6 * 2 + 3 * 2 * (1 + 4)))
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

# Claims, and the experiments of two stages.

expect columns_of_claims "$(head -n 1 "$tmp/two/claims.csv")" \
  'claim,experiment,dataset,*,verdict,*,holm_p,smallest_p,*,neighbours_high,look,looks,seeds_needed,decided_by'
expect rows_of_claims "$(cut -d , -f 1 "$tmp/two/claims.csv" | sort | uniq -c | tr -s ' \n' ' ')" \
  ' 1 claim 3 higher-lr 3 stable '
expect verdicts_of_one_seed "$(grep -c ',open,' "$tmp/two/claims.csv")" 6
expect claims_page_has_the_claims "$(grep -c '<div class="claim"' "$tmp/two/claims.html")" 2
expect index_leads_to_the_claims "$(grep -c 'href="claims.html"' "$tmp/two/index.html")" 1
tuned="init_sweep batch_size_sweep training_speed covariate_shift loss_landscape normalizers placement depth \
  signal scale_and_shift masked regularization effective_rate inference robustness branches halves dropout"
rest="$tuned sharpness train_and_evaluate"
run ./run-all.sh $small --out "$tmp/two" $rest
expect all_experiments_succeed "$err exit $code" ' exit 0'
cp -R "$tmp/two" "$tmp/kept"
for name in $rest; do rm -r "$tmp/two/$name/"{report.html,summary.csv,figures}; done
run ./run-all.sh --report-only --out "$tmp/two" $rest
expect report_only_succeeds "$err exit $code" ' exit 0'
for name in $rest; do
  expect "${name}_reports_the_same_again" "$(diff -rq "$tmp/kept/$name" "$tmp/two/$name")" ''
done
same report_only_keeps_the_claims "$tmp/kept/claims.csv" "$tmp/two/claims.csv"
for name in $tuned; do
  expect "${name}_tunes_and_evaluates" "$(grep -Eo ',(1|101),(tune|evaluate),' "$tmp/two/$name/trials.csv" | sort -u | \
    tr '\n' ' ')" ',1,evaluate, ,101,tune, '
  expect "${name}_sees_no_test_images_while_tuning" \
    "$(grep ',tune,ok,' "$tmp/two/$name/trials.csv" | cut -d , -f 28 | sort -u)" NaN
done
expect sharpness_tunes_nothing \
  "$(grep -Eo ',(1|101),(tune|evaluate|sweep),' "$tmp/two/sharpness/trials.csv" | sort -u)" ',1,sweep,'
# One plan of two stages, of an experiment by itself.
run "${release[@]}" experiments/training_speed.csx -- $small --dry-run --out "$tmp/dry"
expect an_experiment_has_a_plan "$(tail -n 2 <<< "$out" | tr '\n' ' ')$err $code" \
  '*the first stage (seeds from 101)*trials on digits, about * s with * jobs and * GB of memory  0'

. tests/cli/schema.sh
schema_tests "$tmp/two"

expect claims_are_of_all_experiments "$(tail -n +2 "$tmp/two/claims.csv" | cut -d , -f 1 | sort -u | tr '\n' ' ')" \
  "alternatives-group alternatives-layer alternatives-noisy auto-rate better centring-alone decay-is-rate deeper \
depth-limit dropout-before dropout-variance edge explodes faster faster-program \
ghost-generalizes higher-lr higher-lr-large-batch inference init outliers placement rank-collapse rate-is-the-gain \
regularizes repairs-corruption saturation scaling-alone shift-distribution shift-gradient small-batch small-branches smooth smooth-gradient \
smooth-scale-free sorted-batches stable two-weights two-weights-random undo vulnerable "

# For the browser tests, which open all these pages.
run "${release[@]}" lib/index.csx -- write --out "$tmp/two" -- lr_sweep init_sweep
expect index_is_written "$err $(grep -o 'href="[a-z_]*/report.html"' "$tmp/two/index.html" | sort -u | wc -l | tr -d ' ')" ' 21'
cp "$tmp/two/index.html" "$tmp/index.html"
run "${release[@]}" lib/index.csx -- write --out "$tmp/two" -- lr_sweep init_sweep
same index_is_the_same_again "$tmp/two/index.html" "$tmp/index.html"
[ -z "${KEEP_RESULTS-}" ] || cp -R "$tmp/two" "$KEEP_RESULTS"
