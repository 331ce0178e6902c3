#nullable enable
// Trials and data sets that are made up, trainings of small nets on them, and folders that go with a test.

static Trial Made(double lr = 0.1, int seed = 1, double accuracy = 0.9, double excess = 0, Norm norm = Norm.None,
    Func<Config, Config>? with = null) =>
    new Trial((with ?? (config => config))(new Config { Lr = lr, Seed = seed, Norm = norm }))
    {
        Id = $"{lr} {seed} {norm}", ValidationAccuracy = accuracy, TestAccuracy = accuracy, LossExcess = excess,
    }.JudgedAt(Divergence.Default);

// The first stage of tuning, as it is once these trials have run.
static Tuning Tuned(IReadOnlyList<Net> nets, IReadOnlyList<Trial> trials) => new(nets, Runs.Of(trials));

// 600 training and 100 test images of 8 x 8 pixels that mean nothing.
static Dataset NoiseData() => NoiseOf(600, validation: 0);

static Dataset NoiseOf(int train, int validation = 10_000)
{
    var random = new RandomStream(1, "noise");
    ImageSet Images(int count) => new([.. Enumerable.Range(0, count * 64).Select(_ => (byte)random.Below(256))],
        [.. Enumerable.Range(0, count).Select(_ => (byte)random.Below(10))], 8, 8);
    return new("noise", Images(train + validation), Images(100), "", null);
}

// Runs a probe at steps of a training, on 600 images.
static Trial Watched(Config config, IEnumerable<int> steps, Action<Snapshot> look) =>
    Training.Run(config, NoiseOf(600), new Probe([], _ => steps, snapshot =>
    {
        look(snapshot);
        return [];
    }));

static readonly Config Watchable = new() { Width = 10, TrainSize = 600, Norm = Norm.Batch, Lr = 0.5 };

static void InFolder(Action<string> body)
{
    var folder = Directory.CreateTempSubdirectory("store").FullName;
    try { body(folder); }
    finally { Directory.Delete(folder, recursive: true); }
}

static string Message(Action action) => Should.Throw<BadInput>(action).Message;

// As a run leaves it.
static Trial Ended(double lr, Status status = Status.Ok, string reason = "") =>
    new Trial(new Config { Lr = lr, Experiment = "e", Dataset = "digits" }) is var trial ? trial with
    {
        Id = Fingerprint.OfTrial(trial, "f"), Status = status, Reason = reason, ValidationAccuracy = 0.1 + lr,
        Curve = [new("", 1, 60, 2.3, 2.25, double.NaN), new("", 10, 600, 0.1 / 3, double.PositiveInfinity, 0.5)],
    } : throw new UnreachableException();

static string Shown(Trial trial) => JsonSerializer.Serialize(trial, Provenance.Json);
