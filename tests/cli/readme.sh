# For the command-line tests: the README's examples.

# The first script that loads the lab.
awk '/^```csharp/ { block = ""; inside = 1; next }
  /^```/ && inside { inside = 0; if (block ~ /#load "..\/lib\/lab.csx"/) { printf "%s", block; exit } }
  inside { block = block $0 "\n" }' README.md > "$tmp/user/experiments/width.csx"
expect readme_example_is_short "$(($(wc -l < "$tmp/user/experiments/width.csx") <= 25))" 1
run "${release[@]}" "$tmp/user/experiments/width.csx" -- $small --out "$tmp/example"
expect readme_example_runs "$code $err $(cd "$tmp/example" && ls ./*/report.html)" '0  ./width/report.html'
expect readme_example_has_its_grid \
  "$(cut -d , -f 6,8 "$tmp/example/width/trials.csv" | LC_ALL=C sort -u | tr '\n' ' ')" \
  '10,batch 10,none 100,batch 100,none width,norm '

# The patch that adds an op, a layer and an arm.
patched=$tmp/patched
mkdir "$patched"
cp -R lib experiments "$patched"
awk '/^```/ { inside = $0 == "```diff"; next } inside' README.md > "$tmp/patch"
run patch --no-backup-if-mismatch -p1 -d "$patched" -i "$tmp/patch"
expect readme_patch_applies "$code $err" '0 '
expect readme_patch_adds_op_layer_and_arm \
  "$(diff -rq lib "$patched/lib" | sed -E 's/.* lib\/([^ ]*) .*/\1/' | sort | tr '\n' ' ')" \
  'autograd/tensor.csx nn/normalization.csx training/config.csx '
run "${release[@]}" "$patched/experiments/normalizers.csx" -- $small --out "$patched/results"
expect readme_patch_runs "$code $err" '0 '
expect readme_patch_trains_its_arm \
  "$(grep -c ',scale,.*,evaluate,ok,' "$patched/results/normalizers/trials.csv")" '[1-9]*'
