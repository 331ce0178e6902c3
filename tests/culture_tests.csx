#nullable enable
// What the lab writes for people does not depend on the culture.
using Microsoft.Data.Analysis;

Test("plot: pages, the index, pictures and words do not depend on the culture", () =>
{
    var frame = new DataFrame(new StringDataFrameColumn("norm", ["none"]), new DoubleDataFrameColumn("lr", [-0.0325]),
        new DoubleDataFrameColumn("rate", [1e-7]), new Int32DataFrameColumn("n", [-6]));
    string Rendered()
    {
        var figures = FiguresOfEveryKind();
        KeyNumber number = new("label", Format.Number(-1.5), Format.Percent(0.125), "depends");
        return string.Join("\n", [
            PageHtml.Report(new("e", "Title", "I?", [number],
                [new TableSection("IMAGE", frame), .. figures.Select(figure => new FigureSection(figure))])),
            PageHtml.Index(new("I", "i", [], [new CardSection("IMAGES", [new("e", "t", "s", "e.html", number,
                Picture: Picture.Draw(figures[0]))]), new FigureSection(figures[^1])], Made: "made")),
            .. figures.Select(Picture.Draw), .. figures.Select(figure => figure.Alt + figure.Caption),
            Format.Span(TimeSpan.FromSeconds(4.25)), Format.Anchor("MLP, RELU I"), Format.Number(-2.345e-9),
        ]);
    }
    var before = CultureInfo.CurrentCulture;
    try
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var expected = Rendered();
        foreach (var name in new[] { "de-DE", "tr-TR", "fa-IR", "sv-SE" })
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
            // Where the machine has no data of cultures this one would be the invariant one, and the test would say
            // nothing.
            if ($"{-0.5}" == "-0.5") Skip($"this machine does not know the culture {name}");
            var found = Rendered();
            var at = found.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
            if (found != expected)
                throw new Exception($"{name}: ...{found[Math.Max(0, at - 60)..Math.Min(found.Length, at + 30)]}");
        }
    }
    finally { CultureInfo.CurrentCulture = before; }
});
