#nullable enable

Test("layout: elements have places of their own, and a copy into any layout and back is the matrix", () =>
{
    foreach (var (rows, columns) in new[] { (1, 1), (3, 16), (5, 17), (4, 64), (2, 40) })
    {
        float[] values = [.. Enumerable.Range(1, rows * columns).Select(i => (float)i)];
        var dense = Layout.Dense(rows, columns);
        foreach (var layout in new[] { Layout.RowMajor(rows, columns), Layout.Panels(rows, columns), dense })
        {
            int[] places = [.. from row in Enumerable.Range(0, rows)
                               from column in Enumerable.Range(0, columns)
                               select layout.Offset(row, column)];
            places.ShouldBeUnique();
            places.Max().ShouldBeLessThan(layout.Length);
            var (there, back) = (new float[layout.Length], new float[values.Length]);
            Matrix.Copy(ref values[0], dense, ref there[0], layout);
            Matrix.Copy(ref there[0], layout, ref back[0], dense);
            back.ShouldBe(values);
            Matrix.SumOfSquares(ref there[0], layout).ShouldBe(values.Sum(value => (double)value * value));
            Matrix.IsFinite(ref there[0], layout).ShouldBeTrue();
            there[places[^1]] = float.NaN;
            Matrix.IsFinite(ref there[0], layout).ShouldBeFalse();
        }
    }
});
