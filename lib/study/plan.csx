#nullable enable

public static class Plan
{
    /// <summary>Lists the trials and estimates their time from a few measured steps of each kind; returns exit code 0.
    /// </summary>
    public static int Print(IReadOnlyList<Config> grid, Dataset data, int jobs)
    {
        foreach (var trial in grid)
            Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Trials.Identity(trial, data.Fingerprint)}  {Snake(trial.Norm),-16} "
                    + $"lr {trial.Lr,-7} batch {trial.BatchSize,-5} init {Snake(trial.Init)} x {trial.InitScale}  "
                    + $"seed {trial.Seed}  {trial.Steps} steps"));
        var seconds = grid
            .GroupBy(trial => (trial.Model, trial.Depth, trial.Width, trial.Norm, trial.BatchSize, trial.Optimizer))
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
