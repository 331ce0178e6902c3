#nullable enable

static readonly byte[] ClassLabels = [0, 4, 2, 2, 1, 3];

static Ref LogLoss(Ref x) => new([], [Enumerable.Range(0, x.Shape[0]).Average(row =>
    Math.Log(Enumerable.Range(0, x.Shape[1]).Sum(c => Math.Exp(x.At(row, c)))) - x.At(row, ClassLabels[row]))]);

OpCases.Add(
[
    new("CrossEntropy", "(6, 5)", x => x[0].CrossEntropy(ClassLabels), x => LogLoss(x[0]),
        [Numeric.Draw((6, 5), "ce")]),
]);
