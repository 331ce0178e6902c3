#!/usr/bin/env bash
# Sets up and measures the lab's speed, beside that of NumPy, PyTorch and TorchSharp where they are. See --help.
set -euo pipefail
unset CDPATH
from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
./.dotnet-script/setup.sh
export DOTNET_NOLOGO=1
# Of .NET; of PyTorch and libtorch; of OpenBLAS; of NumPy's own loops.
[[ " $* " != *" --avx2 "* ]] || export DOTNET_EnableAVX512=0 \
  ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 OPENBLAS_CORETYPE=Haswell \
  NPY_DISABLE_CPU_FEATURES="AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
exec .dotnet-script/script tests/bench/bench.csx -- --from "$from" "$@"
