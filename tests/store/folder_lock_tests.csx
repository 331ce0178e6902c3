#nullable enable

Test("store: one process by itself, or shards beside each other", () => InFolder(folder =>
{
    using (new FolderLock(folder, null))
    {
        Message(() => new FolderLock(folder, null)).ShouldContain("another run");
        Message(() => new FolderLock(folder, new(1, 2))).ShouldContain("another run");
    }
    Directory.GetFiles(folder).ShouldBeEmpty();
    using (var first = new FolderLock(folder, new(1, 2)))
    using (var second = new FolderLock(folder, new(2, 2)))
    {
        Message(() => new FolderLock(folder, null)).ShouldContain("another run");
        Message(() => new FolderLock(folder, new(1, 2))).ShouldContain("another run of shard 1/2");
        first.Others().ShouldBe([new("2/2", null)]);
        second.Pause(360);
        first.Others().ShouldBe([new("2/2", 360)]);
        second.Others().ShouldBe([new("1/2", null)]);
        // One that waits still keeps out who would be by itself.
        first.Pause(7);
        Message(() => new FolderLock(folder, null)).ShouldContain("another run");
        second.Resume();
        first.Others().ShouldBe([new("2/2", null)]);
    }
    // As a killed shard leaves it.
    File.WriteAllText(Path.Combine(folder, "running.2-of-2"), "");
    using (var first = new FolderLock(folder, new(1, 2))) first.Others().ShouldBeEmpty();
    using (new FolderLock(folder, null)) Directory.GetFiles(folder).Length.ShouldBe(1);
}));
