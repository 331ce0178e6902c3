#nullable enable

/// <summary>Memory for the results of one step at a time, which the next step uses again. The first step allocates
/// block by block; from then on all results come from one block, so that training allocates almost nothing.</summary>
public sealed class Arena
{
    [ThreadStatic] static Arena? current;

    Block memory = Block.Owned(0);
    int capacity, used;

    /// <summary>The arena of the step that is running on this thread, if any.</summary>
    public static Arena? Current => current;

    /// <summary>The number of the running step. Memory from an earlier step may have been overwritten.</summary>
    public long Step { get; private set; }

    public void BeginStep() => current = this;

    public void EndStep()
    {
        current = null;
        Step++;
        if (used > capacity) (memory, capacity) = (Block.Owned(used), used);
        used = 0;
    }

    /// <summary>Memory of the running step or, if there is none, memory that the block owns.</summary>
    public static Block Allocate(int length) => current?.Rent(length) ?? Block.Owned(length);

    Block Rent(int length)
    {
        var start = used;
        used += Block.Padded(length);
        return used <= capacity ? new(memory.Array, memory.Start + start) : Block.Owned(length);
    }
}
