#nullable enable

Test("plot: a small picture is well formed, the same each time, and of every kind of figure", () =>
{
    var all = FiguresOfEveryKind();
    foreach (var figure in all)
    {
        var svg = Picture.Draw(figure);
        Picture.Draw(figure).ShouldBe(svg);
        svg.Length.ShouldBeLessThan(10_000);
        System.Xml.Linq.XDocument.Parse(svg).Root!.Elements().Count().ShouldBeGreaterThan(1);
        Regex.IsMatch(svg, @"NaN|∞|\d,\d+ ").ShouldBeFalse();
    }
    var band = Picture.Draw(all[0]);
    // Medians, seeds, and both kinds of lost ones; on a dark page the page's own colour.
    foreach (var part in new[] { "stroke:var(--c0072B2,#0072B2);stroke-width:2", "stroke-width:2.5", "m-2.5 -2.5l5 5",
        "a3 3 0 1 0" })
        band.ShouldContain(part);
    Picture.DarkColors.ShouldContain("--c0072B2:#2B94D6;");
    Picture.Draw(all[1]).ShouldContain($"fill:var(--c{Palette.Sequential[^1][1..]}");
});

Test("plot: the still picture of a figure has all its panels", () =>
{
    foreach (var figure in FiguresOfEveryKind())
    {
        using var json = JsonDocument.Parse(GenericChart.toFigureJson(figure.Chart));
        var panels = json.RootElement.GetProperty("layout").EnumerateObject().Count(part =>
            part.Name.StartsWith("yaxis"));
        var svg = Picture.DrawAll(figure);
        System.Xml.Linq.XDocument.Parse(svg);
        // Each panel has a path from the top of its y axis to the end of its x axis, and something in it.
        Regex.Count(svg, @"d=""M7 [\d.]+V[\d.]+H953""").ShouldBe(panels, figure.Id);
        Regex.Count(svg, "<path").ShouldBeGreaterThan(2 * panels - 1, figure.Id);
        Regex.IsMatch(svg, @"NaN|∞").ShouldBeFalse();
    }
    Picture.DrawAll(FiguresOfEveryKind()[1]).ShouldContain("url(#hatch-up)");
});
