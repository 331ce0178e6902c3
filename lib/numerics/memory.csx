#nullable enable
// Aligned memory for floats, scratch memory that a thread uses again and again, and fetching before use.
using System.Runtime.Intrinsics.X86;

/// <summary>Consecutive floats of a pinned array, from a 64-byte boundary on.</summary>
public readonly record struct Block(float[] Array, int Start)
{
    const int Align = 16;

    /// <summary>Floats in a block that owns its memory; 0 for the default value.</summary>
    public int Length => Array is null ? 0 : Array.Length - Align;

    public ref float First => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Array), Start);

    /// <summary>A block with memory of its own, all zeros.</summary>
    public static Block Owned(int length)
    {
        var array = GC.AllocateArray<float>(length + Align, pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        return new(array, (int)((64 - address % 64) % 64 / sizeof(float)));
    }

    /// <summary>Scratch memory for `length` values of type T. The block is kept and only replaced by a larger one, so
    /// the values are what was left there.</summary>
    public static Span<T> Scratch<T>(ref Block block, int length) where T : unmanaged
    {
        var floats = (length * Unsafe.SizeOf<T>() + sizeof(float) - 1) / sizeof(float);
        if (block.Length < floats) block = Owned(floats);
        return MemoryMarshal.CreateSpan(ref Unsafe.As<float, T>(ref block.First), length);
    }

    /// <summary>A length rounded up to a multiple, by default to the 16 floats of the widest vector.</summary>
    public static int Padded(int length, int multiple = Align) => (length + multiple - 1) / multiple * multiple;
}

public static class CacheLine
{
    const int Bytes = 64;

    /// <summary>Starts to load the cache line that holds a value, if the hardware has such an instruction. The value
    /// is to be read soon; nothing waits for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref T at)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref at));
    }

    /// <summary>Starts to load all cache lines of a span.</summary>
    public static void Prefetch(ReadOnlySpan<byte> memory)
    {
        for (var i = 0; i < memory.Length; i += Bytes) Prefetch(ref MemoryMarshal.GetReference(memory[i..]));
    }
}

/// <summary>Memory that this thread will read next. Loops that compute fetch some of it now and then, at a rate that
/// memory can bear, so that it is in the second-level cache when it is read.</summary>
public struct ReadAhead
{
    const int LineBytes = 64, MostRanges = 8;

    // A line for so many multiplications and additions.
    const int LineWork = 512;

    [ThreadStatic] static ReadAhead own;

    nint at, end;
    int next, count;
    Ranges ranges;

    [InlineArray(MostRanges)]
    struct Ranges
    {
        (nint, nint) first;
    }

    /// <summary>This thread's.</summary>
    public static ref ReadAhead Own => ref own;

    /// <summary>Forgets what has not been fetched yet.</summary>
    public void Clear() => (at, end, next, count) = (0, 0, 0, 0);

    /// <summary>A ninth range since it was cleared, and more, are ignored.</summary>
    public unsafe void Add(ReadOnlySpan<float> memory)
    {
        if (count == MostRanges) return;
        // Nothing reads by this address: it may be outdated.
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory));
        ranges[count++] = (address, address + memory.Length * sizeof(float));
    }

    /// <summary>Lines to fetch beside so many multiplications and additions; 0 where all is fetched.</summary>
    public readonly int LinesFor(int work) => at < end || next < count ? work / LineWork : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Fetch(int lines)
    {
        for (; lines > 0; lines--, at += LineBytes)
        {
            if (at >= end && !Next()) return;
            if (Sse.IsSupported) Sse.Prefetch1((void*)at);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    bool Next()
    {
        if (next == count) return false;
        (at, end) = ranges[next++];
        return at < end;
    }
}
