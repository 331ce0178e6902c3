#nullable enable

Test("training: extras do what they say", () =>
{
    string[] Names(Config config) => [.. Coverage.ModelOf(config).Parameters.Select(parameter => parameter.Name!)];
    var net = Coverage.Small with { Norm = Norm.Batch };
    Names(net).ShouldNotContain("linear1.bias");
    Names(net with { KeepBias = true }).ShouldContain("linear1.bias");
    Names(net with { NormOutput = true }).ShouldContain("norm3.gamma");
    Names(net with { NormOutput = true }).ShouldNotContain("linear3.bias");
    Coverage.ModelOf(net with { NormInput = true, Norm = Norm.None }).Buffers.Select(buffer => buffer.Name)
        .ShouldBe(["norm1.running_mean", "norm1.running_var", "norm1.batches"]);
    foreach (var config in new[] { net with { KeepBias = true }, net with { NormOutput = true },
        net with { NormInput = true }, net with { Dropout = 0.1 } })
        Coverage.ShouldLearn(config);
});
