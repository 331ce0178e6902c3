#nullable enable
// The one place that chooses among vectors of 512, 256 and 128 bits.

/// <summary>A loop that is compiled for each vector width. Its arguments are the fields of the struct.</summary>
public interface IVectorLoop
{
    void Run<S, V>() where S : struct, IPairs<V> where V : struct;
}

/// <summary>A loop that each width continues where the wider one had to stop, down to single numbers.</summary>
public interface IContinuedLoop
{
    void Run<S, V>() where S : struct, ISimd<V> where V : struct;
}

public static class VectorWidth
{
    /// <summary>Runs a loop with the widest vectors of this machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widest<L>(L loop) where L : struct, IVectorLoop, allows ref struct
    {
        if (Vector512.IsHardwareAccelerated) loop.Run<Simd512, Vector512<float>>();
        else if (Vector256.IsHardwareAccelerated) loop.Run<Simd256, Vector256<float>>();
        else loop.Run<Simd128, Vector128<float>>();
    }

    /// <summary>Runs a loop with the widest vectors that have at most `lanes` lanes. False, and nothing is run, if the
    /// narrowest vectors have more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryWidest<L>(L loop, int lanes) where L : struct, IVectorLoop, allows ref struct
    {
        if (Vector512.IsHardwareAccelerated && lanes >= Simd512.Lanes) loop.Run<Simd512, Vector512<float>>();
        else if (Vector256.IsHardwareAccelerated && lanes >= Simd256.Lanes) loop.Run<Simd256, Vector256<float>>();
        else if (lanes >= Simd128.Lanes) loop.Run<Simd128, Vector128<float>>();
        else return false;
        return true;
    }

    /// <summary>Runs a loop with every width of this machine, from the widest vectors to single numbers.</summary>
    public static void WidestToScalar<L>(L loop) where L : struct, IContinuedLoop, allows ref struct
    {
        if (Vector512.IsHardwareAccelerated) loop.Run<Simd512, Vector512<float>>();
        if (Vector256.IsHardwareAccelerated) loop.Run<Simd256, Vector256<float>>();
        loop.Run<Simd128, Vector128<float>>();
        loop.Run<Simd32, float>();
    }
}
