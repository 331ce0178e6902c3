#nullable enable

Test("crossing: the first point beyond a level, and the one before it", () =>
{
    string Above(int level, params int[] points) => FirstCrossing(points, point => point > level) switch
    {
        null => "none",
        (null, var at) => $"{at} at once",
        ({ } before, var at) => $"{before} to {at}",
    };
    Above(2, 1, 2, 4, 1, 5).ShouldBe("2 to 4");
    Above(2, 3, 1).ShouldBe("3 at once");
    Above(2, 1, 2).ShouldBe("none");
    Above(2).ShouldBe("none");
});
