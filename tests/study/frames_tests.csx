#nullable enable

Test("frames: a column has words, whole numbers or numbers, as all of its values are", () =>
{
    var table = TableOf(new[] { 1, 2 }, ("words", n => $"{n}"), ("whole", n => n), ("numbers", n => n / 4.0),
        ("mixed", n => n == 1 ? (object)1 : 0.5));
    table.Columns.Select(column => column.DataType)
        .ShouldBe([typeof(string), typeof(int), typeof(double), typeof(double)]);
    table["mixed"].Cast<double>().ShouldBe([1, 0.5]);
});
