#!/usr/bin/env bash
# Breaks normalization on purpose, one way at a time, in a copy of lib/ and tests/, and expects a test to notice. Each
# mutant is compiled anew, so that this takes some minutes. Prints a line a mutant and, last, the counts.
# Usage: tests/mutants.sh [PART OF A NAME]
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/testing.sh
./.dotnet-script/setup.sh || exit

only=${1:-}
tmp=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
export DOTNET_NOLOGO=1
cp -R lib tests "$tmp/"
# Where the host is a local tool, the copy needs to know it.
[ ! -d .config ] || cp -R .config "$tmp/"

ok() { echo "ok $1"; passed=$((passed + 1)); }
bad() { echo "FAILED $1"; failed=$((failed + 1)); }

# tests FILTER: runs the copy's tests, into $tmp/log.
tests() { (cd "$tmp" && dotnet script -c release -p "$tmp/cache" tests/all.csx -- "$1") > "$tmp/log" 2>&1 < /dev/null; }

# mutant NAME FILTER FILE OLD NEW: OLD, which stands in FILE once, becomes NEW; a test whose name contains FILTER fails.
mutant() {
  local name=$1 filter=$2 file=$3 old=$4 new=$5 text caught
  [[ $name == *"$only"* ]] || return 0
  text=$(cat "$file")
  if [[ $text != *"$old"* || ${text#*"$old"} == *"$old"* ]]; then
    bad "mutant $name: $file does not hold once: $old"
    return
  fi
  printf '%s%s%s\n' "${text%%"$old"*}" "$new" "${text#*"$old"}" > "$tmp/$file"
  tests "$filter"
  caught=$(sed -n 's/^FAILED //p' "$tmp/log" | sed 's/: [A-Z][A-Za-z.]*Exception: .*//')
  if [ -n "$caught" ]; then ok "mutant $name caught by: ${caught%%$'\n'*} ($(grep -c . <<< "$caught") in all)"
  else bad "mutant $name: no test failed; $(tail -n 1 "$tmp/log" | cut -c 1-300)"
  fi
  cp "$file" "$tmp/$file"
}

groups=lib/numerics/groups.csx kernels=lib/numerics/normalize.csx columns=lib/numerics/columns.csx
runs=lib/numerics/normalize_runs.csx layers=lib/nn/normalization.csx

if tests 'norm: batch: ' && [[ $(tail -n 1 "$tmp/log") == [1-9]*' passed, 0 failed' ]]; then
  ok "unbroken code passes"
else
  bad "unbroken code: $(tail -n 1 "$tmp/log" | cut -c 1-300)"
fi

# Backward.
mutant no_gradient_through_mean 'norm: batch: ' $columns \
  '(byMean0 * h0 - slope0 * (m0 - high0), byMean1 * h1 - ' '(-slope0 * (m0 - high0), -'
mutant no_gradient_through_variance 'norm: batch: ' $columns \
  '(byMean0 * scale0 * hx0 * steep0, byMean1 * scale1 * hx1 * steep1)' '(default(Vector<double>), default(Vector<double>))'
mutant gradient_through_variance_without_gamma 'norm: batch: ' $columns \
  '(d0, d1) = Times(d0, d1, Elementwise.Load(gamma, i));' ''
mutant gamma_gradient_without_x 'norm: batch: ' $columns 'Vector.Narrow(d0, d1)' 'Vector.Narrow(g0, g1)'
mutant gradient_through_running_statistics 'norm: batch: ' $kernels 'if (groups.Fixed) scratch' 'if (groups.Sets < 0) scratch'
mutant gradient_of_pixels_that_relu_holds_back 'op: ReluPool' lib/numerics/pooling.csx \
  'S.MultiplyAdd(Passed<S, V>(x, g), S.All(scale)' 'S.MultiplyAdd(g, S.All(scale)'
mutant epsilon_outside_not_in_gradient 'norm: seed' $groups \
  '!EpsilonOutside ? 1 : variance[set] > 0' 'variance[set] < 1e30 ? 1 : variance[set] > 0'

# Forward.
mutant epsilon_outside_the_root 'norm: batch: ' $groups \
  'if (EpsilonOutside) TensorPrimitives.Add(scale, Epsilon, scale);' 'TensorPrimitives.Add(scale, Epsilon, scale);'
mutant unbiased_variance 'norm: batch: ' $kernels \
  'TensorPrimitives.Divide(variance, size, variance)' 'TensorPrimitives.Divide(variance, size - 1, variance)'
mutant unbiased_variance_of_images 'norm: batch: ' $runs \
  'variance[set] /= groups.SizeOf(block)' 'variance[set] /= groups.SizeOf(block) - 1'
mutant distance_between_runs_left_out 'norm: batch: ' $runs \
  'squares + apart * apart * groups.Length * runs / (runs + 1)' 'squares'
mutant mean_rounded_to_float32 'edge: mean 1e4' $columns \
  '(b0 - (m0 - h0) * factor0, b1 - (m1 - h1) * factor1)' '(b0, b1)'

# Running statistics and evaluation.
mutant biased_running_variance 'norm: batch: ' $layers 'share * size / (size - 1)' 'share'
mutant momentum_the_other_way_round 'norm: batch: ' $layers \
  'Mean.Row(0), 1 - share, batch.Mean[sets], share)' 'Mean.Row(0), share, batch.Mean[sets], 1 - share)'
mutant evaluation_by_its_batch 'norm: batch: ' $layers \
  'if (mode == Mode.Evaluation && running is not null)' 'if (x.Shape.Rank == 0 && running is not null)'
evaluate='return x.Normalize(groups with { Fixed = true }, running.Moments, scale, shift);'
mutant evaluation_updates_buffers 'norm: batch: ' $layers "$evaluate" \
  "{ try { $evaluate } finally { running.Update(Moments.Of(x, groups), groups); } }"
mutant cumulative_average_by_momentum 'edge: without momentum' $layers \
  'Momentum ?? 1.0 / Batches.Item' 'Momentum ?? 0.1'

# Which numbers share statistics.
mutant ghost_over_the_whole_batch 'norm: ghost' $layers \
  'ghost > 0 && mode == Mode.Training ? Math.Min(ghost, x.Shape[0]) : x.Shape[0]' 'x.Shape[0]'
mutant layer_over_the_whole_batch 'norm: layer' $layers \
  'PositionsPerChannel(x, channels), 1, together' 'PositionsPerChannel(x, channels), x.Shape[0], together'
mutant seed_per_channel 'norm: seed' $layers \
  'PositionsPerChannel(x, channels), x.Shape[0], channels,' 'PositionsPerChannel(x, channels), x.Shape[0], 1,'

# Noise, and what both arms of a comparison share.
mutant noise_in_evaluation 'edge: noisy' $layers 'if (mode == Mode.Evaluation) return x;' ''
draw='var shape = new Shape([x.Shape[0], channels,'
mutant the_same_noise_in_every_step 'edge: noisy' $layers "$draw" "random = scope.Stream(\"noise1\"); $draw"
mutant weights_drawn_by_position 'init: weights are the same' lib/nn/layers.csx \
  'Stream(parameter.Name!)' 'Stream($"{Parameters.Count}")'

# What is in no test's table.
mutant unlisted_arm 'coverage: every' lib/study/config.csx 'Ghost, Noisy }' 'Ghost, Noisy, Other }'
mutant unlisted_layer 'coverage: every' lib/nn/layers.csx 'static readonly Layer Relu =' \
  'static readonly Layer Other = Layer.Of(x => x);
static readonly Layer Relu ='

counts
