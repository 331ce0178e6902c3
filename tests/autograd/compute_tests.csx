#nullable enable

Test("layers: wrong shapes and labels are named", () =>
{
    var w = Numeric.Parameter("w", Numeric.Draw((3, 2), "w"));
    Should.Throw<ArgumentException>(() => Tensor.Filled((4, 5), 1).MatMul(w)).Message.ShouldContain("(4, 5)");
    Should.Throw<ArgumentException>(() => Tensor.Filled((1, 2, 3, 3), 1).Convolve(Tensor.Filled((1, 3, 3, 3), 1)))
        .Message.ShouldContain("(1, 2, 3, 3)");
    Should.Throw<ArgumentException>(() => Tensor.Filled((1, 2, 3, 3), 1).Convolve(Tensor.Filled((1, 2, 4, 4), 1)));
    Should.Throw<ArgumentException>(() => Tensor.Filled((2, 3), 1).AveragePool()).Message.ShouldContain("(2, 3)");
    Should.Throw<ArgumentException>(() => Tensor.Filled((2, 3), 1).Reshape((2, 4)));
    Should.Throw<ArgumentException>(() => Tensor.Filled((2, 3), 1).CrossEntropy(new byte[3])).Message
        .ShouldContain("3 labels");
    Should.Throw<ArgumentException>(() => Tensor.Filled((2, 3), 1).CrossEntropy(new byte[] { 0, 3 })).Message
        .ShouldBe("a label is outside 0..2");
    Should.Throw<ArgumentException>(() => new Shape(2, 0));
});

Test("training: a row of outputs is right where its largest value is finite and stands at the label", () =>
{
    int Correct(params float[] row) => Tensor.From((1, 3), row).CountCorrect([0]);
    Correct(2, 1, 0).ShouldBe(1);
    Correct(2, 2, 0).ShouldBe(1);
    Correct(1, 2, 0).ShouldBe(0);
    Correct(float.NaN, float.NaN, float.NaN).ShouldBe(0);
    Correct(2, float.NaN, 0).ShouldBe(0);
    Correct(float.PositiveInfinity, 0, 0).ShouldBe(0);
    Correct(float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity).ShouldBe(0);
});
