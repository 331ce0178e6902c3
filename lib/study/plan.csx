#nullable enable

public static class Plan
{
    /// <summary>Lists the trials and estimates their time from a few measured steps of each kind; returns exit code 0.
    /// </summary>
    public static int Print(IReadOnlyList<Config> grid, Dataset data, int jobs)
    {
        var varied = Study.Varied(grid).Select(name => (Name: name, Column: new Columns<Config>(name))).ToList();
        foreach (var trial in grid)
            Out.WriteLine(string.Join("  ", [Trials.Identity(trial, data.Fingerprint),
                .. varied.Select(pair => $"{pair.Name} {pair.Column.Texts(trial)[0],-8}"),
                $"seed {trial.Seed}", $"{trial.Steps} steps"]));
        if (grid.Any(trial => trial.Seed >= Tuning.FirstSeed))
            Out.WriteLine("Rates of the second stage stand at the grid's middle here: the first stage (seeds from "
                + $"{Tuning.FirstSeed}) chooses them.");
        var seconds = grid
            .GroupBy(trial => (trial.Model, trial.Depth, trial.Width, trial.Activation, trial.Norm, trial.BatchSize,
                trial.Optimizer))
            .Sum(kind => kind.Sum(trial => trial.Steps) * SecondsPerStep(kind.First(), data));
        Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{grid.Count} trials on {data.Name}, about "
                + $"{Math.Ceiling(seconds * EvaluationShare / jobs)} s with {jobs} jobs"));
        return 0;
    }

    // Evaluation takes about a fifth of the time.
    const double EvaluationShare = 1.25;

    static double SecondsPerStep(Config config, Dataset data)
    {
        const int probe = 200;
        var epochs = (double)probe / config.StepsPerEpoch;
        // The first run also compiles the kernels.
        return Enumerable.Range(0, 2)
            .Select(_ => Training.Run(config with { Epochs = epochs, Lr = 1e-3, Role = Role.Tune }, data))
            .Min(trial => trial.Seconds / trial.EndedAt) / EvaluationShare;
    }
}
