#nullable enable
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

// Vectors of 512, 256 and 128 bits behind one interface, for loops that depend on the vector width or need 512 bits.
// Other loops use System.Numerics.Vector<float>, whose width the JIT chooses.

/// <summary>Options of every method that holds a hot loop: it is compiled with full optimization at its first call,
/// and never inlined. By default the JIT first runs such a method unoptimized, at a tenth of the speed, and later
/// inlines it into callers where its sums no longer fit in registers (batch statistics then took five times as long).
/// </summary>
const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

/// <summary>Arithmetic on a vector type V of float lanes. Calls through a struct type argument cost nothing: the JIT
/// compiles a method once for each width and inlines them.</summary>
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

    /// <summary>2 to the power n, for whole numbers n from -126 to 127.</summary>
    static abstract V PowerOfTwo(V n);

    /// <summary>a, limited to the range from least to most; NaN stays NaN.</summary>
    static abstract V Clamp(V a, float least, float most);

    /// <summary>a * b + c, fused if the hardware has that instruction. (FusedMultiplyAdd would fall back to slow
    /// software.)</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>The first `count` lanes of a; the other lanes are 0.</summary>
    static abstract V First(V a, int count);

    /// <summary>a and mask, bit by bit: a mask's lane has all bits set to keep a lane of a, or none to clear it.
    /// </summary>
    static abstract V Masked(V a, V mask);

    /// <summary>The sum of all lanes.</summary>
    static abstract float Sum(V a);

    /// <summary>max(a, 0); NaN stays NaN.</summary>
    static abstract V Relu(V a);

    /// <summary>In each lane a if y is positive, else 0.</summary>
    static abstract V WherePositive(V y, V a);
}

/// <summary>Operations that need at least four lanes.</summary>
public interface IPairs<V> : ISimd<V> where V : struct
{
    /// <summary>In each part of 128 bits: a[0], b[0], a[1], b[1].</summary>
    static abstract V ZipLow(V a, V b);

    /// <summary>In each part of 128 bits: a[2], b[2], a[3], b[3].</summary>
    static abstract V ZipHigh(V a, V b);

    /// <summary>Stores each part of 128 bits, the parts `step` floats apart.</summary>
    static abstract void StoreParts(V value, ref float at, nint step);

    /// <summary>The sum of the parts of 128 bits.</summary>
    static abstract Vector128<float> AddParts(V a);

    /// <summary>Stores a[0] + a[1], a[2] + a[3] and so on: half as many numbers as there are lanes.</summary>
    static abstract void StorePairSums(V a, ref float at);

    /// <summary>Loads half as many numbers as there are lanes, and gives each to two neighbouring lanes.</summary>
    static abstract V LoadTwice(ref float at);
}

public readonly struct Simd128 : IPairs<Vector128<float>>
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
    public static Vector128<float> AddParts(Vector128<float> a) => a;
    public static Vector128<float> First(Vector128<float> a, int count) =>
        a & Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();
    public static void StoreParts(Vector128<float> value, ref float at, nint step) => value.StoreUnsafe(ref at);
    public static Vector128<float> Masked(Vector128<float> a, Vector128<float> mask) => a & mask;
    public static float Sum(Vector128<float> a) => Vector128.Sum(a);
    public static Vector128<float> Relu(Vector128<float> a) => Vector128.MaxNative(Vector128<float>.Zero, a);
    public static Vector128<float> WherePositive(Vector128<float> y, Vector128<float> a) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(y, Vector128<float>.Zero), a, Vector128<float>.Zero);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairSums(Vector128<float> a, ref float at)
    {
        a += Vector128.Shuffle(a, Vector128.Create(1, 0, 3, 2));
        Vector128.Shuffle(a, Vector128.Create(0, 2, 0, 2)).GetLower().StoreUnsafe(ref at);
    }
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadTwice(ref float at) => Vector128.Shuffle(
        Vector64.LoadUnsafe(ref at).ToVector128Unsafe(), Vector128.Create(0, 0, 1, 1));
}

public readonly struct Simd256 : IPairs<Vector256<float>>
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
    public static Vector128<float> AddParts(Vector256<float> a) => a.GetLower() + a.GetUpper();
    public static Vector256<float> First(Vector256<float> a, int count) =>
        a & Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();
    public static void StoreParts(Vector256<float> value, ref float at, nint step)
    {
        value.GetLower().StoreUnsafe(ref at);
        value.GetUpper().StoreUnsafe(ref Unsafe.Add(ref at, step));
    }
    public static Vector256<float> Masked(Vector256<float> a, Vector256<float> mask) => a & mask;
    public static float Sum(Vector256<float> a) => Vector256.Sum(a);
    public static Vector256<float> Relu(Vector256<float> a) => Vector256.MaxNative(Vector256<float>.Zero, a);
    public static Vector256<float> WherePositive(Vector256<float> y, Vector256<float> a) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(y, Vector256<float>.Zero), a, Vector256<float>.Zero);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairSums(Vector256<float> a, ref float at)
    {
        a += Vector256.Shuffle(a, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6));
        Vector256.Shuffle(a, Vector256.Create(0, 2, 4, 6, 0, 2, 4, 6)).GetLower().StoreUnsafe(ref at);
    }
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadTwice(ref float at) => Vector256.Shuffle(
        Vector128.LoadUnsafe(ref at).ToVector256Unsafe(), Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3));
}

public readonly struct Simd512 : IPairs<Vector512<float>>
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
    public static Vector128<float> AddParts(Vector512<float> a) => Simd256.AddParts(a.GetLower() + a.GetUpper());
    public static Vector512<float> First(Vector512<float> a, int count) =>
        a & Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();
    public static void StoreParts(Vector512<float> value, ref float at, nint step)
    {
        Simd256.StoreParts(value.GetLower(), ref at, step);
        Simd256.StoreParts(value.GetUpper(), ref Unsafe.Add(ref at, 2 * step), step);
    }
    public static Vector512<float> Masked(Vector512<float> a, Vector512<float> mask) => a & mask;
    public static float Sum(Vector512<float> a) => Vector512.Sum(a);
    public static Vector512<float> Relu(Vector512<float> a) => Vector512.MaxNative(Vector512<float>.Zero, a);
    public static Vector512<float> WherePositive(Vector512<float> y, Vector512<float> a) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(y, Vector512<float>.Zero), a, Vector512<float>.Zero);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairSums(Vector512<float> a, ref float at)
    {
        a += Vector512.Shuffle(a, Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6,
            9, 8, 11, 10, 13, 12, 15, 14));
        Vector512.Shuffle(a, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14,
            0, 2, 4, 6, 8, 10, 12, 14)).GetLower().StoreUnsafe(ref at);
    }
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadTwice(ref float at) => Vector512.Shuffle(
        Vector256.LoadUnsafe(ref at).ToVector512Unsafe(), Vector512.Create(0, 0, 1, 1, 2, 2, 3, 3,
            4, 4, 5, 5, 6, 6, 7, 7));
}

/// <summary>One lane, for what remains where no vector fits.</summary>
public readonly struct Simd32 : ISimd<float>
{
    public static int Lanes => 1;
    public static float All(float value) => value;
    public static float Load(ref float at) => at;
    public static void Store(float value, ref float at) => at = value;
    public static float Add(float a, float b) => a + b;
    public static float Subtract(float a, float b) => a - b;
    public static float Multiply(float a, float b) => a * b;
    public static float Divide(float a, float b) => a / b;
    public static float Sqrt(float a) => MathF.Sqrt(a);
    public static float MultiplyAdd(float a, float b, float c) => float.MultiplyAddEstimate(a, b, c);
    public static float Masked(float a, float mask) =>
        BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(a) & BitConverter.SingleToInt32Bits(mask));
    public static float Sum(float a) => a;
    public static float Relu(float a) => a < 0 ? 0 : a;
    public static float WherePositive(float y, float a) => y > 0 ? a : 0;
    public static float Floor(float a) => MathF.Floor(a);
    public static float PowerOfTwo(float n) => BitConverter.Int32BitsToSingle(((int)n + 127) << 23);
    public static float Clamp(float a, float least, float most) => a < least ? least : a > most ? most : a;
    public static float First(float a, int count) => count > 0 ? a : 0;
}
