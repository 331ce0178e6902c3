# For the command-line tests: does results/README.md say what every column is, and does its example run?

# The words in the first cells of the schema's tables, from one heading to the next; N stands for a number.
schema() {
  awk -F '|' -v heading="## $1" '/^## / { inside = $0 == heading } inside && /^\|/ { print $2 }' results/README.md |
    grep -Eo '[A-Za-z0-9_]+' | sort -u
}
# undocumented FILE [SECTION...]: columns of all experiments' files of that name that those sections do not have.
undocumented() {
  head -qn 1 "$results"/*/"$1" | tr ',' '\n' |
    if [ "$1" = summary.csv ]; then sed -E 's/_(n|low|high|level|mean|sd)$//'; else cat; fi |
    sed -E 's/_[0-9]+_[0-9]+$/_N_P/; s/_[0-9]+$/_N/' | sort -u |
    comm -23 - <(for section in "$@"; do schema "$section"; done | sort -u)
}

# schema_tests DIR: on results of all experiments.
schema_tests() {
  local results=$1
  expect schema_has_all_columns_of_trials "$(undocumented trials.csv)" ''
  expect schema_has_all_columns_of_curves "$(undocumented curves.csv)" ''
  expect schema_has_all_columns_of_summary "$(undocumented summary.csv trials.csv)" ''
  expect schema_has_all_columns_of_claims \
    "$(head -n 1 "$results/claims.csv" | tr ',' '\n' | sort | comm -23 - <(schema claims.csv))" ''
  expect schema_is_read "$(schema curves.csv | grep -c .) $(schema nosuch | grep -c .)" '[3-9][0-9] 0'

  # The schema's example of a script, and figures for Plotly.
  ln -s "$results" "$tmp/user/results"
  awk '/^```/ { inside = $0 == "```csharp"; next } inside' results/README.md > "$tmp/user/groups.csx"
  run "${release[@]}" "$tmp/user/groups.csx"
  expect groups_are_one_line_away "$(tr -s ' \n' ' ' <<< "$out") $err $code" '*optimizer*norm*lr*batch*batch*batch* 0'
  expect figures_are_those_of_the_page "$(cd "$results/lr_sweep/figures" && ls | sed 's/.json//' | tr '\n' ' ')" \
    "$(grep -o 'data-chart="[^"]*"' "$results/lr_sweep/report.html" | cut -d '"' -f 2 | sort | tr '\n' ' ')"
}
