#nullable enable

/// <summary>A stretch of floats that starts at a 64-byte boundary of a pinned array.</summary>
public readonly record struct Block(float[] Array, int Start)
{
    const int Align = 16;

    /// <summary>Floats in a block that owns its memory; none in one that was never made.</summary>
    public int Length => Array is null ? 0 : Array.Length - Align;

    public ref float First => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Array), Start);

    /// <summary>Zeroed memory of its own.</summary>
    public static Block Owned(int length)
    {
        var array = GC.AllocateArray<float>(length + Align, pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        return new(array, (int)((64 - address % 64) % 64 / sizeof(float)));
    }

    public static int Padded(int length) => (length + Align - 1) / Align * Align;
}
