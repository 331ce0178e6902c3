#!/usr/bin/env bash
# Tests what the lab expects of its script host, be it dotnet-script or the stand-in in .dotnet-script, and of set-up.
# Prints a line a test and, last, the counts.
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/testing.sh
set_up
export DOTNET_SCRIPT_CACHE_LOCATION=$tmp/cache
script() { run dotnet script "$@"; }

line() { grep "^$1: " <<< "$out" | cut -d ' ' -f 2-; }
compiled_since() { find "$2" -name '*.dll' -newer "$1" 2> /dev/null | head -n 1; }

script --version
expect version "$all" '*[0-9].[0-9]*exit 0'
[[ $out == *stand-in* ]] && stand_in=yes || stand_in=

# ---- One script for most of it, since a compile takes seconds.

s=$tmp/scripts
mkdir -p "$s/sub/deep"
cat > "$s/main.csx" << 'CSX'
#load "sub/left.csx"
#load "sub/right.csx"
using System.Reflection;
using System.Runtime.CompilerServices;

static string Here([CallerFilePath] string path = "") => path;
void Say(string what, object value) => WriteLine($"{what}: {value}");

Say("diamond", Left() + Right() + Runs);
Say("global_using", BigInteger.Pow(2, 70));
object[] imported = [typeof(Math), typeof(File), typeof(List<int>), typeof(Stopwatch), typeof(ExpandoObject),
    typeof(Enumerable), typeof(Expression), typeof(StringBuilder), typeof(Task)];
Say("imports", imported.Length);
IList<string> args = Args;
Say("args", string.Join("|", args) + " " + (args is List<string>));
Say("await", await Task.FromResult(3));
unsafe int Pointed() { var x = 5; var p = &x; return *p; }
Say("unsafe", Pointed());
class Box { public int Size { get => field; set => field = value * 2; } }
Box box = new(), none = null;
box?.Size = 4;
none?.Size = 4;
Say("language", box.Size);
Say("caller", Here());
var debuggable = Assembly.GetExecutingAssembly().GetCustomAttribute<DebuggableAttribute>();
Say("debug", debuggable?.IsJITOptimizerDisabled ?? false);
Say("host", Path.GetFileName(Environment.GetCommandLineArgs()[0]));
if (args.Contains("throw")) Throw();
if (args.Contains("code")) Environment.ExitCode = 9;
return args.Contains("code") ? 0 : 7;
CSX
cat > "$s/sub/left.csx" << 'CSX'
#load "deep/shared.csx"
static int Left() => Shared;
static void Throw() =>
    throw new InvalidOperationException("as asked");
CSX
cat > "$s/sub/right.csx" << 'CSX'
#load "deep/shared.csx"
#load "deep/../deep/shared.csx"
static int Right() => Shared;
CSX
cat > "$s/sub/deep/shared.csx" << 'CSX'
global using System.Numerics;
const int Shared = 40;
int Runs = 0;
Runs++;
CSX

script "$s/main.csx" -- one --two -h
expect load_relative_and_once "$(line diamond)" 81
expect global_using_reaches_every_file "$(line global_using)" 1180591620717411303424
expect implicit_imports "$(line imports)" 9
expect args_behind_dashes "$(line args)" 'one|--two|-h True'
expect top_level_await "$(line await)" 3
expect unsafe_code "$(line unsafe)" 5
expect language_version_14 "$(line language)" 8
expect caller_path_is_absolute "$(line caller)" "$s/main.csx"
expect debug_is_the_default "$(line debug)" True
expect host_is_named_in_arguments "$(line host)" dotnet-script.dll
expect returned_value_is_exit_code "$code" 7
expect nothing_on_stderr "$err" ''

touch "$tmp/mark"
script "$s/main.csx" --seeds 5 bare -- last
expect args_before_dashes "$(line args)" '--seeds|5|bare|last True'
expect second_run_is_cached "$(compiled_since "$tmp/mark" "$tmp/cache")" ''
expect caller_path_is_absolute_when_cached "$(line caller)" "$s/main.csx"

script "$s/main.csx" -- code
expect environment_exit_code "$code" 9

script "$s/main.csx" -- throw
expect exception_exit_code "$code" 1
expect exception_names_file_and_line "$err" '*InvalidOperationException: as asked*left.csx:line 4*main.csx:line *'

script -p "$tmp/own" "$s/main.csx" -c release -- x
expect release_optimizes "$(line debug)" False
expect options_behind_the_script_are_the_hosts "$(line args)" 'x True'
expect cache_path_is_used "$(compiled_since "$tmp/mark" "$tmp/own")" "$tmp/own/*.dll"
expect cache_path_is_used_alone "$(compiled_since "$tmp/mark" "$tmp/cache")" ''

if [ $stand_in ]; then
  # As dotnet-script 2.0.0, whose faults the lab is tested against.
  export DOTNET_SCRIPT_STRICT=1
  script -p "$tmp/strict" "$s/sub/../main.csx"
  expect strict_has_no_dots_in_a_path "$all" '*Could not load*exit 1'
  script -p "$tmp/strict" "$s/main.csx" -c Release -- throw
  expect strict_has_no_lines_in_release "$code $(grep -c ':line' <<< "$err")" '1 0'
  for k in 1 2; do
    (dotnet script -p "$tmp/strict" "$s/main.csx" > "$tmp/strict$k" 2>&1; echo "exit $?" >> "$tmp/strict$k") &
  done
  wait
  expect strict_compiles_one_at_a_time "$(tail -q -n 1 "$tmp"/strict? | sort | tr '\n' ' ')" 'exit 135 exit 7 '
  unset DOTNET_SCRIPT_STRICT
  touch "$tmp/mark"
  script -p "$tmp/own" "$s/main.csx" -c Release -- throw
  expect release_exception_names_line "$err" '*left.csx:line 4*'
  expect release_is_cached "$(compiled_since "$tmp/mark" "$tmp/own")" ''
else
  skip release_exception_names_line "dotnet-script writes no debug information in release"
  skip release_is_cached "shown for debug above"
fi

sed -i.old 's/40/50/' "$s/sub/deep/shared.csx"
script "$s/main.csx"
expect changed_loaded_file_is_compiled "$(line diamond)" 101

# ---- Packages, a library, native code; twice at once on a cold cache.

mkdir -p "$tmp/packages/lib"
json=$(dotnet --list-sdks | tail -n 1 | sed -E 's|^([^ ]+) \[(.*)\]$|\2/\1/Newtonsoft.Json.dll|')
cp "$json" "$tmp/packages/lib/"
cat > "$tmp/packages/references.csx" << 'CSX'
#r "nuget: Plotly.NET.CSharp, 0.14.0"
#r "nuget: SQLitePCLRaw.lib.e_sqlite3, 2.1.11"
CSX
cat > "$tmp/packages/main.csx" << 'CSX'
#load "references.csx"
#r "lib/Newtonsoft.Json.dll"
#r "System.Net.Http"
using System.Runtime.InteropServices;
[DllImport("e_sqlite3")] static extern int sqlite3_libversion_number();
WriteLine("package: " + Plotly.NET.CSharp.Chart.Line<int, int, string>([1, 2], [3, 4]).GetType().Name);
WriteLine("transitive: " + typeof(Microsoft.FSharp.Core.FSharpOption<int>).Assembly.GetName().Name);
WriteLine("library: " + Newtonsoft.Json.JsonConvert.SerializeObject(new[] { 1, 2 }));
WriteLine("native: " + sqlite3_libversion_number());
CSX
if [ $stand_in ]; then
  dotnet script "$tmp/packages/main.csx" > "$tmp/beside" 2>&1 < /dev/null &
fi
script "$tmp/packages/main.csx"
expect package "$(line package)$err" Chart
expect transitive_package "$(line transitive)" FSharp.Core
expect library_beside_the_script "$(line library)" '\[1,2\]'
expect native_library_of_a_package "$(line native)" '3[0-9]*'
expect exit_code_without_a_value "$code" 0
if [ $stand_in ]; then
  wait
  expect two_at_once_on_a_cold_cache "$(diff "$tmp/beside" <(echo "$out"))" ''
  expect no_drafts_left_in_the_cache "$(find "$tmp/cache" -type f ! -name '*.dll' ! -name '*.txt')" ''
else
  skip two_at_once_on_a_cold_cache "dotnet-script restores into a folder that they share"
  skip no_drafts_left_in_the_cache "dotnet-script's cache is its own affair"
fi

# ---- What must fail.

mkdir "$tmp/errors"
cd "$tmp/errors" && echo 'using System.Numerics;' > plain.csx
cat > compile.csx << 'CSX'
#load "plain.csx"
WriteLine("ran");
   Undefined();
BigInteger big = 1;
string? none = null;
CSX
printf '#nullable enable\nWriteLine("ran");\nstring text = null;\n' > nullable.csx
printf '#load "b.csx"\nint a = 1;\n' > a.csx
printf '#load "a.csx"\nint b = 1;\n' > b.csx
echo '#load "nowhere.csx"' > load.csx
cd - > /dev/null || exit

script "$tmp/errors/compile.csx"
expect compile_error_has_position "$all" '*compile.csx(3,4): error CS0103*exit 1'
expect plain_using_stays_in_its_file "$err" "*compile.csx(4,1): error CS0246*"
expect nullable_is_off_by_default "$err" "*compile.csx(5,7): error CS8632*"
expect compile_error_runs_nothing "$out" ''
script "$tmp/errors/nullable.csx"
expect nullable_warnings_are_errors "$all" '*nullable.csx(3,15): error CS86[0-9][0-9]*exit 1'
script "$tmp/errors/a.csx"
expect cycle_of_loads_fails "$code" 1
script "$tmp/errors/load.csx"
expect missing_loaded_file_is_named "$all" '*nowhere.csx*exit 1'
script "$tmp/errors/nowhere.csx"
expect missing_script_is_named "$all" '*nowhere.csx*exit 1'
script --help
expect help_names_the_options "$all" '*--configuration*--cache-path*--no-cache*exit 0'
if [ $stand_in ]; then
  script --bogus "$s/main.csx"
  expect unknown_option_is_named "$all" "*'--bogus'*exit 1"
  script "$s/main.csx" new
  expect subcommand_is_refused "$all" "*'new'*exit 1"
  touch "$tmp/mark"
  script --no-cache "$s/main.csx"
  expect no_cache_keeps_nothing "$(compiled_since "$tmp/mark" "$tmp/cache")$code" 7
else
  skip unknown_option_is_named "dotnet-script hands it to the script"
  skip subcommand_is_refused "dotnet-script has them"
  skip no_cache_keeps_nothing "dotnet-script writes its cache all the same"
fi

# ---- Set-up, in a copy of the repository.

copy="$tmp/a copy"
mkdir -p "$copy/.config" "$tmp/bare" "$tmp/old"
cp -R .dotnet-script "$copy/"
setup() { out=$("$copy/.dotnet-script/setup.sh" 2>&1); code=$?; }
for tool in bash cat cksum cut dirname env; do ln -s "$(command -v $tool)" "$tmp/bare/$tool"; done
printf '#!/bin/sh\necho 9.0.305\n' > "$tmp/old/dotnet"
chmod +x "$tmp/old/dotnet"

PATH=$tmp/bare setup
expect setup_without_dotnet "$(wc -l <<< "$out" | tr -d ' ') $code $out" '1 2 *.NET 10 SDK*'
PATH=$tmp/old:$PATH setup
expect setup_with_an_old_sdk "$(wc -l <<< "$out" | tr -d ' ') $code $out" '1 2 *9.0.305*'
if [ -z "${TESTED_HOST-}" ]; then
  sed 's/"version": "[^"]*"/"version": "2.0.0-gone"/' .config/dotnet-tools.json > "$copy/.config/dotnet-tools.json"
  setup
  expect setup_repairs_a_broken_manifest "$code $out" '0 *nstalled*'
else
  skip setup_repairs_a_broken_manifest "tests/run.sh --host gives the host"
fi
mkdir "$copy/below"
expect setup_reaches_folders_below "$(cd "$copy/below" && dotnet script "$s/main.csx" | head -n 1)" 'diamond: 101'
setup
expect setup_again_is_quiet "$code $out" '0 '

counts
