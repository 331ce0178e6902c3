#!/usr/bin/env bash
# Runs the experiments, and writes the page that leads to their reports. See --help.
set -uo pipefail
unset CDPATH
from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
# The next file to be opened would become a standard stream that is closed.
{ : 4>&2; } || exec 2> /dev/null
{ : 4<&0; } 2> /dev/null || exec < /dev/null
{ : 4>&1; } 2> /dev/null || exec > /dev/null

# Ctrl-C reaches this script and its child alike; SIGTERM perhaps this script alone, which passes it on. The script ends
# once its child has. While a child runs in the foreground the shell would not look at signals; one in the background
# would ignore Ctrl-C, unless GNU's env or perl undoes that.
undone=()
if [ -n "$(trap -p INT)" ]; then :
elif env --default-signal=INT true 2> /dev/null; then undone=(env --default-signal=INT)
elif command -v perl > /dev/null; then undone=(perl -e '$SIG{INT} = "DEFAULT"; exec { $ARGV[0] } @ARGV')
fi
signal=0 signals=0
stop() {
  local child
  child=$(jobs -p)
  signal=$1 signals=$((signals + 1))
  [ -n "$child" ] || exit "$signal"
  [ "$signal" = 130 ] || kill -s TERM "$child" 2> /dev/null
}
trap 'stop 130' INT
trap 'stop 143' TERM
exec 3<&0

# run COMMAND...: ends this script, too, where a signal came meanwhile.
run() {
  local code seen
  ${undone[@]+"${undone[@]}"} "$@" <&3 3<&- &
  # A signal ends the wait, and not the child.
  while seen=$signals; wait $!; code=$?; [ $seen != $signals ]; do :; done
  [ $signal = 0 ] || exit $signal
  return $code
}
script() { run .dotnet-script/script "$@"; }

# These first, in this order, then any others by name.
order="lr_sweep init_sweep batch_size_sweep training_speed train_and_evaluate covariate_shift loss_landscape \
sharpness regularization dropout scale_and_shift masked placement depth signal normalizers halves effective_rate \
inference robustness branches"

bad() { echo "$*" >&2; exit 2; }

# Writes one script of the experiments in $order, each as a function that gives its description, so that the lab is
# compiled and started once. $lab is its path, and $together the experiments that it has. What else stands in
# experiments/ is run by itself: it need not compile as a function.
write_lab() {
  local name folder=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
  folder=${folder:-${TMPDIR:-/tmp}}/bn-lab/together$PWD
  lab=lib/index.csx together=
  mkdir -p "$folder" 2> /dev/null || return
  for name in $order; do [ ! -f "experiments/$name.csx" ] || together+=" $name"; done
  {
    printf '#load "%s/lib/lab.csx"\nreturn RunAll(Args' "$PWD"
    printf ', %s' $together
    echo ');'
    for name in $together; do
      printf 'static Description %s(Later Args)\n{\n#line 1 "%s/experiments/%s.csx"\n' "$name" "$PWD" "$name"
      sed 's/^#load .*//' "experiments/$name.csx"
      printf '\n}\n'
    done
  } 2> /dev/null > "$folder/lab.csx.$$" && mv -f "$folder/lab.csx.$$" "$folder/lab.csx" || { together=; return; }
  lab=$folder/lab.csx
}

# ask COMMAND...: what lib/lab/together.csx does.
ask() {
  local ended
  script "$lab" -- "$@"
  ended=$?
  if [ $ended != 1 ] || [ "$1" = run ] || [ "$lab" = lib/index.csx ]; then return $ended; fi
  echo "the experiments do not compile together: each is run by itself" >&2
  lab=lib/index.csx together=
  script $lab -- "$@"
}

experiments() {
  local name
  for name in $order; do [ -f "experiments/$name.csx" ] && echo "$name"; done
  for name in experiments/*.csx; do
    name=$(basename "$name" .csx)
    [[ " $order " == *" $name "* ]] || echo "$name"
  done
}

# The string in `const string Question = "...";`
question() { tr '\n' ' ' < "experiments/$1.csx" | sed -nE 's/.*const string Question *= *"([^"]*)";.*/\1/p'; }

help() {
  cat << 'TEXT'
Usage: ./run-all.sh [OPTION...] [EXPERIMENT...]

Sets up, runs the experiments named (without names, all of them) and writes results/index.html.
What has been run already is not run again. An experiment that leaves a core free has the next one's trials beside it.

  ./run-all.sh --preset smoke            see that everything works, in minutes
  ./run-all.sh                           answer every question
  ./run-all.sh --seeds 10 lr_sweep       one experiment, more seeds
  ./run-all.sh --dry-run lr_sweep        what would be run, and how long it would take
  ./run-all.sh --report-only             make all reports again from the CSVs
  ./run-all.sh --data digits --out other
  ./run-all.sh --compare other           another dataset, and which verdicts that changes
  ./run-all.sh --report-only --with other
                                         where do answers differ between datasets?
  ./run-all.sh --retry failed            run trials that ended in an error once more
  ./run-all.sh --slurm --tasks 8 --time=1:00:00
                                         on a cluster, eight tasks for each experiment

Options, handed on to each experiment:
  --preset smoke|standard|full           smoke shows that it runs, full takes hours; standard otherwise
  --data mnist|fashion-mnist|cifar-10|digits|DIR
                                         images, by name or in a folder of your own; without it mnist, or digits
                                         where mnist cannot be had
  --seeds N                              seeds per cell, in place of the preset's
  --jobs N                               trials at the same time, one core each; without it as many as cores
  --out DIR                              takes the place of results/
  --dry-run                              list the trials and estimate the time; run nothing
  --report-only                          make the reports again from the CSVs
  --fresh                                start over; old results are kept beside
  --compare DIR                          set another results folder beside this one; run nothing
  --with DIR                             on index.html and claims.html set the answers of a results folder on another
                                         dataset beside these; may be given more than once
  --retry failed                         run trials that ended in an error once more
  --shard k/n                            run the k-th of n parts, each in a process or on a machine of its own with
                                         the same --out; when all are done, merge them without --shard. A task of a
                                         Slurm job array knows its part by itself
  --verbose                              stack traces with errors

On a cluster:
  --slurm                                submit an array job for each experiment, and one that merges and reports;
                                         options that are not among these go to sbatch, as --time=1:00:00 or -p short
  --tasks N                              tasks in each array; without it 4

Exit codes: 0 done; 1 some trials failed; 2 bad input; 3 an error in the program; 130 interrupted.

Experiments:
TEXT
  local name
  for name in $(experiments); do printf '  %-22s %s\n' "$name" "$(question "$name")"; done
}

# The user's paths hold where the user is. Where the folder above exists, its path has no `..`.
there() {
  local above
  if [[ $1 != /* && $1 != *..* && $from == "$PWD" ]]; then echo "$1"
  elif above=$(cd "$from" && cd "$(dirname "$1")" 2> /dev/null && pwd) && [[ $1 != *.. ]]; then
    echo "${above%/}/$(basename "$1")"
  elif [[ $1 == /* ]]; then echo "$1"
  else echo "$from/$1"
  fi
}

# Two array jobs for each experiment, one after the other: what the second stage of tuning runs is known only when the
# first is whole, and a task of the second array runs what its double in the first left, should that have died. Then
# a job that merges the shards and writes reports and index; one at a time, since all write the same index. A task names
# its part, so that it is the same when the task is submitted again by itself. All is compiled before any task starts.
submit() {
  local name one part first second merge logs=$out/slurm
  mkdir -p "$logs" || exit 2
  for name in ${alone[@]+"${alone[@]}"}; do script "experiments/$name.csx" -- --help > /dev/null || exit; done
  # job NAME LOG DEPENDENCY OPTION... -- COMMAND...
  job() {
    local own=() called=$1 log=$2 after=$3
    shift 3
    while [ "$1" != -- ]; do own+=("$1"); shift; done
    shift
    sbatch --parsable --job-name="$called" --output="$logs/$log.log" --chdir="$PWD" ${after:+--dependency="$after"} \
      ${own[@]+"${own[@]}"} ${sbatch[@]+"${sbatch[@]}"} --wrap "$(printf '%q ' exec "$@")$part" | cut -d ';' -f 1
  }
  for name in "${names[@]}"; do
    one=(./run-all.sh "${options[@]}" "$name") part="--shard \$SLURM_ARRAY_TASK_ID/$tasks"
    first=$(job "$name" "$name-%A-%a" '' --array="1-$tasks" -- "${one[@]}") && [ -n "$first" ] || exit 2
    second=$(job "$name" "$name-%A-%a" "afterany:$first" --array="1-$tasks" -- "${one[@]}") && [ -n "$second" ] ||
      exit 2
    part=
    one=(./run-all.sh "${options[@]}" ${with[@]+"${with[@]}"} "$name")
    merge=$(job bn-lab-merge "$name-merge-%j" "afterany:$second,singleton" -- "${one[@]}") && [ -n "$merge" ] || exit 2
    echo "$name: arrays $first and $second of $tasks, then $merge merges"
  done
  echo "their output goes to $logs; when all are done, open $out/index.html"
}

# What goes on with this run, should it be interrupted: done parts are not to be set aside.
LAB_COMMAND=$(printf %q "$0")
for word in "$@"; do [ "$word" = --fresh ] || LAB_COMMAND+=" $(printf %q "$word")"; done
export LAB_COMMAND

options=() names=() out=results merged=yes slurm='' tasks='' sbatch=() given= compare= whole= with=()
for word in "$@"; do [ "$word" = --slurm ] && slurm=yes; done
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help | help) help; exit ;;
    --preset=* | --data=* | --seeds=* | --jobs=* | --retry=* | --shard=* | --out=* | --compare=* | --with=* | \
      --tasks=*)
      set -- "${1%%=*}" "${1#*=}" "${@:2}"; continue ;;
    --out) [ -n "${2-}" ] || bad "--out needs a folder"; out=$(there "$2"); shift ;;
    --compare) [ -n "${2-}" ] || bad "--compare needs a folder"; compare=$(there "$2"); shift ;;
    --with) [ -n "${2-}" ] || bad "--with needs a folder"; with+=(--with "$(there "$2")"); shift ;;
    --data) [[ ${2-} != */* ]] || set -- "$1" "$(there "$2")" "${@:3}"
      options+=("${@:1:2}"); shift ;;
    --preset | --seeds | --jobs | --retry) options+=("${@:1:2}"); shift ;;
    --shard) options+=("${@:1:2}"); merged=; shift ;;
    --dry-run) options+=("$1"); merged= ;;
    --fresh | --report-only) options+=("$1"); whole=$1 ;;
    --verbose) options+=("$1") ;;
    --slurm) ;;
    --tasks) tasks=${2:-none}; shift ;;
    -*) if [ $slurm ]; then sbatch+=("$1"); given=$1; shift; continue; fi
        options+=("$1") ;;
    *) if [ "$given" ] && [ ! -f "experiments/$(basename "$1" .csx).csx" ]; then sbatch+=("$1")
       else names+=("$1"); fi ;;
  esac
  given=
  [ $# = 0 ] || shift
done
[ -z "${SLURM_ARRAY_TASK_ID-}" ] || merged=
[ $slurm ] || [ -z "$tasks" ] || bad "--tasks is for --slurm; to run trials side by side here, give --jobs N"
options+=(--out "$out")
if [ $slurm ] && { [ -z "$merged" ] || [ "$whole" ]; }; then
  bad "--slurm divides the work among its own tasks: --shard, --dry-run, --fresh and --report-only go without it"
fi
if [ $slurm ]; then
  tasks=${tasks:-4}
  [[ $tasks =~ ^[1-9][0-9]{0,3}$ ]] || bad "--tasks is a whole number from 1 to 9999, not '$tasks'"
  command -v sbatch > /dev/null || bad "there is no sbatch here: --slurm is for a machine from which Slurm takes jobs"
fi
if [ -n "$compare" ]; then
  [ ${#with[@]} = 0 ] || bad "--compare and --with make different pages: give one of them"
  run ./.dotnet-script/setup.sh || exit
  write_lab
  ask compare "${options[@]}" --compare "$compare" -- ${names[@]+"${names[@]}"}
  exit
fi
[ ${#names[@]} -gt 0 ] || names=($(experiments))
[ -z "${LAB_DATA-}" ] || LAB_DATA=$(there "$LAB_DATA")

run ./.dotnet-script/setup.sh || exit
write_lab
ask check "${options[@]}" ${with[@]+"${with[@]}"} -- "${names[@]}" || exit
side=() alone=()
for i in "${!names[@]}"; do
  names[i]=$(basename "${names[i]}" .csx)
  name=${names[i]}
  if [[ " $together " == *" $name "* ]]; then side+=("$name"); else alone+=("$name"); fi
done
if [ $slurm ]; then submit; exit; fi

code=0 troubled=
# ended CODE: of one experiment, or of several.
ended() {
  case $1 in
    0) ;;
    130 | 143) exit "$1" ;;
    2 | 3) [ $code -ge "$1" ] || code=$1 ;;
    *) [ $code -ge 2 ] || code=1 ;;
  esac
  return "$1"
}
[ ${#side[@]} = 0 ] || { ask run "${options[@]}" -- "${side[@]}"; ended $?; }
for name in ${alone[@]+"${alone[@]}"}; do
  script "experiments/$name.csx" -- "${options[@]}"
  ended $? || troubled="$troubled $name ($?)"
done
# Shards leave that to who merges them.
if [ $merged ]; then
  listed=()
  for name in $(experiments); do listed+=("$name" "$(question "$name")"); done
  ask write "${options[@]}" ${with[@]+"${with[@]}"} -- "${listed[@]}" || code=$?
fi
[ -z "$troubled" ] || echo "not all went well, see above; exit codes:$troubled" >&2
exit $code
