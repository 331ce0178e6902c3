#nullable enable

OpCases.Add(
[
    .. new Shape[] { (2, 3, 4, 6), (1, 2, 5, 19), (1, 1, 3, 35), (2, 1, 2, 8), (2, 2, 5, 3), (1, 2, 4, 2),
            (2, 20, 3, 4) }
        .SelectMany(shape => new OpCase[]
    {
        new("AveragePool", $"{shape}", x => x[0].AveragePool(), x => OpCases.Windows(x[0], Enumerable.Average),
            [Numeric.Draw(shape, "ap")]),
        new("GlobalAveragePool", $"{shape}", x => x[0].GlobalAveragePool(), x => OpCases.GlobalAverage(x[0]),
            [Numeric.Draw(shape, "gp")]),
        new("MaxPool", $"{shape}", x => x[0].MaxPool(), x => OpCases.Windows(x[0], Enumerable.Max),
            [Numeric.Draw(shape, "mp")]),
    }),
]);
