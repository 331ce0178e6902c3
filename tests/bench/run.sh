#!/usr/bin/env bash
# Sets up and measures the lab's speed, beside NumPy's and PyTorch's where they are. See --help.
set -euo pipefail
unset CDPATH
from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
./.dotnet-script/setup.sh
export DOTNET_NOLOGO=1
exec .dotnet-script/script tests/bench/bench.csx -- --from "$from" "$@"
