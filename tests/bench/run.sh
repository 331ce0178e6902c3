#!/usr/bin/env bash
# Sets up and measures the lab's speed, beside NumPy's and PyTorch's where they are. See --help.
set -euo pipefail
unset CDPATH
from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
./.dotnet-script/setup.sh
# As in lib/prelude.csx, so that a script is compiled once for both.
cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
export DOTNET_NOLOGO=1
exec dotnet script -c release -p "${cache:-${TMPDIR:-/tmp}}/bn-lab/scripts" tests/bench/bench.csx -- --from "$from" "$@"
