# For the command-line tests: Ctrl-C, what it keeps, and how it goes on.

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
