#nullable enable

Test("training: outputs that are not finite in evaluation are wrong, and the trial says so", () =>
{
    // With a momentum of 0 evaluation does not normalize, and numbers overflow.
    var trial = Training.Run(Huge with { BnMomentum = 0 }, NoiseData());
    (trial.TrainAccuracy, trial.TestAccuracy, trial.Status).ShouldBe((0, 0, Status.Stuck));
    trial.Reason.ShouldBe("the outputs are not finite in evaluation");
});
