#nullable enable

Test("report: effects stand beside what is claimed, those without a bound at the ends", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Ratio, Region.Within(Math.Log10(1.5)));
    var figure = Effects("e", "E", claim.Judge([], _ =>
        [
            Effect.From("layer, sigmoid", [0.01, 0.02, 0]) with { Arm = "layer" },
            Effect.From("group, sigmoid", Enumerable.Repeat(double.PositiveInfinity, 6)) with { Arm = "group" },
            Effect.From("lost", []),
        ]), "Steps");
    figure.Alt.ShouldContain("layer, sigmoid: ×1.02: supported. group, sigmoid: beyond all: not supported.");
    figure.Alt.ShouldNotContain("lost");
    var bars = TracesOf(figure).Where(t => StringAt(t, "mode") == "lines+markers").ToList();
    bars.Count.ShouldBe(2);
    // The second bar lies at the right end of the axis, with an arrow.
    bars[1].GetProperty("marker").GetProperty("symbol")[1].GetString().ShouldBe("triangle-right");
    Effects("e", "E", claim.Judge([], _ => []), "Steps").Alt.ShouldNotBeEmpty();
});
