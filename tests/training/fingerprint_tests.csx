#nullable enable
// The hash of the code: what changes it, and that words and figures do not stand in what is hashed.

static readonly string LibFolder = Path.Combine(Folders.Project, "lib");

static IEnumerable<string> FilesOf(string lib, IEnumerable<string> folders) => folders.SelectMany(folder =>
    Directory.GetFiles(Path.Combine(lib, folder), "*.csx").Order(StringComparer.Ordinal));

static IEnumerable<string> OtherFolders => Directory.GetDirectories(LibFolder)
    .Select(folder => Path.GetFileName(folder)).Except(Fingerprint.HashedFolders).Order(StringComparer.Ordinal);

static void InCopyOfLib(Action<string> body)
{
    var copy = Directory.CreateTempSubdirectory("fingerprint").FullName;
    try
    {
        foreach (var file in Directory.GetFiles(LibFolder, "*.csx", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(LibFolder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        body(copy);
    }
    finally { Directory.Delete(copy, recursive: true); }
}

Test("fingerprint: a change in any file that determines results changes the hash of the code", () =>
    InCopyOfLib(copy =>
    {
        Fingerprint.CodeOf(copy).ShouldBe(Fingerprint.Code);
        var files = FilesOf(copy, Fingerprint.HashedFolders).ToList();
        files.Count.ShouldBeGreaterThan(40);
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            File.WriteAllText(file, text.Replace(';', ','));
            Fingerprint.CodeOf(copy).ShouldNotBe(Fingerprint.Code, file);
            File.WriteAllText(file, text);
            File.Move(file, file + ".csx");
            Fingerprint.CodeOf(copy).ShouldNotBe(Fingerprint.Code, $"{file}, renamed");
            File.Move(file + ".csx", file);
        }
        Fingerprint.CodeOf(copy).ShouldBe(Fingerprint.Code);
    }));

Test("fingerprint: words, figures, files and the command line do not change the hash of the code", () =>
    InCopyOfLib(copy =>
    {
        OtherFolders.ShouldBe(["lab", "plot", "report", "store", "study", "text"]);
        foreach (var file in FilesOf(copy, OtherFolders)) File.AppendAllText(file, "// Another caption.\n");
        Fingerprint.CodeOf(copy).ShouldBe(Fingerprint.Code);
    }));

Test("fingerprint: no file that is hashed makes a figure or uses words of reports", () =>
{
    foreach (var file in FilesOf(LibFolder, Fingerprint.HashedFolders))
        foreach (var word in new[] { "Figure", "GenericChart", "caption", "Palette", "Claim", "KeyNumber" })
            Regex.Matches(File.ReadAllText(file), $@"\b{word}\b").Count.ShouldBe(0, $"{word} in {file}");
});

Test("fingerprint: a trial's identity is its hyperparameters, seed, role and data, whatever ran it", () =>
{
    var config = new Config { Dataset = "mnist" };
    string Id(Config config, string data = "data") => Fingerprint.OfTrial(config, data);
    Id(config with { Experiment = "another" }).ShouldBe(Id(config));
    Id(config, "other data").ShouldNotBe(Id(config));
    Config[] others =
    [
        config with { Dataset = "digits" }, config with { Seed = 2 }, config with { Role = Role.Tune },
        .. from name in Hyperparameters.All
           select new Columns<Config>(name).Fill(config with { }, _ => Changed(config, name), name),
    ];
    others.Select(other => Id(other)).Append(Id(config)).ShouldBeUnique();

    static string Changed(Config config, string name)
    {
        var property = typeof(Config).GetProperties().Single(property => Snake(property.Name) == name);
        return property.GetValue(config) switch
        {
            bool yes => yes ? "false" : "true",
            Enum value => Snake(Enum.GetValues(value.GetType()).Cast<object>().First(other => !other.Equals(value))),
            double number => CsvText(number + 1),
            var whole => CsvText((int)whole! + 1),
        };
    }
});

// Ids stand in people's results: they must not change unnoticed.
Test("fingerprint: identities of trials are those of earlier versions", () =>
{
    Fingerprint.OfTrial(new() { Dataset = "mnist" }, "data").ShouldBe("425bc4cf947b");
    Fingerprint.OfTrial(new() { Dataset = "mnist", Dropout = 0.2, BnMomentum = 0.5 }, "data").ShouldBe("57861e2f2a4c");
});

Test("fingerprint: a probe of another version makes its rows those of other code", () =>
{
    Fingerprint.CodeWith(null).ShouldBe(Fingerprint.Code);
    Fingerprint.CodeWith(Probe.Curves()).ShouldBe(Fingerprint.Code);
    var second = Fingerprint.CodeWith(Probe.Curves() with { Version = 2 });
    second.ShouldNotBe(Fingerprint.Code);
    Fingerprint.CodeWith(Probe.Curves() with { Version = 3 }).ShouldNotBe(second);
});
