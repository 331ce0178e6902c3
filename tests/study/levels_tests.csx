#nullable enable

Test("levels: as people say them for ten classes, and as far above chance elsewhere", () =>
{
    Levels.Of(DatasetFacts.Mnist).ShouldBe(new Levels(0.3, 0.5, 0.9, 0.95));
    Levels.Of(DatasetFacts.Mnist with { Channels = 3 }).ShouldBe(new Levels(0.2, 0.3, 0.4, 0.5));
    Levels.Of(DatasetFacts.Mnist with { Classes = 2, Chance = 0.5 }).Usable.ShouldBe(0.94);
});
