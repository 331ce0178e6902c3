#nullable enable
// Ops against the reference: values to 1e-5, gradients by every input to 1e-4, with an uneven upstream gradient, inputs
// as parameters in panels and as plain rows. The cases stand in the tests of the files that compute them.

public sealed record OpCase(string Op, string Case, Func<Tensor[], Tensor> Op32, Func<Ref[], Ref> Op64,
    Tensor[] Inputs);

public static class OpCases
{
    static readonly List<OpCase> all = [];

    /// <summary>The cases of all files.</summary>
    public static IReadOnlyList<OpCase> All => all;

    /// <summary>Adds cases; each becomes a test.</summary>
    public static void Add(params IReadOnlyList<OpCase> cases)
    {
        all.AddRange(cases);
        foreach (var test in cases) Tests.Add($"op: {test.Op} {test.Case}", () => Check(test));
    }

    static void Check(OpCase test)
    {
        Ref[] inputs = [.. test.Inputs.Select(Ref.From)];
        var expected = test.Op64(inputs);
        Tensor[] parameters = [.. test.Inputs.Select((x, i) => Numeric.Parameter($"input{i}", x))];
        var g = Numeric.Draw(new Shape(expected.Shape), "upstream");
        double[] upstream = [.. g.ToArray().Select(value => (double)value)];
        var slopes = inputs.Select((_, i) => Numeric.Gradient(test.Op64, inputs, i, upstream)).ToList();
        var tape = new Tape();
        // Twice: the second step runs in memory that the first has used.
        for (var step = 0; step < 2; step++)
            tape.Step(() =>
            {
                var y = test.Op32(parameters);
                Numeric.Distance(y.ToArray(), expected.Values).ShouldBeLessThan(1e-5);
                var gradients = Tape.Gradients(y, g)
                    .ToDictionary(pair => pair.Parameter.Name!, pair => pair.Gradient.ToArray());
                for (var i = 0; i < inputs.Length; i++)
                    Numeric.Distance(gradients[$"input{i}"], slopes[i])
                        .ShouldBeLessThan(1e-4, $"gradient by input {i}");
                return 0;
            });
    }

    /// <summary>Maps a number into the domain of Log and Sqrt.</summary>
    public static double Positive(double value) => Math.Abs(value) + 0.2;

    /// <summary>x w.</summary>
    public static Ref Product(Ref x, Ref w) => new([x.Shape[0], w.Shape[1]], [.. Ref.Indices([x.Shape[0], w.Shape[1]])
        .Select(at => Enumerable.Range(0, x.Shape[1]).Sum(k => x.At(at[0], k) * w.At(k, at[1])))]);

    /// <summary>f of each window of 2 x 2 pixels.</summary>
    public static Ref Windows(Ref x, Func<IEnumerable<double>, double> f)
    {
        int[] shape = [x.Shape[0], x.Shape[1], x.Shape[2] / 2, x.Shape[3] / 2];
        return new(shape, [.. Ref.Indices(shape).Select(at => f(Ref.Indices([2, 2])
            .Select(k => x.At(at[0], at[1], 2 * at[2] + k[0], 2 * at[3] + k[1]))))]);
    }

    public static Ref Relu(Ref x) => x.Map(v => Math.Max(v, 0));

    /// <summary>The mean of each channel of (N, C, H, W).</summary>
    public static Ref GlobalAverage(Ref x) => new([x.Shape[0], x.Shape[1]],
        [.. x.Values.Chunk(x.Shape[2] * x.Shape[3]).Select(Enumerable.Average)]);
}
