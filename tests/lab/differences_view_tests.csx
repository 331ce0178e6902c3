#nullable enable

Test("compare: what differs is said, claim by claim, the same way each time", () =>
{
    var first = Reported("first", "mnist", 3, Row("a", "x", 1, 0.2, "supported"), Row("a", "y", 1, 0.2, "supported"),
        Row("b", "", 2, 0.1, "mixed"), Row("c", "", 1, 0.1, "mixed"),
        Row("f", "", 1, double.PositiveInfinity, "mixed"));
    var second = Reported("second", "digits", 2, Row("a", "x", 1, 0.2, "mixed"), Row("a", "y", 1.3, 0.2, "mixed"),
        Row("b", "", 1.5, 0.1, "mixed", "too few data"), Row("d", "", 1, 0.1, "mixed"),
        Row("f", "", double.NaN, double.PositiveInfinity, "mixed"));
    var console = new StringWriter();
    var html = Shown(first, second, console);
    console.ToString().ShouldContain("×100 (×79.4 to ×126)   ×31.6 (×25.1 to ×39.8)   apart       supported → too few");
    html.ShouldContain("<h1>1 of 3 verdicts differ between first and second</h1>");
    html.ShouldContain("<td>a</td><td>BN helps</td><td>supported</td><td>mixed</td>");
    html.ShouldContain("<td>dataset</td><td>mnist (c0ffee00)</td><td>digits (c0ffee00)</td><td>all</td>");
    html.ShouldContain("<td>seeds</td><td>3</td><td>2</td><td>all</td>");
    html.ShouldNotContain("<td>machine</td>");
    html.ShouldContain("<dt>claims only in first</dt><dd>c</dd><dt>claims only in second</dt><dd>d</dd>");
    Shown(first, second).ShouldBe(html);
    Shown(second, first).ShouldContain("1 of 3 verdicts differ between second and first");

    var table = File.ReadAllLines(Path.Combine(first, "compare.csv")).Select(line => line.Split(',')).ToList();
    table.Skip(1).Select(row => (row[0], row[2], row[^1])).ShouldBe([("a", "x", "equal"), ("a", "y", "overlap"),
        ("b", "", "apart"), ("c", "", ""), ("f", "", ""), ("d", "", "")]);
    table.Select(row => row[Array.IndexOf(table[0], "other_effect")])
        .ShouldBe(["other_effect", "1", "1.3", "1.5", "NaN", "NaN", "1"]);
});
