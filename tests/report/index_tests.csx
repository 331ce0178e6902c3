#nullable enable

Test("index: experiments with a report have a card and claims, folders that were set aside are left out", () =>
{
    var folder = Reported("index", "mnist", 1, Row("a", "", 1, 0.2, "supported"));
    var store = new Store(Path.Combine(folder, "e"));
    Directory.CreateDirectory(Path.Combine(folder, "empty"));
    Directory.CreateDirectory(Path.Combine(folder, "e.1"));
    File.Copy(store.ProvenanceFile, new Store(Path.Combine(folder, "e.1")).ProvenanceFile);
    ReportedFolder.Experiments(folder).ShouldBe(["e"]);
    IndexPage.Claims(folder).ShouldBeEmpty("there is no report yet");

    File.WriteAllText(store.ReportFile, "");
    IndexPage.WriteClaims(folder);
    File.ReadAllLines(Path.Combine(folder, "claims.csv")).Select(line => line.Split(',')[0]).ShouldBe(["claim", "a"]);
    var html = File.ReadAllText(IndexPage.Write(folder,
        new Dictionary<string, string> { ["other"] = "Why <so>?" }, Answers.Read(folder, [])));
    html.ShouldContain("href=\"e/report.html\"");
    html.ShouldContain("<dt>other</dt><dd>Why &lt;so&gt;?</dd>");
    html.ShouldContain("./run-all.sh other");
    html.ShouldNotContain("e.1");
});

Test("index: it begins with how many claims hold, depend, fail and are open, and with the six that matter most", () =>
{
    ClaimRow[] rows =
    [
        Row("other", "", 1, 0.2, "supported") with { Finding = "Other holds" },
        .. Literature.Themes.SelectMany(theme => theme.Claims).Select((claim, i) => Row(claim.Id, "ReLU", 1, 0.2,
            new[] { "supported", "depends", "not supported", "contradicted", "open" }[i % 5], here: "open")
            with { Finding = $"Found of {claim.Id}", Answer = "yes with ReLU", Margin = 0.2, ClaimedLow = 0.2,
                ClaimedHigh = double.PositiveInfinity }),
        // As an earlier version wrote it.
        Row("old", "", 1, 0.2, "mixed", here: "too few data"),
    ];
    var folder = Reported("answers", "mnist", 1, rows);
    File.WriteAllText(new Store(Path.Combine(folder, "e")).ReportFile, "");
    var html = File.ReadAllText(IndexPage.Write(folder, new Dictionary<string, string>(),
        Answers.Read(folder, [])));
    var count = rows.Length - 2;
    int Every(int i) => Enumerable.Range(0, count).Count(place => place % 5 == i);
    html.ShouldContain($"<h1>Of {rows.Length} claims {Every(0) + 1} hold, {Every(1)} depend on the case, {
        Every(2) + Every(3)} fail, {Every(4) + 1} are open.</h1>");
    Regex.Matches(html, """<li><a href="e/report.html">Found of ([\w-]+)</a>""").Select(line => line.Groups[1].Value)
        .ShouldBe(Literature.Main.Select(claim => claim.Id));
    // The card's number stands beside its own verdict, the whole claim's behind it.
    html.ShouldContain("""<b>&#215;10</b> <span class="badge supported">supported</span>""");
    html.ShouldContain("<section id=\"what_is_batch_normalization_\">");
    html.ShouldContain("""<a href="claims.html">All claims, side by side</a> """
        + """<a href="#what_is_batch_normalization_">""");
    html.ShouldNotContain("Answers that differ");
    File.Exists(Path.Combine(folder, "claims.html")).ShouldBeTrue();
});

Test("index: answers that differ between datasets stand in a table, each dataset in a column of its own", () =>
{
    string Of(string dataset, params ClaimRow[] rows) => WithReport(Reported(dataset, dataset, 1, rows));
    var folder = Of("mnist", Row("faster", "", 1, 0.2, "supported") with { Answer = "in both conditions" },
        Row("better", "", 1, 0.2, "supported"), Row("init", "", 1, 0.2, "open"));
    var other = Of("cifar-10", Row("faster", "", -1, 0.2, "contradicted"), Row("better", "", 1, 0.2, "supported"));
    string Written(params string[] with) => File.ReadAllText(IndexPage.Write(folder, new Dictionary<string, string>(),
        Answers.Read(folder, with)));
    var html = Written(other);
    html.ShouldContain("<h1>On mnist, of 3 claims 2 hold, 0 depend on the case, 0 fail, 1 is open.</h1>");
    html.ShouldContain("Of 2 claims that are decided on more than one dataset, 1 has different answers. Not measured: "
        + "1 on cifar-10.");
    html.ShouldContain("""<th scope="col">mnist</th><th scope="col">cifar-10</th>""");
    Regex.Matches(html, """<a href="claims.html#e_(\w+)">""").Select(link => link.Groups[1].Value).ShouldBe(["faster"]);
    html.ShouldContain("""
        <span class="badge supported">supported</span> in both conditions</td><td><span class="badge contradicted">
        """.Trim());
    Written().ShouldContain("<h1>Of 3 claims 2 hold");
});
