#nullable enable
// What is normalized, goes through ReLU and is then read by one op is computed as that op reads it; where others read
// it too, it is computed once more, or kept.
OpCases.Add([.. NormalizeCases.All.Where(test => test.Inputs[0].Shape is { Rank: 4, Count: < 150 })
    .SelectMany(test => new[]
{
    test with
    {
        Op = "Relu", Case = $"and AveragePool of {test.Case}", Op32 = x => test.Op32(x).Relu().AveragePool(),
        Op64 = x => OpCases.Windows(OpCases.Relu(test.Op64(x)), Enumerable.Average),
    },
    test with
    {
        Op = "Relu", Case = $"and AveragePool of {test.Case}, and more",
        Op32 = x => test.Op32(x) is var y ? y.Relu().AveragePool() - y.MaxPool() : y,
        Op64 = x => Ref.Zip(OpCases.Windows(OpCases.Relu(test.Op64(x)), Enumerable.Average),
            OpCases.Windows(test.Op64(x), Enumerable.Max), (a, b) => a - b),
    },
    test with
    {
        Op = "op_Addition", Case = $"itself, Relu and GlobalAveragePool of {test.Case}",
        Op32 = x => (test.Op32(x) + x[0]).Relu().GlobalAveragePool(),
        Op64 = x => OpCases.GlobalAverage(OpCases.Relu(Ref.Zip(test.Op64(x), x[0], (a, b) => a + b))),
    },
    test with
    {
        Op = "Convolve", Case = $"of Relu of {test.Case}, plus it",
        Op32 = x => test.Op32(x).Relu() is var y ? y.Convolve(x[^1], 1) + y : x[0],
        Op64 = x => OpCases.Relu(test.Op64(x)) is var y ? Ref.Zip(Convolved(y, x[^1], 1), y, (a, b) => a + b) : x[0],
        Inputs = [.. test.Inputs, Numeric.Draw((test.Inputs[0].Shape[1], test.Inputs[0].Shape[1], 3, 3), "pw")],
    },
    test with
    {
        Op = "Convolve", Case = $"of Relu of {test.Case} plus its input, with stride 2, twice",
        Op32 = x => (test.Op32(x) + x[0]).Relu() is var y ? y.Convolve(x[^1], 1, stride: 2) * y.Convolve(x[^1], 1,
            stride: 2) : x[0],
        Op64 = x => OpCases.Relu(Ref.Zip(test.Op64(x), x[0], (a, b) => a + b)) is var y
            ? Convolved(y, x[^1], 1, 2).Map(v => v * v) : x[0],
        Inputs = [.. test.Inputs, Numeric.Draw((3, test.Inputs[0].Shape[1], 3, 3), "pv")],
    },
})]);
