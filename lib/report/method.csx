#nullable enable
// How it was done, in words made from the trials themselves.

/// <summary>The words of a study (Godbole et al. 2023, Deep Learning Tuning Playbook), declared before it runs.
/// </summary>
/// <param name="Scientific">Hyperparameters whose effect is asked for, by their columns in trials.csv.</param>
/// <param name="Nuisance">Those that are tuned, since a comparison at one value of them could favour an arm.</param>
/// <param name="Dependent">Those that follow from others by a rule that the reason tells.</param>
/// <param name="Reason">Why this grid.</param>
public sealed record Study(IReadOnlyList<string> Scientific, IReadOnlyList<string> Nuisance, string Reason,
    params IReadOnlyList<string> Dependent)
{
    /// <summary>Those declared that are no common columns, but become columns of this experiment.</summary>
    public IReadOnlyList<string> Extras =>
        [.. Hyperparameters.Extra.Intersect([.. Scientific, .. Nuisance, .. Dependent])];

    /// <summary>Names of the hyperparameters that differ between configurations.</summary>
    public static IEnumerable<string> Varied(IReadOnlyList<Config> configs) =>
        Values(configs).Where(pair => pair.Values.Count > 1).Select(pair => pair.Name);

    /// <summary>Each hyperparameter with its different values.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<string> Values)> Values(IReadOnlyList<Config> configs) =>
        [.. Hyperparameters.All.Select(name => (name, (IReadOnlyList<string>)
            [.. configs.Select(config => Hyperparameters.Text(config, name)).Distinct()]))];

    /// <summary>Throws where something varies that was not declared to (if strict), or where something is set that the
    /// files have no column for.</summary>
    /// <exception cref="ArgumentException">It names the hyperparameter.</exception>
    public void Check(IReadOnlyList<Config> configs, bool strict = true)
    {
        var set = configs.SelectMany(Hyperparameters.ExtrasSet).Select(one => one.Name);
        if ((strict ? Varied(configs).Concat(set) : set).Except([.. Scientific, .. Nuisance, .. Dependent])
            .FirstOrDefault() is { } name)
            throw new ArgumentException($"the study varies {name}, which it did not declare");
    }
}

public static class Method
{
    /// <summary>What varies, what is fixed, how many seeds, which data, and what counts as lost.</summary>
    public static Definitions Describe(IReadOnlyList<Trial> trials, Provenance past, Study? study = null)
    {
        var values = Study.Values(trials);
        string Listed(IEnumerable<string> names) => string.Join("; ", values
            .Where(pair => names.Contains(pair.Name) && pair.Values.Count > 1)
            .Select(pair => $"{pair.Name.Replace('_', ' ')}: {string.Join(", ", Ordered(pair.Values))}"));
        IEnumerable<string> Ordered(IReadOnlyList<string> texts) =>
            texts.All(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                ? texts.Select(text => double.Parse(text, CultureInfo.InvariantCulture)).Order()
                    .Select(value => Format.Number(value, 4)) : texts;
        IReadOnlyList<int> Seeds(Role role) => [.. trials.Where(trial => trial.Role == role)
            .GroupBy(trial => trial.ToCell() with { Lr = trial.Lr }).Select(cell => cell.Count())];
        var sizes = string.Join(", ", trials.Select(trial => trial.TrainSize).Distinct().Order()
            .Select(size => size.ToString("N0", CultureInfo.InvariantCulture)));
        IEnumerable<(string, string)> varied = study is null ? [("Varied", Listed(values.Select(pair => pair.Name)))]
            :
            [
                ("Scientific", Listed(study.Scientific)), ("Nuisance, tuned", Listed(study.Nuisance)),
                ("Dependent", Listed(study.Dependent)), ("The grid, and why", study.Reason),
            ];
        return new("How it was done",
        [
            .. varied.Where(pair => pair.Item2 != ""),
            ("Fixed", string.Join("; ", values.Where(pair => pair.Values.Count == 1
                && !Hyperparameters.IsUnset(pair.Name, pair.Values[0]))
                .Select(pair => $"{pair.Name.Replace('_', ' ')} {pair.Values[0]}"))),
            ("Seeds", $"{Format.Counts(Seeds(Role.Evaluate))} in every cell, paired: in all arms a seed has the same "
                + "initial weights and batches" + (Seeds(Role.Tune).Count == 0 ? "" : ". Settings were selected on "
                + $"others ({Format.Counts(Seeds(Role.Tune))}), which enter no number but where that is said")),
            ("Trials", $"{trials.Count}: {trials.Count(IsOk)} ended well, "
                + $"{trials.Count(trial => trial.Status == Status.Diverged)} diverged, "
                + $"{trials.Count(trial => trial.Status == Status.Stuck)} stuck, "
                + $"{trials.Count(trial => trial.Status == Status.Failed)} failed"),
            ("Data", $"{past.Dataset}: training on the first {sizes} training images; " + (
                trials.All(trial => double.IsNaN(trial.ValidationAccuracy))
                    ? "no validation, since nothing is selected; test images are only looked at"
                    : "validation on the last 10,000, curves on a fixed 2,000 of these; test images only at the end of "
                        + "evaluation seeds")),
            ("Diverged", "a loss or parameter is not finite, or after step 200 the median of the last 100 mini-batch "
                + "losses exceeds 5 ln(classes). Stuck: finite, but accuracy ends under twice chance. Both are "
                + "counted, drawn and never averaged. Verdicts were taken again with 3 and 10 in place of 5."),
        ]);
    }

    public static IEnumerable<string> Caveats(IReadOnlyList<Trial> trials, Provenance past)
    {
        if (past.Preset == "smoke")
            yield return "This was a smoke run: it shows that everything works. Its numbers answer nothing.";
        if (trials.Select(trial => trial.Code).Distinct().Count() > 1)
            yield return "These rows come from different versions of the code; --fresh runs all of them again.";
        if (past.Runs.Select(run => run.VectorBits).Distinct().Count() > 1)
            yield return "These rows come from machines with vectors of different widths, whose sums differ in their "
                + "last digits: no single machine repeats all of them byte for byte.";
    }

    /// <summary>The table of tuned rates, those at an end of the grid flagged.</summary>
    /// <param name="by">Columns that tell the cells apart.</param>
    public static TableSection Tuned(IReadOnlyList<TunedRate> tuned, IReadOnlyList<string> by, string criterion) => new(
        "Tuned rates", TableOf(tuned,
            [
                .. by.Select(name => (name, (Func<TunedRate, object>)(rate =>
                    Hyperparameters.Text(rate.Cell, name)))),
                ("lr", rate => rate.Cell.Lr), ("flag", rate => rate.Flag),
            ]), $"Selected by {criterion}. " + (tuned.Count(rate => rate.Flag != "") is var flagged && flagged == 0
            ? "None stands at an end of the grid." : $"{flagged} of {tuned.Count} stand at an end of the grid, beyond "
            + "which a better rate may lie, or were lost at every rate; see flag."));

    public static string Made(Provenance past)
    {
        if (past.Runs.Count == 0) return "Which runs made it is not known: provenance.json was not there.";
        var time = past.Seconds.ToString("0.#", CultureInfo.InvariantCulture);
        return $"Made on {past.Ended} in {time} s "
            + (past.Runs.Count == 1 ? $"with {past.Runs[0].Jobs} jobs" : $"by {past.Runs.Count} runs")
            + $" on {past.Each(run => $"{run.Machine} ({run.VectorBits}-bit vectors)")}, "
            + $"{past.Each(run => run.Runtime)}. "
            + $"Code {past.Each(run => run.Code)}, commit {past.Each(run => run.Version)}.";
    }
}
