#load "../lib/lab.csx"
#nullable enable
// Question: does batch normalization reduce internal covariate shift, and does shift slow training?
const string Question = "Does batch normalization reduce internal covariate shift, by either measure of it?";
const string Reason = "The paper's net, every arm at its own rate (half decades, on seeds of their own), measured at "
    + "logarithmically spaced steps, so that the first are dense. The arm noisy adds the shift of Santurkar et al. "
    + "back behind BN: if shift slows training, it must be slow.";

const int Images = 1_000, Later = 100;
const string Leaves = "Not claimed: about there the plain net leaves chance.";
var distribution = new Claim("shift-distribution", "BN reduces the drift of activations",
    "Ioffe and Szegedy 2015, figure 1",
    "path of the median input of a last-hidden unit, in its interquartile ranges, none over batch", Unit.Ratio,
    Region.Above(Math.Log10(1.5)));
var gradient = new Claim("shift-gradient", "BN reduces shift as optimization sees it", "Santurkar et al. 2018",
    "cosine between a layer's gradient before and after the earlier layers take their step, batch less none",
    Unit.Cosine, Region.Above(0.1));

return Run(Args, "covariate_shift", Question, lab =>
{
    lab.Study = new(["norm"], ["lr"], Reason);
    var seeds = lab.Seeds(standard: 6).ToList();
    Norm[] arms = [Norm.None, Norm.Batch, Norm.Noisy];
    var cells = arms.Select(norm => lab.Baseline with { Norm = norm, Epochs = lab.Pick(1, 2, 20) }).ToList();
    int[] layers = [2, 3, 4];
    var probe = Shift.Probe(Images, layers, points: lab.Pick(8, 24, 24));

    var tuning = lab.Tune(cells, lab.Pick(LogGrid(1, 10, 2), LogGrid(0.1, 10, 5), LogGrid(0.1, 30, 9)),
        seeds: lab.Pick(1, 2, 5), probe);
    var best = cells.Select(cell => tuning.Best(cell, ValidationAccuracy.Of)).ToList();
    var trials = lab.Sweep(from rate in best from seed in seeds select rate.Cell with { Seed = seed }, probe);

    IEnumerable<double> Measured(Trial trial, string column, int from) => trial.Curve
        .Where(point => point.Step >= from).Select(point => point.Own[column]).Where(double.IsFinite);
    double Path(Trial trial, int from) => Measured(trial, "drift", from).Sum();
    double Cosine(Trial trial, int from) => layers.Average(layer =>
        Measured(trial, $"cosine_{layer}", from).DefaultIfEmpty(double.NaN).Average());
    Effect Paired(IReadOnlyList<Trial> all, Func<Trial, Trial, double> of) => Effect.Of("",
        all.At(cells[1]).Where(IsOk).ToList().BySeed([.. all.At(cells[0]).Where(IsOk)], (batch, none) =>
            of(batch[0], none[0])));
    Effect Paths(IReadOnlyList<Trial> all, int from = 1) =>
        Paired(all, (batch, none) => Math.Log10(Path(none, from) / Path(batch, from)));
    Effect Cosines(IReadOnlyList<Trial> all, int from = 1) =>
        Paired(all, (batch, none) => Cosine(batch, from) - Cosine(none, from));
    Judgement[] claims =
        [distribution.Judge(trials, all => [Paths(all)]), gradient.Judge(trials, all => [Cosines(all)])];
    Figure Percentiles(string id, string title, string what, string caption) => River(id, title,
        new("Optimizer step", Log: true), [.. trials.Where(trial => trial.Seed == seeds[0] && trial.Curve.Count > 0)
            .Select(trial => new RiverPanel(Snake(trial.Norm), new("Input"), [.. trial.Curve.Select(point =>
                new Percentiles(Snake(trial.Norm), point.Step, point.Own[$"{what}_low"], point.Own[$"{what}_middle"],
                    point.Own[$"{what}_high"]))]))], caption, sameY: false);

    var (laterPath, laterCosine) = (Paths(trials, Later), Cosines(trials, Later));
    lab.Report(claims[0].Said() is { } path && claims[1].Said() is { } cosine
            ? $"Without batch normalization the inputs of the last hidden layer wander {path} as far; with it, the "
                + $"cosine between a layer's gradient before and after the earlier layers step differs by {cosine}, "
                + $"and from step {Later} on by {Unit.Cosine.Text(laterCosine.Interval.Estimate)}" : Judgement.Unknown,
        [.. tuning.Trials, .. trials], trials.Summarize(["norm", "lr"], TestAccuracy,
            new Measure("path", trial => Path(trial, 1)), new Measure("cosine", trial => Cosine(trial, 1))),
        numbers:
        [
            laterPath.Number($"The drift's ratio from step {Later} on", Unit.Ratio, Leaves),
            laterCosine.Number($"The cosine's difference from step {Later} on", Unit.Cosine, Leaves),
        ],
        figures:
        [
            Percentiles("unit", "What one unit of the last hidden layer receives", "unit", "The paper's figure 1(b, "
                + "c): the input of one sigmoid over 1,000 training images in training mode, seed 1."),
            Percentiles("layer", "What the whole last hidden layer receives", "layer", "All of its sigmoids together."),
            .. layers.Reverse().Select(layer => ByStep($"cosine_{layer}", $"Gradient of layer {layer}: direction kept",
                trials, $"cosine_{layer}", "Cosine", "Cosine between the layer's gradient before and after the earlier "
                    + "layers take their step, on the same batch: 1 is no shift.")),
            ByStep("change", "Gradient of the last layer: how much of it changes", trials, "change_4",
                "Change over norm", "Length of the change over that of the gradient."),
            CurvesAt("curves", "Training", trials, best.ToDictionary(rate => rate.Cell.Norm, rate => rate.Cell.Lr)),
        ],
        caveats:
        [
            "Behind BN a unit's percentiles are normalized by construction, so the drift is counted in interquartile "
                + "ranges; what is left is the way of beta, and the change of shape.",
            "Without BN the net tells no images apart over its first hundred steps: the units' interquartile ranges "
                + "are next to nothing, which makes the path in their units long, and the earlier layers' gradients "
                + "too, which leaves the last layer's where it was.",
            "The path is summed over the measured steps, the same for all arms; denser steps would make it longer.",
            "The gradient's shift depends on the size of the earlier layers' step, so on the rate: each arm has "
                + "its own.",
            "One net, of sigmoids, with a plateau at its start. Santurkar et al. measured larger ones, where gradients "
                + "turned as much with BN as without, or more.",
        ],
        claims, [Method.Tuned(best, ["norm"], "validation accuracy on the tuning seeds")]);
});
