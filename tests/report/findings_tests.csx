#nullable enable

Test("claims: a title says the effects that two seeds know, and none where there are none", () =>
{
    Judgement Of(Unit unit, params Effect[] effects) =>
        new Claim("c", "t", "s", "o", unit, Region.Above(1)).Judge([], _ => effects);
    Effect Lost = Effect.From("lost", [double.NaN]), Once = Effect.From("once", [1]);
    Of(Unit.Ratio, Effect.From("a", [1, 1]), Lost, Effect.From("b", [0, 0]), Once, Effect.From("c", [-1, -1])).InWords()
        .ShouldBe("×10 (a), ×1 (b) and ×0.1 (c)");
    Of(Unit.Ratio, Effect.From("", [1, 1])).InWords().ShouldBe("×10");
    Of(Unit.Ratio, Lost, Once).InWords().ShouldBeNull();
    Of(Unit.Ratio, Effect.From("a", [1, 1]), Effect.From("b", [0, 0])).InWords(effect => effect.Condition == "b")
        .ShouldBe("×1 (b)");
    // Beyond all others, either way.
    var never = double.PositiveInfinity;
    Of(Unit.Ratio, Effect.From("a", [never, never]), Effect.From("b", [-never, -never])).InWords()
        .ShouldBe("×∞ (a) and ×0 (b)");
    Of(Unit.Points, Effect.From("a", [-0.00123, -0.00123])).InWords().ShouldBe("−0.12 points (a)");

    Headline("{0} or {1}", "×10", "×1").ShouldBe("×10 or ×1");
    Headline("{0} or {1}", "×10", Of(Unit.Ratio, Lost, Once).InWords()).ShouldBe("Too few data for a finding");

    var number = Effect.From("", [0.01, 0.03]).ToNumber("Gain", Unit.Points, "More.");
    (number.Label, number.Value).ShouldBe(("Gain", "+2 points"));
    number.Detail.ShouldStartWith("95% interval −10.7");
    number.Detail.ShouldEndWith("N = 2. More.");
    Once.ToNumber("Gain", Unit.Points).Value.ShouldBe(Unit.TooFewData);
});
