#load "../lib/lab.csx"
#nullable enable

const string Question = "Do other normalizers do what batch normalization does, each at its own learning rate?";
const string Why = """
    The rate is tuned for each arm by the outcome that is compared, over three decades, two values a decade, on seeds of
    their own (half a decade more for sigmoids: from 0.1 to 100 was tried first, and the best of layer, group and seed
    stood at its lower end). Five seeds choose it, since two, tried first, choose between neighbours by chance. Each arm
    takes one thing from BN and leaves another: layer and group normalize each example by itself, ghost the sixteen of a
    sub-batch, seed the whole tensor at once; noisy normalizes and then moves its units at random; clipping bounds the
    steps, at 0.1, below most of the gradients that this net sees, and normalizes nothing. On images in colours the net
    is a VGG-6 in batches of 128 and one and a half epochs, at four rates from 0.01 to 0.3 and one tuning seed; instance
    and two ways to standardize weights join the arms, and clipping is at 1.
    """;
const string Caveats = """
    - The target is where the plain net surely ends, the lowest end of its tuning seeds: it asks who gets there as soon
      as BN, not who ends best; for that see the column of best test accuracies.
    - Accuracy is measured in evaluation mode. Over the first tens of steps batch's running statistics still remember
      their start and hold its curve back; ghost updates them four times a step; layer, group and seed have none.
    - In layers of units instance normalization has one value, so that only the convnet has it. In perceptrons group
      normalizes ten groups of ten units, in the convnet groups of four channels; ghost takes batches of 16 out of 60 or
      128.
    - Budgets are short: in `standard` one epoch of 30,000 images, or one and a half of 10,000 in colours, where the
      rates next to the tuned ones are not evaluated. With more, all arms end closer together.
    """;

return Experiment(Args, Question, new(["norm", "clip_norm", "model", "activation"], ["lr"], Why,
    StandardNets.Dependent), lab =>
{
    var (images, epochs, seeds) = lab.Pick(smoke: (6_000, 1, 1), standard: (30_000, 1, 5), full: (50_000, 10, 10));
    var plain = lab.Baseline with { TrainSize = lab.Images(images), Epochs = epochs };
    IReadOnlyList<Func<Config, Config>> arms =
    [
        .. Arms(Norm.None, Norm.Batch, Norm.Layer, Norm.Group, Norm.Ghost, Norm.Noisy, Norm.Seed),
        none => none with { ClipNorm = lab.OnConvnets ? 1 : 0.1 },
        .. lab.OnConvnets ? Arms(Norm.Instance, Norm.WeightStd, Norm.ScaledWeightStd) : [],
    ];
    var nets = StandardNets.PerceptronsOrVgg(lab, plain, convnetEpochs: lab.Pick(1, 1.5, 20), arms);
    if (lab.OnConvnets && lab.Preset == Preset.Standard) nets = [nets[0].Within(0.01, 0.3)];
    if (lab.Preset == Preset.Full && !lab.OnConvnets)
        nets = [.. nets, new("LeNet", StandardNets.LeNet(plain), LogGrid(1e-4, 1e-1, 13), arms)];
    var claimed = Literature.Instead.Where(one => nets[0].Cells.Any(cell => ArmOf(cell) == one.Arm)).ToList();
    var probe = Probe.Curves(points: lab.OnConvnets ? 10 : 20);

    return from tuning in Tune(nets, lab.OnConvnets ? lab.Pick(1, 1, 2) : seeds, probe, SpeedAndAccuracy(lab.Levels))
           let compared = tuning.Compare()
           from judged in Evaluate(compared.SelectMany(net => net.Chosen), lab.FewLooks, trials =>
               [
                   .. from one in claimed
                      select one.Claim.Judge(compared.BySpeed(trials), all =>
                          [.. compared.Select(net => net.Steps(all, one.Arm, over: "batch"))]),
               ], probe, neighbours: lab.Neighbours ? [tuning] : [])
           let runs = judged.Trials
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["model", "activation", "norm", "clip_norm", "lr"], AccuracyAndSteps(lab.Levels)))
           {
               Claims = judged.Claims, Caveats = Caveats,
               Figures = [compared.StepsOverBatch(runs, lab.FewLooks,
                       "That none, clipping, ghost and seed do as well is nobody's claim."),
                   .. compared.Select(net => net.SpeedCurves(runs)), .. compared.Select(net => net.UsableRates())],
               Tables = [compared.TargetsTable(runs, lab.Levels),
                   compared.RatesTable("model", "activation", "norm", "clip_norm")],
           };
});
