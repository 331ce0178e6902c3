# For the command-line tests: bad input gives one line, exit code 2, and runs nothing.

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
if ! command -v sbatch > /dev/null; then
  bad slurm_where_there_is_none "there is no sbatch here*" ./run-all.sh --slurm $small
fi
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
bad torn_trials "$damaged/trials.csv line $(($(lines "$two/trials.csv") + 1))*" "${release[@]}" $lr_sweep -- $small --out "$tmp/damaged"
expect bad_input_runs_nothing "$(ls -d "$tmp/none" results/nosuch 2> /dev/null)" ''
