#nullable enable

Test("values: in another layout or shape the numbers are the same, and wrong counts are named", () =>
{
    float[] values = [.. Enumerable.Range(0, 3 * 40).Select(i => (float)i)];
    var x = TensorValues.From((3, 40), values);
    var panels = x.In(Layout.Panels(3, 40));
    panels.Layout.IsRowMajor.ShouldBeFalse();
    panels.ToArray().ShouldBe(values);
    panels.RowMajor().Row(2).ToArray().ShouldBe(values[80..]);
    foreach (var shape in new Shape[] { (3, 5, 8), (6, 20), 120 })
    {
        x.View(shape).ToArray().ShouldBe(values);
        panels.View(shape).ToArray().ShouldBe(values);
    }
    // Images in blocks of 8 channels, and of 16 where there are more than 8.
    foreach (var shape in new Shape[] { (3, 5, 8), (3, 20, 2), (2, 3, 5, 4), (3, 40, 1) })
    {
        var images = TensorValues.From(shape, values).InBlocks();
        images.Layout.IsBlocks.ShouldBeTrue();
        images.ToArray().ShouldBe(values);
        images.RowMajor().ToArray().ShouldBe(values);
        images.View((2, 60)).ToArray().ShouldBe(values);
        images.Image(0)[1].ShouldBe(values[shape.Columns / shape[1]]);
    }
    Should.Throw<ArgumentException>(() => { x.View((3, 41)); }).Message.ShouldBe("(3, 40) cannot be seen as (3, 41)");
    Should.Throw<ArgumentException>(() => x.Assign(values[1..])).Message.ShouldBe("119 values do not fill (3, 40)");
});
