#nullable enable
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

// Vectors of 512, 256 or 128 bits under one name, for the loops whose register blocking depends on the width.
// Loops that do not care use System.Numerics.Vector<float>, whose width the JIT chooses.

/// <summary>For the methods that hold the hot loops: compiled at full optimization at once, and never into a caller.
/// (Left to itself the JIT first runs them unoptimized, at a tenth of the speed, and later inlines them where their
/// sums no longer fit in registers: batch statistics then took five times as long.)</summary>
const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

/// <summary>Arithmetic on a vector type V of float lanes. Static abstract members on struct type arguments cost
/// nothing: the JIT compiles each width apart and inlines them.</summary>
public interface ISimd<V> where V : struct
{
    static abstract int Lanes { get; }
    static abstract V All(float value);
    static abstract V Load(ref float at);
    static abstract void Store(V value, ref float at);
    static abstract V Add(V a, V b);
    static abstract V Subtract(V a, V b);
    static abstract V Multiply(V a, V b);
    static abstract V Divide(V a, V b);
    static abstract V Sqrt(V a);
    static abstract V Floor(V a);

    /// <summary>2 to the power of a whole number from -126 to 127.</summary>
    static abstract V PowerOfTwo(V n);

    /// <summary>a between two values. What is not a number stays so.</summary>
    static abstract V Clamp(V a, float least, float most);

    /// <summary>a * b + c, fused where the hardware can (FusedMultiplyAdd would fall back to slow software).</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>In each lane of 128 bits, the first half of a's and of b's numbers, one from each in turn.</summary>
    static abstract V ZipLow(V a, V b);

    /// <summary>The same with the second halves.</summary>
    static abstract V ZipHigh(V a, V b);

    /// <summary>Stores the lanes of 128 bits, `step` floats from one to the next.</summary>
    static abstract void StoreLanes(V value, ref float at, nint step);

    /// <summary>The sum of the lanes of 128 bits.</summary>
    static abstract Vector128<float> AddLanes(V a);

    /// <summary>The first numbers of a, the others 0.</summary>
    static abstract V First(V a, int count);
}

public readonly struct Simd128 : ISimd<Vector128<float>>
{
    public static int Lanes => 4;
    public static Vector128<float> All(float value) => Vector128.Create(value);
    public static Vector128<float> Load(ref float at) => Vector128.LoadUnsafe(ref at);
    public static void Store(Vector128<float> value, ref float at) => value.StoreUnsafe(ref at);
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;
    public static Vector128<float> Sqrt(Vector128<float> a) => Vector128.Sqrt(a);
    public static Vector128<float> Floor(Vector128<float> a) => Vector128.Floor(a);
    public static Vector128<float> PowerOfTwo(Vector128<float> n) =>
        ((Vector128.ConvertToInt32Native(n) + Vector128.Create(127)) << 23).AsSingle();
    public static Vector128<float> Clamp(Vector128<float> a, float least, float most) =>
        Vector128.MinNative(Vector128.Create(most), Vector128.MaxNative(Vector128.Create(least), a));
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.MultiplyAddEstimate(a, b, c);
    public static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);
    public static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);
    public static Vector128<float> AddLanes(Vector128<float> a) => a;
    public static Vector128<float> First(Vector128<float> a, int count) =>
        a & Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();
    public static void StoreLanes(Vector128<float> value, ref float at, nint step) => value.StoreUnsafe(ref at);
}

public readonly struct Simd256 : ISimd<Vector256<float>>
{
    public static int Lanes => 8;
    public static Vector256<float> All(float value) => Vector256.Create(value);
    public static Vector256<float> Load(ref float at) => Vector256.LoadUnsafe(ref at);
    public static void Store(Vector256<float> value, ref float at) => value.StoreUnsafe(ref at);
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;
    public static Vector256<float> Sqrt(Vector256<float> a) => Vector256.Sqrt(a);
    public static Vector256<float> Floor(Vector256<float> a) => Vector256.Floor(a);
    public static Vector256<float> PowerOfTwo(Vector256<float> n) =>
        ((Vector256.ConvertToInt32Native(n) + Vector256.Create(127)) << 23).AsSingle();
    public static Vector256<float> Clamp(Vector256<float> a, float least, float most) =>
        Vector256.MinNative(Vector256.Create(most), Vector256.MaxNative(Vector256.Create(least), a));
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.MultiplyAddEstimate(a, b, c);
    public static Vector256<float> ZipLow(Vector256<float> a, Vector256<float> b) => Avx.UnpackLow(a, b);
    public static Vector256<float> ZipHigh(Vector256<float> a, Vector256<float> b) => Avx.UnpackHigh(a, b);
    public static Vector128<float> AddLanes(Vector256<float> a) => a.GetLower() + a.GetUpper();
    public static Vector256<float> First(Vector256<float> a, int count) =>
        a & Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();
    public static void StoreLanes(Vector256<float> value, ref float at, nint step)
    {
        value.GetLower().StoreUnsafe(ref at);
        value.GetUpper().StoreUnsafe(ref Unsafe.Add(ref at, step));
    }
}

public readonly struct Simd512 : ISimd<Vector512<float>>
{
    public static int Lanes => 16;
    public static Vector512<float> All(float value) => Vector512.Create(value);
    public static Vector512<float> Load(ref float at) => Vector512.LoadUnsafe(ref at);
    public static void Store(Vector512<float> value, ref float at) => value.StoreUnsafe(ref at);
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;
    public static Vector512<float> Sqrt(Vector512<float> a) => Vector512.Sqrt(a);
    public static Vector512<float> Floor(Vector512<float> a) => Vector512.Floor(a);
    public static Vector512<float> PowerOfTwo(Vector512<float> n) =>
        ((Vector512.ConvertToInt32Native(n) + Vector512.Create(127)) << 23).AsSingle();
    public static Vector512<float> Clamp(Vector512<float> a, float least, float most) =>
        Vector512.MinNative(Vector512.Create(most), Vector512.MaxNative(Vector512.Create(least), a));
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.MultiplyAddEstimate(a, b, c);
    public static Vector512<float> ZipLow(Vector512<float> a, Vector512<float> b) => Avx512F.UnpackLow(a, b);
    public static Vector512<float> ZipHigh(Vector512<float> a, Vector512<float> b) => Avx512F.UnpackHigh(a, b);
    public static Vector128<float> AddLanes(Vector512<float> a) => Simd256.AddLanes(a.GetLower() + a.GetUpper());
    public static Vector512<float> First(Vector512<float> a, int count) =>
        a & Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();
    public static void StoreLanes(Vector512<float> value, ref float at, nint step)
    {
        Simd256.StoreLanes(value.GetLower(), ref at, step);
        Simd256.StoreLanes(value.GetUpper(), ref Unsafe.Add(ref at, 2 * step), step);
    }
}

public static class Cache
{
    const int Line = 64;

    /// <summary>Asks for a line of memory that will be read soon, where the hardware takes such wishes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref T at)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref at));
    }

    /// <summary>The same for all lines of a span.</summary>
    public static void Prefetch(ReadOnlySpan<byte> memory)
    {
        for (var i = 0; i < memory.Length; i += Line) Prefetch(ref MemoryMarshal.GetReference(memory[i..]));
    }
}
