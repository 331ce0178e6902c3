#nullable enable

Test("memory: a block begins at a 64-byte boundary and holds zeros", () =>
{
    foreach (var length in new[] { 1, 15, 16, 1000 })
    {
        var block = Block.Owned(length);
        ((long)Marshal.UnsafeAddrOfPinnedArrayElement(block.Array, block.Start) % 64).ShouldBe(0);
        block.Length.ShouldBe(length);
        (block.Array.Length - block.Start).ShouldBeGreaterThanOrEqualTo(length);
        block.Array.ShouldAllBe(value => value == 0);
    }
    Block.Padded(1).ShouldBe(16);
    Block.Padded(16).ShouldBe(16);
    Block.Padded(17, 3).ShouldBe(18);
});

Test("memory: scratch memory is kept, and replaced where more is asked for", () =>
{
    Block kept = default;
    Block.Scratch<double>(ref kept, 10)[9] = 7;
    Block.Scratch<double>(ref kept, 5).Length.ShouldBe(5);
    Block.Scratch<double>(ref kept, 10)[9].ShouldBe(7);
    Block.Scratch<float>(ref kept, 5000).Length.ShouldBe(5000);
    kept.Length.ShouldBeGreaterThanOrEqualTo(5000);
});

Test("memory: what is to be read ahead is fetched once, range by range", () =>
{
    const int Line = 16, Much = 1_000_000;
    var (memory, ahead) = (Block.Owned(1000 * Line), new ReadAhead());
    void Add(int lines) => ahead.Add(MemoryMarshal.CreateReadOnlySpan(ref memory.First, lines * Line));
    ahead.LinesFor(Much).ShouldBe(0);
    Add(10);
    Add(20);
    ahead.LinesFor(Much).ShouldBeInRange(100, Much);
    ahead.LinesFor(1).ShouldBe(0);
    ahead.Fetch(9);
    ahead.Fetch(20);
    ahead.LinesFor(Much).ShouldBeGreaterThan(0, "29 of 30 lines are fetched");
    ahead.Fetch(1);
    ahead.LinesFor(Much).ShouldBe(0);
    Add(1);
    ahead.Clear();
    ahead.LinesFor(Much).ShouldBe(0);
    // More ranges than it can keep.
    for (var i = 0; i < 20; i++) Add(1);
    ahead.Fetch(20);
    ahead.LinesFor(Much).ShouldBe(0);
});
