#nullable enable
// How it was done, in words made from the trials themselves.

public static class Method
{
    /// <summary>What varies, what is fixed, how many seeds, which data, and what counts as lost.</summary>
    public static Definitions Describe(IReadOnlyList<Trial> trials, Provenance past, Design design)
    {
        var values = Design.Values(trials);
        string Listed(IEnumerable<string> names) => string.Join("; ", values
            .Where(pair => names.Contains(pair.Name) && pair.Values.Count > 1)
            .Select(pair => $"{pair.Name.Replace('_', ' ')}: {string.Join(", ", Ordered(pair.Values))}"));
        IEnumerable<string> Ordered(IReadOnlyList<string> texts) =>
            texts.All(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                ? texts.Select(text => double.Parse(text, CultureInfo.InvariantCulture)).Order()
                    .Select(value => Format.Number(value, 4)) : texts;
        // A range test has the role of tuning, since it sees no test images, but nothing is selected by it.
        IReadOnlyList<int> Seeds(params Role[] roles) => [.. trials
            .Where(trial => roles.Contains(trial.Role) && trial.LrEnd == 0)
            .GroupBy(trial => trial.ToCell() with { Lr = trial.Lr }).Select(cell => cell.Count())];
        var sizes = string.Join(", ", trials.Select(trial => trial.TrainSize).Distinct().Order()
            .Select(size => size.ToString("N0", CultureInfo.InvariantCulture)));
        var trained = trials.Where(trial => trial.LrEnd == 0).ToList();
        string Each(IEnumerable<Trial> some, Func<Config, string> inWords) =>
            string.Join("; or ", some.Select(inWords).Distinct());
        IEnumerable<(string, string)> ofDesign =
        [
            ("Scientific", Listed(design.Scientific)), ("Nuisance, tuned", Listed(design.Nuisance)),
            ("Dependent", Listed(design.Dependent)), ("The grid, and why", design.Why.ReplaceLineEndings(" ")),
            ("Learning rate", Each(trained, RateInWords) + (trained.Count == trials.Count ? ""
                : "; in range tests it rises geometrically")),
            ("Optimizer", Each(trained, OptimizerInWords)),
            ("Weight decay", Each(trials.Where(trial => trial.WeightDecay > 0), DecayInWords)),
        ];
        return new("How it was done",
        [
            .. ofDesign.Where(pair => pair.Item2 != ""),
            ("Fixed", string.Join("; ", values.Where(pair => pair.Values.Count == 1
                && !Hyperparameters.IsUnset(pair.Name, pair.Values[0]))
                .Select(pair => $"{pair.Name.Replace('_', ' ')} {pair.Values[0]}"))),
            ("Seeds", $"{Format.Counts(Seeds(Role.Evaluate, Role.Sweep))} in every cell, paired: in all arms a seed "
                + "has the same initial weights and batches" + (Seeds(Role.Tune).Count == 0 ? ""
                : $". Settings were selected on others ({Format.Counts(Seeds(Role.Tune))}), which enter no number but "
                    + "where that is said" + (Seeds(Role.Tune).Distinct().Count() == 1 ? "" : ". Every rate has the "
                    + "first of these, rates next to the best have more, and those that are not worse on all of these "
                    + "have all (rounds as in successive halving, Jamieson and Talwalkar 2016)"))),
            ("Trials", $"{trained.Count}: {trained.Count(IsOk)} ended well, "
                + $"{trained.Count(trial => trial.Status == Status.Diverged)} diverged, "
                + $"{trained.Count(trial => trial.Status == Status.Stuck)} stuck, "
                + $"{trained.Count(trial => trial.Status == Status.Failed)} failed"
                + (trained.Count == trials.Count ? "" : $"; beside them {trials.Count - trained.Count} range tests")),
            ("Nets", Nets(trials, past.Data)),
            ("Data", Data(past) + $": training on the first {sizes} training images; " + (
                trials.All(trial => double.IsNaN(trial.ValidationAccuracy))
                    ? "no validation, since nothing is selected; test images are only looked at"
                    : $"validation on the last {Count(past.Data.ValidationImages)}, while rates are tuned on "
                        + $"{Count(Math.Min(Evaluation.TuningImages, past.Data.ValidationImages))} of these, curves on "
                        + $"{Count(Math.Min(Evaluation.CurveImages, past.Data.ValidationImages))}, spread evenly "
                        + "(early in training and after a short one on fewer, one for five images trained on); "
                        + (trials.All(trial => trial.Role != Role.Evaluate)
                            ? "no test images, since nothing is selected that they could be for"
                            : "test images only at the end of evaluation seeds"))),
            ("Batch normalization", BatchNormInWords(trials)),
            ("Batches", trials.All(trial => trial.ShortBatch)
                ? "an epoch ends with the short batch of what is left over"
                : "drawn anew in each epoch; images that fill no batch sit out that epoch"),
            ("Intervals", "of paired differences between seeds, at 95%: Student's t for the mean or, where some are "
                + "beyond all others or all are equal, order statistics for the median; widened where a number is read "
                + "off a grid. Pairs of which both arms were lost say nothing and are left out. They cover what seeds "
                + "change, initial weights and batches, and not other training images"),
            ("Verdicts", "supported where an interval lies beyond the claim's margin, contradicted where beyond it the "
                + "other way, not supported where it excludes such an effect; narrowly, by the estimate, where it lies "
                + "across the margin but is no wider; else open. Where rates next to the tuned ones were evaluated, "
                + "which is done where these decide (from three seeds; from all, unless worse on each of these and of "
                + "tuning's or in the mean), the verdict there must be the same, and stands from the second look on. "
                + "Of several conditions: depends where some support, some refute, and the effects differ (Welch's "
                + "test, 5%); else the answer of at least half of them, if none has the opposite. Each is a verdict of "
                + "its own: of many some are wrong by chance. The p of each, adjusted for the number of all (Holm "
                + "1979), stands in claims.csv"),
            ("Diverged", "a loss, parameter or running statistic is not finite, or after step 200 the median of the "
                + $"last 100 mini-batch losses exceeds 5 ln(classes). Stuck: finite, but {
                    Divergence.StuckReason(past.Data.Chance).Replace("accuracy", "accuracy ends")}. Both are counted, "
                + "drawn and never averaged. Verdicts were taken again with 3 and 10 in place of 5."),
        ]);
    }

    // Layers by model, inputs and outputs.
    static string Nets(IReadOnlyList<Trial> trials, DatasetFacts data)
    {
        string Sizes(IEnumerable<int> values) => string.Join(", ", values.Distinct().Order());
        var pixels = data.Channels * data.Height * data.Width / (trials[0].Halve ? 4 : 1);
        var outputs = $"{data.Classes} outputs";
        return string.Join("; ", trials.GroupBy(trial => trial.Model).Select(model => model.Key switch
        {
            Architecture.Lenet => $"LeNet-5: two convolutions, 6 and 16 kernels of 3 x 3, each with average pooling, "
                + $"then layers of 120 and 84 units and {outputs}",
            Architecture.Mlp => $"perceptron: {pixels} inputs, {Sizes(model.Select(trial => trial.Depth))} hidden "
                + $"layers of {Sizes(model.Select(trial => trial.Width))} units, {outputs}",
            Architecture.ResidualMlp => $"residual perceptron: {pixels} inputs, a layer of {
                Sizes(model.Select(trial => trial.Width))} units, {Sizes(model.Select(trial => trial.Depth))
                } blocks that add one such layer to what they get, {outputs}",
            var other => $"{Snake(other)}: depth {Sizes(model.Select(trial => trial.Depth))}, width {
                Sizes(model.Select(trial => trial.Width))}, {outputs}",
        })) + ". Inputs are " + (trials[0].Standardizes(data.Channels) ? "standardized" : "pixels / 255");
    }

    static string OptimizerInWords(Config config) => config.Optimizer switch
    {
        Optimization.Sgd => config.Momentum == 0 ? "SGD without momentum" : $"SGD with momentum {
            CsvText(config.Momentum)}",
        Optimization.RmspropTorch => "RMSprop with rho 0.9 and epsilon 1e-7, outside the root",
        Optimization.RmspropKeras => "RMSprop with rho 0.9 and epsilon 1e-7, inside the root",
        Optimization.Adam => "Adam with betas 0.9 and 0.999 and epsilon 1e-8",
        var other => throw new ArgumentOutOfRangeException(nameof(config), other, null),
    };

    static string BatchNormInWords(IReadOnlyList<Trial> trials)
    {
        var momenta = trials.Where(trial => trial.Norm == Norm.Batch).Select(trial => CsvText(trial.BnMomentum))
            .Distinct();
        bool Has(params Norm[] norms) => trials.Any(trial => norms.Contains(trial.Norm));
        return (momenta.Any() ? $"epsilon 1e-5 inside the root, momentum {string.Join(", ", momenta)}. " : "")
            + "Evaluation, of validation and test images too, is by running statistics"
            + (Has(Norm.Seed) ? "; the arm seed has none and takes the batch's" : "")
            + (Has(Norm.Layer, Norm.Group, Norm.Instance, Norm.Rms, Norm.WeightStd) ? "; normalizers that take their "
                + "statistics of each example by itself do so there too" : "");
    }

    static string RateInWords(Config config)
    {
        var after = config.Schedule switch
        {
            Schedule.Constant => "constant",
            Schedule.Linear => "falls linearly from lr to 0",
            Schedule.Cosine => "falls from lr to 0 along half a cosine (Loshchilov and Hutter 2017)",
            Schedule.Step => "falls to a tenth of lr after 1/2 of the steps, to a hundredth after 3/4 (He et al. 2016)",
            var other => throw new ArgumentOutOfRangeException(nameof(config), other, null),
        };
        return config.Warmup == 0 ? after
            : $"rises linearly to lr in the first {Format.Percent(config.Warmup)} of the steps (Goyal et al. 2017), "
                + "then " + (config.Schedule == Schedule.Constant ? "is constant" : after);
    }

    static string DecayInWords(Config config) => config.Decay switch
        {
            Decay.Coupled => "times the parameter, added to its gradient",
            Decay.Decoupled => "times rate and parameter, taken from the parameter beside each step (Loshchilov and "
                + "Hutter 2019)",
            _ => "none, but a rate that grows as if there were",
        } + config.Decayed switch
        {
            Decayed.All => ", of all parameters",
            Decayed.Weights => ", of weights alone, not of gamma, beta and biases",
            _ => ", of the hidden layers' weights alone",
        };

    // Name, fingerprint and form of the data.
    static string Data(Provenance past)
    {
        var data = past.Data;
        string Listed(IEnumerable<double> values) => string.Join(", ", values.Select(value => Format.Number(value, 4)));
        var size = $"{(data.Channels == 1 ? "" : $"{data.Channels} x ")}{data.Height} x {data.Width}";
        return $"{past.Dataset} (fingerprint {past.Fingerprint[..Math.Min(12, past.Fingerprint.Length)]}; "
            + $"{data.Classes} classes, images of {size})" + (data.StandardizedBy is not { } moments ? ""
                : $", standardized by the training images' means {Listed(moments.Mean)} and deviations "
                    + Listed(moments.Deviation));
    }

    static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

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

    /// <summary>When and on which machine the results were produced, and by which code.</summary>
    public static string ProducedBy(Provenance past)
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
