#nullable enable
// How it was done, in words made from the trials themselves.

public static class Method
{
    static readonly string[] hyperparameters = ["model", "depth", "width", "activation", "norm", "placement",
        "optimizer", "lr", "momentum", "weight_decay", "init", "init_scale", "batch_size", "train_size", "epochs"];

    /// <summary>What varies, what is fixed, how many seeds, which data, and what counts as lost.</summary>
    public static Definitions Describe(IReadOnlyList<Trial> trials, Provenance past)
    {
        var values = hyperparameters.Select(name => (Name: name.Replace('_', ' '), Values: trials
            .Select(trial => new Columns<Trial>(name).Texts(trial)[0]).Distinct().ToList())).ToList();
        var seeds = trials.Select(trial => trial.Seed).Distinct().Count();
        return new("How it was done",
        [
            ("Varied", string.Join("; ", values.Where(pair => pair.Values.Count > 1)
                .Select(pair => $"{pair.Name}: {string.Join(", ", pair.Values)}"))),
            ("Fixed", string.Join("; ", values.Where(pair => pair.Values.Count == 1)
                .Select(pair => $"{pair.Name} {pair.Values[0]}"))),
            ("Seeds", $"{seeds} in every cell, paired: in all arms a seed has the same initial weights and batches"),
            ("Trials", $"{trials.Count}: {trials.Count(IsOk)} ended well, "
                + $"{trials.Count(trial => trial.Status == Status.Diverged)} diverged, "
                + $"{trials.Count(trial => trial.Status == Status.Stuck)} stuck, "
                + $"{trials.Count(trial => trial.Status == Status.Failed)} failed"),
            ("Data", $"{past.Dataset}: training on the first {trials[0].TrainSize:N0} training images; " + (
                trials.All(trial => double.IsNaN(trial.ValidationAccuracy))
                    ? "no validation, since nothing is selected; test images are only looked at"
                    : "validation on the last 10,000, curves on a fixed 2,000 of these; test images only at the end of "
                        + "evaluation seeds")),
            ("Diverged", "a loss or parameter is not finite, or after step 200 the median of the last 100 mini-batch "
                + "losses exceeds 5 ln(classes). Stuck: finite, but accuracy ends under twice chance. Both are "
                + "counted, drawn and never averaged."),
        ]);
    }

    public static IEnumerable<string> Caveats(IReadOnlyList<Trial> trials, Provenance past)
    {
        if (past.Preset == "smoke")
            yield return "This was a smoke run: it shows that everything works. Its numbers answer nothing.";
        if (trials.Select(trial => trial.Code).Distinct().Count() > 1)
            yield return "These rows come from different versions of the code; --fresh runs all of them again.";
    }

    public static string Made(Provenance past) => string.Create(CultureInfo.InvariantCulture,
        $"Made on {past.Ended} in {past.Seconds} s with {past.Jobs} jobs on {past.Machine} "
            + $"({past.VectorBits}-bit vectors), {past.Runtime}. Code {past.Code}, "
            + $"commit {past.Commit}{(past.Dirty ? " with changes" : "")}.");
}
