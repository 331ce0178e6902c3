#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization keep representations from collapsing, and units from dying?";
const string Why = """
    Collapse is measured before the first step, in nets of 50 layers: linear ones, for which Daneshmand et al. prove it,
    ReLU from He's weights, for which the cosine of two examples is known layer by layer, and sigmoids from Glorot's;
    ReLU in batches of 4 and 16 too, since with BN theory has that cosine depend on the batch alone. Units are watched
    in nets that train: the paper's three sigmoid layers, tanh and ReLU of three and ten layers, each arm at its own
    rate (half decades, on seeds of their own). A unit is lost where hardly any gradient passes it: a ReLU that is 0 on
    all of 1,000 images; of sigmoid and tanh, outputs beyond nine tenths of the way from the middle to a limit.
    """;
const string Caveats = """
    - The nets of 50 layers take a single step: what counts is before it, and that they are stuck says nothing.
    - Effective rank is at most the number of examples in the batch. It counts directions, not what they are good for.
    - A sigmoid net that does not learn saturates no unit: few lost units are no sign of health by themselves.
    - A high rate loses units too, and BN's tuned rate is the higher one: units are compared as the arms are used.
    """;

return Experiment(Args, Question, new(["norm", "model", "activation", "depth", "batch_size"], ["lr"], Why,
    ["init", "epochs"]), lab =>
{
    var (deepest, layers) = lab.Pick<(int, int[])>((12, [0, 1, 5, 12]),
        (50, [0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50]), (50, [.. Enumerable.Range(0, 51)]));
    var (epochs, seeds, rates) = lab.Pick(smoke: (0.2, 1, LogGrid(0.1, 1, 2)),
        standard: (0.8, 2, LogGrid(0.03, 10, 6)), full: (10.0, 5, LogGrid(0.003, 10, 8)));
    var sigmoid = lab.Perceptron with { Epochs = epochs };
    var tanh = sigmoid with { Activation = Activation.Tanh };
    var relu = sigmoid with { Activation = Activation.Relu, Init = Scheme.HeNormal };
    Net Start(string name, Config none, int batch = 64) => new(name, none with
    {
        Depth = deepest, BatchSize = batch, Epochs = Math.Round((double)batch / none.TrainSize, 6),
    }, []);
    Net[] wide = [.. new[] { 64, 16, 4 }.Select(size => Start($"ReLU in batches of {size}", relu, size))];
    Net[] deep = [.. wide, Start("linear", relu with { Model = Architecture.DeepLinear }), Start("sigmoid", sigmoid)];
    Net[] nets = [new("sigmoid, 3 layers", sigmoid, rates),
        .. from net in new[] { (Name: "tanh", None: tanh), (Name: "ReLU", None: relu) }
           from depth in new[] { 3, 10 }
           select new Net($"{net.Name}, {depth} layers", net.None with { Depth = depth }, rates)];
    var probe = Signal.Probe(deepest, layers, depth: 10, images: 1_000, points: 12);

    return from starts in Evaluate(deep.SelectMany(net => net.Cells), lab.Seeds(standard: 6), probe)
           from tuning in Tune(nets, seeds, probe)
           from runs in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Looks, trials =>
               [Literature.Saturation.Judge(trials, all => LostUnitEffects(all, nets))], probe)
           let collapse = Literature.RankCollapse.Judge(starts, all => RankRatios(all, deep, deepest))
           select new Report(collapse.Title,
               runs.Trials.Summarize(["activation", "depth", "norm", "lr"], ValidationAccuracy, LostUnits))
           {
               Claims = [collapse, .. runs.Claims], Numbers = [.. CosineNumbers(starts, wide, deepest)],
               Figures = SignalFigures(starts, deep, layers, runs.Trials, nets),
               Tables = [tuning.RatesTable("activation", "depth", "norm")], Caveats = Caveats,
           };
});
