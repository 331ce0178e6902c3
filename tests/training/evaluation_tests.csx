#nullable enable

Test("training: outputs that are not finite in evaluation are wrong, and the trial says so", () =>
{
    // With a momentum of 0 evaluation does not normalize, and numbers overflow.
    var trial = Training.Run(Huge with { BnMomentum = 0 }, NoiseData());
    (trial.TrainAccuracy, trial.TestAccuracy, trial.Status).ShouldBe((0, 0, Status.Stuck));
    trial.Reason.ShouldBe("the outputs are not finite in evaluation");
});

Test("training: short trainings and early points of curves are measured on fewer images", () =>
{
    Evaluation.AtMost(10_000, 50_000).ShouldBe(10_000);
    Evaluation.AtMost(10_000, 48_700).ShouldBe(9_750);
    Evaluation.AtMost(10_000, 48_800).ShouldBe(10_000, "multiples of 250");
    Evaluation.AtMost(10_000, 1).ShouldBe(250);
    Evaluation.AtMost(100, 50_000).ShouldBe(100);
});

Test("training: fewer images than there are are spread evenly over them", () =>
{
    Evaluation.Spread(100, 10, 4).ShouldBe([100, 102, 105, 107]);
    Evaluation.Spread(100, 4, 4).ShouldBe([100, 101, 102, 103]);
    var data = NoiseData();
    var config = new Config { Width = 4, Lr = 0.1 };
    var model = config.Layers(data).ToModel(1);
    var tape = new Tape();
    double Accuracy(params int[] at) => Evaluation.Run(tape, config, model, data.Train, at).Accuracy;
    var right = Enumerable.Range(0, 500).Where(at => Accuracy(at) == 1).Take(30).ToArray();
    var wrong = Enumerable.Range(0, 500).Where(at => Accuracy(at) == 0).Take(10).ToArray();
    Accuracy([.. right, .. wrong]).ShouldBe(0.75);
    Accuracy([.. wrong, .. right, .. right, .. right, .. right]).ShouldBe(120 / 130.0, 1e-12);
});

Test("training: a tuning trial ends on 5,000 validation images, the others on all", () =>
{
    int Images(Role role, int all = 10_000) =>
        Evaluation.ValidationImages(new() { Role = role }, NoiseData() with { ValidationImages = all });
    (Images(Role.Tune), Images(Role.Evaluate), Images(Role.Sweep)).ShouldBe((5_000, 10_000, 10_000));
    Images(Role.Tune, all: 800).ShouldBe(800, "it has no more");
});
