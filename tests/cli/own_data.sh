# For the command-line tests: data of a user's own, from a folder of four IDX files.

byte() { printf "\\x$(printf %02x "$1")"; }

# idx SIZE...: the header of an IDX file of bytes: its rank, then each size as four bytes, the highest first.
idx() {
  printf '\0\0\010'; byte $#
  for size in "$@"; do printf '\0\0'; byte $((size >> 8)); byte $((size & 255)); done
}

# images COUNT CLASSES SIZE...: the file of images, and that of labels in $labels. The bytes of this project's own text
# are the pixels.
images() {
  local count=$1 classes=$2 bytes=$1 i
  shift 2
  for size in "$@"; do bytes=$((bytes * size)); done
  { idx $count; for ((i = 0; i < count; i++)); do byte $((i % classes)); done; } > "$labels"
  idx $count "$@"
  cat lib/*/*.csx lib/*/*.csx tests/golden/*.json | head -c $bytes
}

# own NAME CLASSES SIZE...: a folder with 600 images to train on and 100 to test.
own() {
  local folder=$tmp/$1 rank=$#
  mkdir "$folder"
  labels=$folder/train-labels-idx1-ubyte images 600 "${@:2}" > "$folder/train-images-idx$((rank - 1))-ubyte"
  labels=$folder/t10k-labels-idx1-ubyte images 100 "${@:2}" > "$folder/t10k-images-idx$((rank - 1))-ubyte"
}

own letters 62 28 28
own flowers 3 3 40 24
for name in letters flowers; do
  run "${release[@]}" experiments/training_speed.csx --preset smoke --data "$tmp/$name" --out "$tmp/own_$name"
  expect own_data_runs_$name "$code $err" '0 '
  expect own_data_is_in_every_row_$name \
    "$(cut -d , -f 3 "$tmp/own_$name/training_speed/trials.csv" | sort -u | tr '\n' ' ')" "dataset $name "
  expect own_data_fails_in_no_row_$name "$(grep -c ',failed,' "$tmp/own_$name/training_speed/trials.csv")" 0
  expect own_data_is_named_on_the_page_$name "$(grep -c "$name" "$tmp/own_$name/training_speed/report.html")" '[1-9]*'
done

speed=("${release[@]}" experiments/training_speed.csx --preset smoke --out "$tmp/own_bad")
rm "$tmp/flowers/t10k-labels-idx1-ubyte"
bad own_data_lacks_a_file "*/flowers lacks t10k-labels-idx1-ubyte*" "${speed[@]}" --data "$tmp/flowers"
{ idx 601; head -c 601 "$tmp/letters/train-labels-idx1-ubyte"; } > "$tmp/more"
mv "$tmp/more" "$tmp/letters/train-labels-idx1-ubyte"
bad own_data_has_more_labels_than_images '*holds 601 labels for 600 images*' "${speed[@]}" --data "$tmp/letters"
own tiny 3 7 8
bad own_data_of_images_too_small '*images of 7 x 8 pixels, and 8 x 8 are the smallest*' "${speed[@]}" --data "$tmp/tiny"
