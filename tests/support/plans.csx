#nullable enable
// Stages and plans that tests of plans, protocols and their execution share.

static Config Seeded(int seed) => new() { Seed = seed };

// Runs of a stage as they are once it has run; what a trial measured depends on its configuration.
static void Fill(Stage stage, Func<Config, double> accuracy) => stage.Runs.Fill([.. stage.Configs().Select(config =>
    new Trial(config)
    {
        Id = $"{config}", ValidationAccuracy = accuracy(config), Curve = [new("", 10, 600, 0, 0, accuracy(config))],
    })]);

static Report SampleReport(IReadOnlyList<Trial> runs) => new("Noise", runs.Summarize(["norm", "lr"], TrainAccuracy))
{
    Figures = [Band("rates", "Rates", runs, new("Rate", Log: true), trial => trial.Lr, new("Accuracy"), TrainAccuracy)],
};

static Protocol ProtocolOf(Plan<Report> plan, params string[] declared) =>
    new("sample", "Does it run?", new(declared, [], "why"), plan);
