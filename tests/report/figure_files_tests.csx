#nullable enable

Test("results: figures are data and layout for Plotly, in colours that all of its readers know", () =>
{
    var folder = Path.Combine(Reported("figures", "mnist", 1), "figures");
    Directory.CreateDirectory(folder);
    File.WriteAllText(Path.Combine(folder, "old.json"), "{}");
    FigureFiles.Write(folder, [SampleBand()]);
    Directory.GetFiles(folder).Select(Path.GetFileName).ShouldBe(["band.json"]);
    var text = File.ReadAllText(Path.Combine(folder, "band.json"));
    text.ShouldBe(FigureFiles.Json(SampleBand()) + "\n");
    text.ShouldContain("\"fillcolor\":\"rgba(230,159,0,0.188)\"");
    Regex.IsMatch(text, "\"#[0-9A-Fa-f]{8}\"").ShouldBeFalse();
    JsonDocument.Parse(text).RootElement.EnumerateObject().Select(part => part.Name)
        .ShouldBe(["data", "layout", "frames"]);
});
