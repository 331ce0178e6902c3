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
