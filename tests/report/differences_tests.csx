#nullable enable

Test("compare: what is no folder of results is named", () =>
{
    var (folder, other) = (Reported("one", "mnist", 1), Reported("one", "mnist", 1));
    Shown(folder, other).ShouldContain($"0 of 0 verdicts differ between {folder} and {other}");
    string Refused(string from, string dir, params string[] experiments) =>
        Should.Throw<BadInput>(() => DifferencesView.Show(from, dir, experiments)).Message;
    Refused(folder, folder + "/").ShouldContain("themselves");
    var link = folder + "_link";
    Directory.CreateSymbolicLink(link, folder);
    Refused(folder, link).ShouldContain("themselves");
    Refused(folder, Path.Combine(folder, "none")).ShouldContain("no folder");
    Refused(folder, Path.Combine(other, "e")).ShouldContain("folder of one experiment");
    Refused(folder, other, "f").ShouldContain("holds no results of f");
    Refused(folder, Path.GetDirectoryName(other)!).ShouldContain("holds no results:");
});
