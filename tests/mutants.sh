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

sets=lib/numerics/normalization_sets.csx kernels=lib/numerics/normalize.csx columns=lib/numerics/normalize_columns.csx
images=lib/numerics/channel_moments.csx pixels=lib/numerics/pixel_loops.csx layers=lib/nn/normalization.csx

if tests 'norm: batch: ' && [[ $(tail -n 1 "$tmp/log") == [1-9]*' passed, 0 failed' ]]; then
  ok "unbroken code passes"
else
  bad "unbroken code: $(tail -n 1 "$tmp/log" | cut -c 1-300)"
fi

# Backward.
mutant no_gradient_through_mean 'norm: batch: ' $kernels 'shift: dMeanPerM' 'shift: 0'
mutant no_gradient_through_variance 'norm: batch: ' $kernels 'scale: twoDVariancePerM' 'scale: 0'
mutant gradient_through_variance_without_gamma 'norm: batch: ' $kernels \
  '(byGamma * scale).Store(sums.GD, i)' 'byGamma.Store(sums.GD, i)'
mutant gamma_gradient_without_x 'norm: batch: ' $kernels 'Add(byGamma, dGamma, i)' 'Add(byBeta, dGamma, i)'
mutant gradient_through_running_statistics 'norm: batch: ' $kernels \
  'if (sets.ConstantMoments) sums' 'if (sets.Count < 0) sums'
mutant gradient_of_pixels_that_relu_holds_back 'op: Relu' $pixels \
  'd &= Vector.AsVectorSingle(Vector.GreaterThan(v, Vector<float>.Zero));' ''
mutant gradient_of_a_map_without_that_of_later_readers 'op: Convolve of Relu' lib/autograd/pixels.csx \
  'if (more is not null)' 'if (more is not null && n < 0)'
mutant epsilon_outside_not_in_gradient 'norm: seed' $sets \
  '!EpsilonOutside ? 1 : variance[set] > 0' 'variance[set] < 1e30 ? 1 : variance[set] > 0'

# Forward.
mutant epsilon_outside_the_root 'norm: batch: ' $sets \
  'if (EpsilonOutside) TensorPrimitives.Add(inverse' 'TensorPrimitives.Add(inverse'
mutant unbiased_variance 'norm: batch: ' $columns \
  'TensorPrimitives.Divide(variance, size, variance)' 'TensorPrimitives.Divide(variance, size - 1, variance)'
mutant unbiased_variance_of_images 'norm: batch: ' $images \
  'ownSquares / sets.SizeOf(block)' 'ownSquares / (sets.SizeOf(block) - 1)'
mutant distance_between_images_left_out 'norm: batch: ' $images \
  'squares[at] + sets.Length * (means[at] - own) * (means[at] - own)' 'squares[at]'
mutant distance_between_segments_left_out 'op: Normalize' $images \
  '+ distance * distance * ((double)done * count / (done + count))' ''
mutant mean_rounded_to_float32 'edge: mean 1e4' lib/numerics/channels.csx \
  '(shift - (center - rounded) * scale)' 'shift'

# Running statistics and evaluation.
mutant biased_running_variance 'norm: batch: ' $layers 'share * size / (size - 1)' 'share'
mutant momentum_the_other_way_round 'norm: batch: ' $layers \
  'Mean.Row(0), 1 - share, batch.Mean[own], share)' 'Mean.Row(0), share, batch.Mean[own], 1 - share)'
mutant evaluation_by_its_batch 'norm: batch: ' $layers \
  'if (mode == Mode.Evaluation)
            return x.Normalize(' 'if (x.Shape.Rank == 0)
            return x.Normalize('
evaluate='return x.Normalize(sets with { ConstantMoments = true }, running.Moments, scale, shift);'
mutant evaluation_updates_buffers 'norm: batch: ' $layers "$evaluate" \
  "{ try { $evaluate } finally { running.Update(Moments.Measure(x, sets), sets); } }"
mutant cumulative_average_by_momentum 'edge: without momentum' $layers \
  'Momentum ?? 1.0 / Batches.Item' 'Momentum ?? 0.1'

# Which numbers share statistics.
mutant ghost_over_the_whole_batch 'norm: ghost' $layers \
  'ghost > 0 && mode == Mode.Training ? Math.Min(ghost, x.Shape[0]) : x.Shape[0]' 'x.Shape[0]'
mutant layer_over_the_whole_batch 'norm: layer' $layers \
  'PositionsPerChannel(x, channels), 1, channelsPerGroup' 'PositionsPerChannel(x, channels), x.Shape[0], channelsPerGroup'
mutant seed_per_channel 'norm: seed' $layers \
  'PositionsPerChannel(x, channels), x.Shape[0], channels,' 'PositionsPerChannel(x, channels), x.Shape[0], 1,'

# Convnets and normalization methods.
methods=lib/nn/norm_methods.csx
sizes=lib/numerics/convolution_sizes.csx
mutant stride_not_handed_on 'golden: convnets conv2d' lib/nn/layers.csx \
  'x.Convolve(w(), padding, b, stride)' 'x.Convolve(w(), padding, b)'
mutant stride_of_rows_in_forward 'golden: convnets conv2d' $sizes \
  'new(0, 1, OutHeight, KernelHeight, 1, 0, -Padding, Stride)' 'new(0, 1, OutHeight, KernelHeight, 1, 0, -Padding, 1)'
mutant stride_phase_in_input_gradient 'golden: convnets conv2d' $sizes \
  'phase + (taps - 1) * Stride,' '(taps - 1) * Stride,'
mutant no_shortcut 'golden: convnets' lib/nn/layers.csx \
  'return (x, mode) => outer(x, mode) + inner(x, mode);' 'return inner;'
mutant shortcut_without_projection_normalizer 'golden: convnets' lib/nn/models.csx \
  'method.Conv(inputs, outputs, 1, init, bias, stride) >> AfterConv(outputs))' \
  'method.Conv(inputs, outputs, 1, init, bias, stride))'
mutant renorm_shift_without_gamma 'golden: convnets renorm' $layers 'gamma! * d + beta!' 'd + beta!'
mutant renorm_after_its_batch_is_counted 'golden: convnets renorm' $layers \
  'var (rMax, dMax) = limits((int)running.Batches.Item);' \
  'var (rMax, dMax) = limits((int)running.Batches.Item); running.Update(moments, sets);'
mutant renorm_without_limits 'golden: convnets renorm' $layers ', 1 / rMax, rMax)' ', 0, 1e9)'
mutant weight_std_over_all_outputs 'golden: convnets weight_std' $methods \
  'new NormalizationSets(rows, columns, 1, 1, columns, epsilon)' \
  'new NormalizationSets(rows, columns, 1, rows, columns, epsilon)'
mutant weight_std_not_centred 'golden: convnets weight_std' $methods \
  'columns, 1, 1, columns, epsilon);' 'columns, 1, 1, columns, epsilon, Uncentred: true);'
mutant weight_norm_without_norm 'golden: convnets weight_norm' $methods \
  'v.TimesOutputs(g / v.OutputNorms())' 'v.TimesOutputs(g)'
mutant fixup_starts_as_the_plain_net 'method: Fixup' $methods 'last ? Zero' 'last ? init'
mutant uncentred_gradient_through_the_mean 'golden: convnets rms' $kernels 'if (sets.Uncentred) sums.G.Clear();' ''

# Noise, and what both arms of a comparison share.
mutant noise_in_evaluation 'edge: noisy' $layers 'if (mode == Mode.Evaluation) return x;' ''
draw='var shape = new Shape([x.Shape[0], channels,'
mutant the_same_noise_in_every_step 'edge: noisy' $layers "$draw" "random = scope.Stream(\"noise1\"); $draw"
mutant weights_drawn_by_position 'init: weights are the same' lib/nn/layers.csx \
  'Stream(parameter.Name!)' 'Stream($"{Parameters.Count}")'

# What is in no test's table.
mutant unlisted_arm 'coverage: every' lib/training/config.csx 'SkipInit, Fixup' 'SkipInit, Fixup, Other'
mutant unlisted_layer 'coverage: every' lib/nn/layers.csx 'static readonly Layer Relu =' \
  'static readonly Layer Other = Layer.From(x => x);
static readonly Layer Relu ='

counts
