# Part of cli_tests.sh: a language with other numbers changes no byte. tests/cultures.sh compares whole runs.

# same_in LOCALE EXPERIMENT...: the reports made again under the locale are those that were made without it.
same_in() {
  local locale=$1
  rm -rf "$tmp/culture"
  mkdir "$tmp/culture" && cp -R "$tmp/two/." "$tmp/culture"
  LC_ALL=$locale.UTF-8 ./run-all.sh --report-only --out "$tmp/culture" "${@:2}" > /dev/null 2> "$tmp/err" < /dev/null
  # Bash complains of a locale that is not installed; .NET has it all the same.
  expect "reports_are_the_same_in_$locale" \
    "$(diff -rq "$tmp/two" "$tmp/culture" | grep -v 'index.html'; grep -v setlocale "$tmp/err")" ''
  expect "index_has_no_decimal_commas_in_$locale" "$(grep -cE '[0-9],[0-9] (points|decades|s )' "$tmp/culture/index.html")" 0
}
same_in de_DE lr_sweep init_sweep regularization
same_in tr_TR init_sweep
same_in fa_IR init_sweep
LC_ALL=de_DE.UTF-8 run "${release[@]}" "$lr_sweep" -- $small --out "$tmp/german"
same trials_are_the_same_in_de_DE "$(without_seconds "$tmp/german/lr_sweep")" "$(without_seconds "$two")"
same curves_are_the_same_in_de_DE "$tmp/german/lr_sweep/curves.csv" "$two/curves.csv"
