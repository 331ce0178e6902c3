#nullable enable

Test("index: experiments with a report have a card and claims, folders that were set aside are left out", () =>
{
    var folder = Reported("index", "mnist", 1, Row("a", "", 1, 0.2, "supported"));
    var store = new Store(Path.Combine(folder, "e"));
    Directory.CreateDirectory(Path.Combine(folder, "empty"));
    Directory.CreateDirectory(Path.Combine(folder, "e.1"));
    File.Copy(store.ProvenanceFile, new Store(Path.Combine(folder, "e.1")).ProvenanceFile);
    IndexPage.Results(folder).ShouldBe(["e"]);
    IndexPage.Claims(folder).ShouldBeEmpty("there is no report yet");

    File.WriteAllText(store.ReportFile, "");
    IndexPage.WriteClaims(folder);
    File.ReadAllLines(Path.Combine(folder, "claims.csv")).Select(line => line.Split(',')[0]).ShouldBe(["claim", "a"]);
    var html = File.ReadAllText(IndexPage.Write(folder, new Dictionary<string, string> { ["other"] = "Why <so>?" }));
    html.ShouldContain("href=\"e/report.html\"");
    html.ShouldContain("<dt>other</dt><dd>Why &lt;so&gt;?</dd>");
    html.ShouldContain("./run-all.sh other");
    html.ShouldNotContain("e.1");
});
