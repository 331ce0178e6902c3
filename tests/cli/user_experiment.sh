# For the command-line tests: an experiment of a user: the restart in Release, failing trials, disks full or gone.

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
expect failed_trials_are_tried_again "$code$err $(grep 'to run' <<< "$out")" '0 probe: 1 trials to run, 1 kept'
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
"${release[@]}" "$probe" --preset smoke --seeds 40 --data digits --out "$tmp/gone" \
  > "$tmp/out" 2> "$tmp/err" < /dev/null &
until_lines 3 "$tmp/gone/probe/journal.jsonl"
# At once: while rm deletes file by file, the run makes others.
mv "$tmp/gone" "$tmp/went"
wait $!
expect folder_that_goes_away "$? $(cat "$tmp/err")" "2 *$tmp/gone*--out*"

# A report is of what was asked for last, also where all of its trials were there already.
asked() { grep -o '"Command": "[^"]*"' "$tmp/asked/probe/provenance.json" | cut -d '"' -f 4; }
for seeds in 2 1; do run "${release[@]}" "$probe" --data digits --seeds $seeds --out "$tmp/asked"; done
expect fewer_seeds_are_said "$(asked) $(grep -c 'This was a smoke run' "$tmp/asked/probe/report.html")" '*--data digits --seeds 1 0'
expect fewer_seeds_run_nothing "$out" '*nothing to run, 2 trials kept*'
run "${release[@]}" "$probe" $small --out "$tmp/asked"
expect smoke_after_standard_is_said \
  "$(asked) $(grep -c 'This was a smoke run' "$tmp/asked/probe/report.html")" '*--preset smoke --data digits --seeds 1 1'
