#nullable enable
// The inner loop of convolutions: a matrix product whose result is one block of 8 or 16 columns wide, and whose inner
// dimension is three nested loops, since what a pixel's sum reads lies in chunks, rows and runs.
using System.Runtime.Intrinsics.Arm;

/// <summary>What one element of a block product sums over: i below Outer, j below Middle, k below Inner. a is read at
/// i AOuter + j AMiddle + k AInner; b, a block for each k, at i BOuter + j BMiddle + k blocks.</summary>
public readonly record struct Reduction(int Outer, int AOuter, int BOuter, int Middle, int AMiddle, int BMiddle,
    int Inner, int AInner);

/// <summary>Steps in floats from one tile to the next.</summary>
public readonly record struct TileSteps(int A, int B, int Y);

public static class BlockProduct
{
    /// <summary>Rows that a tile may have, so that its sums stay in registers: 12 of 16, or 24 of 32. Eight are enough
    /// to hide the latency of a multiply-add.</summary>
    public static int MostRows<S, V>(int block) where S : struct, ISimd<V> where V : struct
    {
        var registers = S.Lanes == 16 || S.Lanes == 4 && AdvSimd.IsSupported ? 24 : 12;
        return Math.Min(8, registers * S.Lanes / block);
    }

    /// <summary>y = a b, or y += a b. Row r of a begins at r aRow, of y at r yRow.</summary>
    /// <param name="block">Columns of b and y: 8 or 16, not fewer than S has lanes.</param>
    public static void Multiply<S, V>(int block, int rows, in Reduction sum, ref float a, int aRow, ref float b,
        ref float y, int yRow, bool add) where S : struct, ISimd<V> where V : struct
    {
        if (rows == 0) return;
        // Tiles of nearly equal heights, so that none has too few sums.
        var most = MostRows<S, V>(block);
        var tiles = (rows + most - 1) / most;
        var (low, higher) = Math.DivRem(rows, tiles);
        var high = low + 1;
        if (higher > 0)
            Tiles<S, V>(block, high, higher, new(high * aRow, 0, high * yRow), sum, ref a, aRow, ref b, ref y, yRow,
                add);
        Tiles<S, V>(block, low, tiles - higher, new(low * aRow, 0, low * yRow), sum,
            ref Unsafe.Add(ref a, higher * high * aRow), aRow, ref b, ref Unsafe.Add(ref y, higher * high * yRow),
            yRow, add);
    }

    /// <summary>Several such products, one for each tile of at most MostRows rows.</summary>
    public static void Tiles<S, V>(int block, int rows, int tiles, in TileSteps steps, in Reduction sum, ref float a,
        int aRow, ref float b, ref float y, int yRow, bool add) where S : struct, ISimd<V> where V : struct
    {
        if (block == S.Lanes)
            Tiles<S, V, Gemm.One>(rows, tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add);
        else if (block == 2 * S.Lanes)
            Tiles<S, V, Gemm.Two>(rows, tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add);
        else
            Tiles<S, V, Gemm.Four>(rows, tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add);
    }

    static void Tiles<S, V, C>(int rows, int tiles, in TileSteps steps, in Reduction sum, ref float a, int aRow,
        ref float b, ref float y, int yRow, bool add)
        where S : struct, ISimd<V> where V : struct where C : struct, Gemm.ICount
    {
        switch (rows)
        {
            case 1: Tiles<S, V, C, Gemm.One>(tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add); break;
            case 2: Tiles<S, V, C, Gemm.Two>(tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add); break;
            case 3: Tiles<S, V, C, Gemm.Three>(tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add); break;
            case 4: Tiles<S, V, C, Gemm.Four>(tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add); break;
            case 5: Tiles<S, V, C, Gemm.Five>(tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add); break;
            case 6: Tiles<S, V, C, Gemm.Six>(tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add); break;
            case 7: Tiles<S, V, C, Gemm.Seven>(tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add); break;
            default: Tiles<S, V, C, Gemm.Eight>(tiles, steps, sum, ref a, aRow, ref b, ref y, yRow, add); break;
        }
    }

    // R rows by C vectors.
    [MethodImpl(Hot)]
    static void Tiles<S, V, C, R>(int tiles, in TileSteps steps, in Reduction sum, ref float a, nint aRow, ref float b,
        ref float y, nint yRow, bool add)
        where S : struct, ISimd<V> where V : struct where C : struct, Gemm.ICount where R : struct, Gemm.ICount
    {
        for (; tiles > 0; tiles--)
        {
            Sums<S, V, C> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default,
                s6 = default, s7 = default;
            ref var aChunk = ref a;
            ref var bChunk = ref b;
            for (var i = sum.Outer; i > 0; i--)
            {
                ref var aLine = ref aChunk;
                ref var bLine = ref bChunk;
                for (var j = sum.Middle; j > 0; j--)
                {
                    // Three rows for each reference: their distances are parts of instructions.
                    ref var x = ref aLine;
                    ref var x3 = ref Unsafe.Add(ref x, R.Value > 3 ? 3 * aRow : 0);
                    ref var x6 = ref Unsafe.Add(ref x, R.Value > 6 ? 6 * aRow : 0);
                    ref var w = ref bLine;
                    nint aInner = sum.AInner;
                    for (var k = sum.Inner; k > 0; k--)
                    {
                        V p = S.Load(ref w),
                            q = C.Value > 1 ? S.Load(ref Unsafe.Add(ref w, S.Lanes)) : p,
                            r = C.Value > 2 ? S.Load(ref Unsafe.Add(ref w, 2 * S.Lanes)) : p,
                            s = C.Value > 3 ? S.Load(ref Unsafe.Add(ref w, 3 * S.Lanes)) : p;
                        s0.Add(S.All(x), p, q, r, s);
                        if (R.Value > 1) s1.Add(S.All(Unsafe.Add(ref x, aRow)), p, q, r, s);
                        if (R.Value > 2) s2.Add(S.All(Unsafe.Add(ref x, 2 * aRow)), p, q, r, s);
                        if (R.Value > 3) s3.Add(S.All(x3), p, q, r, s);
                        if (R.Value > 4) s4.Add(S.All(Unsafe.Add(ref x3, aRow)), p, q, r, s);
                        if (R.Value > 5) s5.Add(S.All(Unsafe.Add(ref x3, 2 * aRow)), p, q, r, s);
                        if (R.Value > 6) s6.Add(S.All(x6), p, q, r, s);
                        if (R.Value > 7) s7.Add(S.All(Unsafe.Add(ref x6, aRow)), p, q, r, s);
                        x = ref Unsafe.Add(ref x, aInner);
                        if (R.Value > 3) x3 = ref Unsafe.Add(ref x3, aInner);
                        if (R.Value > 6) x6 = ref Unsafe.Add(ref x6, aInner);
                        w = ref Unsafe.Add(ref w, C.Value * S.Lanes);
                    }
                    aLine = ref Unsafe.Add(ref aLine, sum.AMiddle);
                    bLine = ref Unsafe.Add(ref bLine, sum.BMiddle);
                }
                aChunk = ref Unsafe.Add(ref aChunk, sum.AOuter);
                bChunk = ref Unsafe.Add(ref bChunk, sum.BOuter);
            }
            s0.WriteTo(ref y, add);
            if (R.Value > 1) s1.WriteTo(ref Unsafe.Add(ref y, yRow), add);
            if (R.Value > 2) s2.WriteTo(ref Unsafe.Add(ref y, 2 * yRow), add);
            if (R.Value > 3) s3.WriteTo(ref Unsafe.Add(ref y, 3 * yRow), add);
            if (R.Value > 4) s4.WriteTo(ref Unsafe.Add(ref y, 4 * yRow), add);
            if (R.Value > 5) s5.WriteTo(ref Unsafe.Add(ref y, 5 * yRow), add);
            if (R.Value > 6) s6.WriteTo(ref Unsafe.Add(ref y, 6 * yRow), add);
            if (R.Value > 7) s7.WriteTo(ref Unsafe.Add(ref y, 7 * yRow), add);
            a = ref Unsafe.Add(ref a, steps.A);
            b = ref Unsafe.Add(ref b, steps.B);
            y = ref Unsafe.Add(ref y, steps.Y);
        }
    }

    // One row of a tile: C vectors.
    struct Sums<S, V, C> where S : struct, ISimd<V> where V : struct where C : struct, Gemm.ICount
    {
        V a, b, c, d;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(V f, V p, V q, V r, V s)
        {
            a = S.MultiplyAdd(f, p, a);
            if (C.Value > 1) b = S.MultiplyAdd(f, q, b);
            if (C.Value > 2) c = S.MultiplyAdd(f, r, c);
            if (C.Value > 3) d = S.MultiplyAdd(f, s, d);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void WriteTo(ref float y, bool add)
        {
            Write(a, ref y, add);
            if (C.Value > 1) Write(b, ref Unsafe.Add(ref y, S.Lanes), add);
            if (C.Value > 2) Write(c, ref Unsafe.Add(ref y, 2 * S.Lanes), add);
            if (C.Value > 3) Write(d, ref Unsafe.Add(ref y, 3 * S.Lanes), add);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Write(V sum, ref float y, bool add) => S.Store(add ? S.Add(S.Load(ref y), sum) : sum, ref y);
    }
}
