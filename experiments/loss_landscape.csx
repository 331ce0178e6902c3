#load "../lib/lab.csx"
#nullable enable
// Question: does batch normalization make the loss smoother along the way that training takes?
const string Question = "Does batch normalization smooth the loss along the gradient?";
const string Reason = "Three nets, each arm at its own rate (half decades, one seed of its own). At ten "
    + "logarithmically spaced steps of training the loss and its gradient are taken along the gradient, at distances "
    + "over two decades, two a decade, from a hundredth of what an update moves to what it never does in one step.";

const int Images = 500;
var smooth = new Claim("smooth", "BN smooths the loss", "Santurkar et al. 2018",
    "largest change of the gradient per distance along it, relative to its norm, none over batch", Unit.Ratio,
    Region.Above(Math.Log10(1.5)));

return Run(Args, "loss_landscape", Question, lab =>
{
    lab.Study = new(["norm", "model", "activation"], ["lr"], Reason, Net.Dependent);
    var distances = LogGrid(1e-2, 1, lab.Pick(2, 5, 5));
    var nets = Net.Three(lab, epochs: lab.Pick(0.5, 1, 20), lenetEpochs: lab.Pick(0.3, 0.5, 10));
    var probe = Landscape.Probe(Images, distances, points: lab.Pick(4, 10, 10));

    var tuned = (from net in nets
                 let stage = lab.Tune(net.Arms, net.Rates, seeds: lab.Pick(1, 1, 3), probe)
                 select (Net: net, None: stage.Best(net.Arms[0], ValidationAccuracy.Of),
                     Batch: stage.Best(net.Arms[1], ValidationAccuracy.Of), Stage: stage)).ToList();
    var trials = lab.Sweep(from net in tuned
                           from rate in new[] { net.None, net.Batch }
                           from seed in lab.Seeds(standard: 6)
                           select rate.Cell with { Seed = seed }, probe);

    // Means of logarithms over training.
    double Log(Trial trial, Func<CurvePoint, double> of) => trial.Curve.Select(point => Math.Log10(of(point)))
        .Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
    double Relative(CurvePoint point) => point.Own["effective_beta"] / point.Own["gradient_norm"];
    IReadOnlyList<Effect> Ratios(IReadOnlyList<Trial> all, Func<CurvePoint, double> of) =>
        [.. tuned.Select(net => Effect.Of(net.Net.Name, all.AtRate(net.None.Cell).Where(IsOk).ToList().BySeed(
            [.. all.AtRate(net.Batch.Cell).Where(IsOk)], (none, batch) => Log(none[0], of) - Log(batch[0], of))))];
    var claim = smooth.Judge(trials, all => Ratios(all, Relative));
    Figure Measured(string id, string title, string y, string caption, Func<CurvePoint, double> of, Net net) =>
        Curves(id, $"{title}, {net.Name}", new("Optimizer step", Log: true), new(y, Log: true),
        [
            .. from trial in trials
               where trial.Model == net.Arms[0].Model && trial.Activation == net.Arms[0].Activation
               from point in trial.Curve
               where of(point) > 0 && double.IsFinite(of(point))
               select new Point(Snake(trial.Norm), $"{trial.Seed}", point.Step, of(point)),
        ], caption: caption);

    var cells = tuned.SelectMany(net => new[] { net.None, net.Batch }).ToList();
    lab.Report(claim.Said() is { } said ? "Without batch normalization the gradient changes, relative to its norm, "
            + $"{said} as fast as with it" : Judgement.Unknown,
        [.. tuned.SelectMany(net => net.Stage.Trials), .. trials],
        trials.Summarize(["model", "activation", "norm", "lr"], [TestAccuracy, .. probe.Columns.Select(name =>
                new Measure($"log10_{name}", trial => Log(trial, point => point.Own[name])))]),
        numbers:
        [
            Ratios(trials, point => point.Own["effective_beta"])[0].Number("The same, not relative, none over batch",
                Unit.Ratio, $"{nets[0].Name}."),
            .. Ratios(trials, point => Relative(point) * point.Own["weight_norm"]).Select(effect => effect.Number(
                $"The same per share of the weights' norm, {effect.Condition}", Unit.Ratio,
                "None over batch; not claimed.")),
        ],
        figures:
        [
            .. nets.Select(net => Measured($"relative_{net.Id}",
                "Change of the gradient per distance, relative to its norm", "Per distance", "Largest over the "
                    + "distances; lower is smoother.", Relative, net)),
            .. nets.Take(1).SelectMany(net => new[]
            {
                Measured("beta", "Change of the gradient per distance", "Per distance", "The same, not relative: the "
                    + "effective beta-smoothness of Santurkar et al.", point => point.Own["effective_beta"], net),
                Measured("loss", "Range of the loss along the gradient", "Nats", "Largest less smallest over the "
                    + "distances.", point => point.Own["loss_range"], net),
                Measured("gradient", "Norm of the gradient", "Norm", "", point => point.Own["gradient_norm"], net),
                Measured("weights", "Norm of the weights", "Norm", "Of all parameters: BN makes the loss indifferent "
                    + "to the weights' scale, so that the same distance means less where they are large.",
                    point => point.Own["weight_norm"], net),
            }),
        ],
        caveats:
        [
            "Distances are absolute. A net with larger weights is less moved by the same distance, and BN's weights "
                + "grow: the numbers at the head tell what is left where distance is counted in the weights' norm.",
            "On 500 fixed training images and with batch statistics; the running ones take no part.",
            "The raw measure mixes smoothness with the gradient's size, which BN changes too; hence the relative one.",
            "The arms are at different rates and so at different places after the same number of steps.",
            "Minimum and maximum over separately trained models, often shown for this, measure something else.",
        ],
        [claim], [Method.Tuned(cells, ["model", "activation", "norm"], "validation accuracy on the tuning seed")]);
});
