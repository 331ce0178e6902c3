#nullable enable

Test("grids: values are spaced as people write them, steps by their logarithms, each once", () =>
{
    LogGrid(1, 10, 3).ShouldBe([1, 3, 10]);
    LogGrid(0.1, 1, 4).ShouldBe([0.1, 0.2, 0.5, 1]);
    LogGrid(1, 10, 3, digits: 2).ShouldBe([1, 3.2, 10]);
    LogGrid(5, 9, 1).ShouldBe([5]);
    LogSpacedSteps(1000, 4).ShouldBe([1, 10, 100, 1000]);
    LogSpacedSteps(3).ShouldBe([1, 2, 3]);
    LogSpacedSteps(1).ShouldBe([1]);
});
