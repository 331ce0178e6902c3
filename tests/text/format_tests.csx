#nullable enable

Test("plot: numbers for people", () =>
{
    (double Value, string Text)[] table = [(1000, "1000"), (0.0316227766, "0.0316"), (-2.5, "−2.5"), (0, "0"),
        (1e-7, "1e−7"), (2.345e9, "2.35e9"), (double.NaN, "–"), (double.NegativeInfinity, "−∞"), (123456, "123456")];
    foreach (var (value, text) in table) Format.Number(value).ShouldBe(text);
});
