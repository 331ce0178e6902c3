#nullable enable

// What is normalized and then goes through ReLU and pooling alone is computed in one pass; where another op reads it
// besides, in two.
OpCases.Add([.. NormalizeCases.All.Where(test => test.Inputs[0].Shape.Rank == 4).SelectMany(test => new[]
{
    test with
    {
        Op = "ReluPool", Op32 = x => test.Op32(x).ReluPool(), Op64 = x => OpCases.ReluPooled(test.Op64(x)),
    },
    test with
    {
        Op = "ReluPool", Case = $"{test.Case}, and more",
        Op32 = x => test.Op32(x) is var y ? y.ReluPool() - y.MaxPool() : y,
        Op64 = x => Ref.Zip(OpCases.ReluPooled(test.Op64(x)), OpCases.Windows(test.Op64(x), Enumerable.Max),
            (a, b) => a - b),
    },
})]);
