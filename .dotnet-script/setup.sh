#!/usr/bin/env bash
# Makes `dotnet script x.csx` work in this repository and below with nothing but the .NET 10 SDK.
# Takes a dotnet-script that is there, else installs dotnet-script 2.0.0, else builds the stand-in beside this file.
# Says nothing when there is nothing to do. Running it again repairs whatever an earlier run left behind.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 LC_ALL=C

sources=.dotnet-script
packages=$sources/bin
# The SDK itself would write dotnet-tools.json at the root from 10.0.102 on; it reads this one before that one.
manifest=.config/dotnet-tools.json
version=2.0.0-standin.g$(cat $sources/*.cs $sources/*.csproj | cksum | cut -d ' ' -f 1)

fail() { echo "$*" >&2; exit 2; }

command -v dotnet > /dev/null || fail "dotnet is not on PATH: install the .NET 10 SDK, https://dot.net/download"
sdk=$(dotnet --version 2> /dev/null) || sdk=none
[[ ${sdk%%.*} =~ ^[0-9]+$ && ${sdk%%.*} -ge 10 ]] ||
  fail "The .NET SDK here is $sdk: version 10 or newer is needed, https://dot.net/download"

# A stand-in counts only when it was built from the present sources, and an older dotnet-script not at all.
case $(dotnet script --version 2> /dev/null < /dev/null || true) in
  "dotnet-script-stand-in $version" | [2-9].* | [1-9][0-9].*) exit 0 ;;
esac

# restore ID VERSION [OPTION...]: written under another name first, so that a run beside this one sees it whole.
restore() {
  mkdir -p .config
  printf '{ "version": 1, "isRoot": true, "tools": { "%s": { "version": "%s", "commands": ["dotnet-script"] } } }\n' \
    "$1" "$2" > $manifest.$$
  mv -f $manifest.$$ $manifest
  dotnet tool restore --tool-manifest $manifest "${@:3}" > "$work/log" 2>&1
}

# Intermediate files stay out of the sources, where two runs would meet.
build() {
  [ -f "$packages/dotnet-script-stand-in.$version.nupkg" ] && return
  dotnet pack $sources/dotnet-script-stand-in.csproj --output "$work/out" \
    --nologo --verbosity quiet --disable-build-servers \
    -p:Version="$version" -p:BaseIntermediateOutputPath="$work/obj/" -p:BaseOutputPath="$work/bin/" \
    -p:ImportDirectoryBuildProps=false -p:ImportDirectoryBuildTargets=false -p:ImportDirectoryPackagesProps=false \
    > "$work/log" 2>&1 || return
  mkdir -p $packages
  rm -f $packages/*.nupkg
  mv "$work"/out/*.nupkg $packages
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if restore dotnet-script 2.0.0; then
  echo "Installed dotnet-script 2.0.0 for this folder."
  exit
fi
echo "dotnet-script 2.0.0 is not to be had from the package feed: building the stand-in from $sources (once, ~20 s)."
if build && restore dotnet-script-stand-in "$version" --add-source $packages; then
  echo "Installed dotnet-script-stand-in $version for this folder."
else
  # A manifest that cannot be restored would block even a dotnet-script on PATH.
  rm -f $manifest
  grep -E 'error|rror:' "$work/log" | sort -u >&2 || cat "$work/log" >&2
  fail "dotnet-script could not be set up: see above, then run $sources/setup.sh again."
fi
