#nullable enable

Test("store: shards, parts are apart, and together all", () =>
{
    foreach (var of in Enumerable.Range(1, 7))
        Enumerable.Range(0, 50).ShouldAllBe(place =>
            Enumerable.Range(1, of).Count(number => new Shard(number, of).Has(place)) == 1);
});

foreach (var text in new[]
{
    "", "1", "0/3", "4/3", "-1/3", "1/0", "1/x", "1.5/3", "1/3/5", " 1/3", "1/999999", "NaN/2",
})
    Test($"store: shards, '{text}' is refused", () => Message(() => Shard.Parse(text)).ShouldContain($"'{text}'"));

Test("store: shards, k/n is read", () => Shard.Parse("12/40").ShouldBe(new(12, 40)));

foreach (var (id, min, count, step, part) in new[]
{
    (1, 1, 4, 1, "1/4"), (4, 1, 4, 1, "4/4"), (0, 0, 4, 1, "1/4"), (9, 3, 4, 2, "4/4"), (5, 5, 1, 1, "no"),
    (4, 3, 4, 2, "no"), (20, 1, 3, 1, "no"),
})
    Test($"store: shards, task {id} of an array from {min}, {count} by {step}, is '{part}'", () =>
    {
        var variables = new Dictionary<string, string>
        {
            ["SLURM_ARRAY_TASK_ID"] = $"{id}", ["SLURM_ARRAY_TASK_MIN"] = $"{min}",
            ["SLURM_ARRAY_TASK_COUNT"] = $"{count}", ["SLURM_ARRAY_TASK_STEP"] = $"{step}",
        };
        Shard? Of() => Shard.FromSlurm(variables.GetValueOrDefault);
        if (part == "no") Message(() => Of()).ShouldContain("--shard");
        else $"{Of()}".ShouldBe(part);
    });

Test("store: shards, no job array, no shard", () => Shard.FromSlurm(_ => null).ShouldBeNull());
