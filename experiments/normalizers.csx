#load "../lib/lab.csx"
#nullable enable

const string Question = "Do other normalizers do what batch normalization does, each at its own learning rate?";
const string Why = """
    The rate is tuned for each arm by the outcome that is compared, over three decades, two values a decade, on seeds of
    their own (half a decade more for sigmoids: from 0.1 to 100 was tried first, and the best of layer, group and seed
    stood at its lower end). Five seeds choose it, since two, tried first, choose between neighbours by chance. Each arm
    takes one thing from BN and leaves another: layer and group normalize each example by itself, ghost the sixteen of a
    sub-batch, seed the whole tensor at once; noisy normalizes and then moves its units at random; clipping bounds the
    steps, at 0.1, below most of the gradients that this net sees, and normalizes nothing.
    """;
const string Caveats = """
    - The target is where the plain net ends: it asks who gets there as soon as BN, not who ends best; for that see the
      column of best test accuracies.
    - Accuracy is measured in evaluation mode. Over the first tens of steps batch's running statistics still remember
      their start and hold its curve back; ghost updates them four times a step; layer, group and seed have none.
    - Instance normalization is not among the arms: in layers of units it has one value. There group normalizes ten
      groups of ten units; ghost takes batches of 16 out of 60.
    - Budgets are short: one epoch of 30,000 images. With more, all arms end closer together.
    """;

return Experiment(Args, Question, new(["norm", "clip_norm", "model", "activation"], ["lr"], Why,
    StandardNets.Dependent), lab =>
{
    var (images, epochs, seeds) = lab.Pick(smoke: (6_000, 1, 1), standard: (30_000, 1, 5), full: (50_000, 10, 10));
    var plain = lab.Baseline with { TrainSize = lab.Images(images), Epochs = epochs };
    IReadOnlyList<Func<Config, Config>> arms =
    [
        .. Arms(Norm.None, Norm.Batch, Norm.Layer, Norm.Group, Norm.Ghost, Norm.Noisy, Norm.Seed),
        none => none with { ClipNorm = 0.1 },
    ];
    List<Net> nets = [.. StandardNets.Perceptrons(lab, plain, arms)];
    if (lab.Preset == Preset.Full)
        nets.Add(new("LeNet", StandardNets.LeNet(plain), LogGrid(1e-4, 1e-1, 13), arms));
    var probe = Probe.Curves(points: 20);

    return from tuning in Tune(nets, seeds, probe, SpeedAndAccuracy)
           let compared = tuning.Compare()
           from judged in Evaluate(compared.SelectMany(net => net.Chosen()), lab.Looks, trials =>
               [
                   .. from one in Literature.Instead
                      select one.Claim.Judge(compared.BySpeed(trials), all =>
                          [.. compared.Select(net => net.Steps(all, one.Arm, over: "batch"))]),
               ], probe, neighbours: compared.SelectMany(net => net.Chosen(lab.Neighbours)))
           let runs = judged.Trials
           // Drawn together with those that nobody claimed to be as good.
           let every = lab.Looks.At(Literature.Instead[0].Claim.Judge(compared.BySpeed(runs), all =>
               compared.StepsOver("batch", all, "layer", "group", "noisy", "ghost", "seed", "none_clipped")), runs)
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["model", "activation", "norm", "clip_norm", "lr"],
                   [TestAccuracy, ValidationAccuracy, TrainLoss, .. StepsToTargets(0.90, 0.95)]))
           {
               Claims = judged.Claims, Caveats = Caveats,
               Figures = [Effects("effects", "Steps to the target, other arms over batch", every,
                   "Steps, other over batch", "Each arm at the rate of its fewest steps; to the right it is slower. "
                       + "That ghost, seed and clipping do as well is nobody's claim.", "as many steps, within ×1.5"),
                   .. compared.Select(net => net.SpeedCurves(runs)), .. compared.Select(net => net.UsableRates())],
               Tables = [compared.TargetsTable(runs), compared.RatesTable("model", "activation", "norm", "clip_norm")],
           };
});
