#nullable enable
// The inner loop of convolutions: a matrix product whose result is one block of 8 or 16 columns wide, and whose inner
// dimension is three nested loops, since what a pixel's sum reads lies in chunks, rows and runs.
using System.Runtime.Intrinsics.Arm;

/// <summary>What one element of a block product sums over: i below Outer, j below Middle, k below Inner. a is read at
/// i AOuter + j AMiddle + k AInner; b, a block for each k, at i BOuter + j BMiddle + k blocks.</summary>
public readonly record struct Reduction(int Outer, int AOuter, int BOuter, int Middle, int AMiddle, int BMiddle,
    int Inner, int AInner);

/// <summary>Which rows are computed: in lines of tiles of rows. Distances are in floats, of a and y; from tile to tile
/// b may change too. Of a, every third row of a tile may lie at a distance of its own.</summary>
public readonly record struct TileGrid(int Lines, int ALine, int YLine, int Tiles, int ATile, int BTile, int YTile,
    int ARow, int AThree, int YRow);

public static class BlockProduct
{
    /// <summary>The most that MostRows gives.</summary>
    public const int MostRowsEver = 9;

    /// <summary>Rows that a tile may have, so that its sums stay in registers: 12 of 16, or 24 of 32. Eight sums are
    /// enough to hide the latency of a multiply-add.</summary>
    public static int MostRows<S, V>(int block) where S : struct, ISimd<V> where V : struct
    {
        var registers = S.Lanes == 16 || S.Lanes == 4 && AdvSimd.IsSupported ? 24 : 12;
        return Math.Min(MostRowsEver, registers * S.Lanes / block);
    }

    /// <summary>y = a b, or y += a b, for several lines of rows.</summary>
    /// <param name="block">Columns of b and y: 8 or 16, not fewer than S has lanes.</param>
    [MethodImpl(Hot)]
    public static void Multiply<S, V>(int block, int lines, int aLine, int yLine, int rows, int aRow, int yRow,
        in Reduction sum, ref float a, ref float b, ref float y, bool add)
        where S : struct, ISimd<V> where V : struct
    {
        if (rows == 0) return;
        // Tiles of nearly equal heights, so that none has too few sums.
        var most = MostRows<S, V>(block);
        var tiles = (rows + most - 1) / most;
        var (low, higher) = Math.DivRem(rows, tiles);
        if (higher > 0)
        {
            var high = low + 1;
            Tiles<S, V>(block, high, new(lines, aLine, yLine, higher, high * aRow, 0, high * yRow, aRow, 3 * aRow,
                yRow), sum, ref a, ref b, ref y, add);
            a = ref Unsafe.Add(ref a, higher * high * aRow);
            y = ref Unsafe.Add(ref y, higher * high * yRow);
        }
        Tiles<S, V>(block, low, new(lines, aLine, yLine, tiles - higher, low * aRow, 0, low * yRow, aRow, 3 * aRow,
            yRow), sum, ref a, ref b, ref y, add);
    }

    /// <summary>The same for tiles of `rows` rows, at most MostRows.</summary>
    [MethodImpl(Hot)]
    public static void Tiles<S, V>(int block, int rows, in TileGrid grid, in Reduction sum, ref float a, ref float b,
        ref float y, bool add) where S : struct, ISimd<V> where V : struct
    {
        if (block == S.Lanes) Tiles<S, V, Gemm.One>(rows, grid, sum, ref a, ref b, ref y, add);
        else if (block == 2 * S.Lanes) Tiles<S, V, Gemm.Two>(rows, grid, sum, ref a, ref b, ref y, add);
        else Tiles<S, V, Gemm.Four>(rows, grid, sum, ref a, ref b, ref y, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Tiles<S, V, C>(int rows, in TileGrid grid, in Reduction sum, ref float a, ref float b, ref float y,
        bool add) where S : struct, ISimd<V> where V : struct where C : struct, Gemm.ICount
    {
        switch (rows)
        {
            case 1: Tiles<S, V, C, Gemm.One>(grid, sum, ref a, ref b, ref y, add); break;
            case 2: Tiles<S, V, C, Gemm.Two>(grid, sum, ref a, ref b, ref y, add); break;
            case 3: Tiles<S, V, C, Gemm.Three>(grid, sum, ref a, ref b, ref y, add); break;
            case 4: Tiles<S, V, C, Gemm.Four>(grid, sum, ref a, ref b, ref y, add); break;
            case 5: Tiles<S, V, C, Gemm.Five>(grid, sum, ref a, ref b, ref y, add); break;
            case 6: Tiles<S, V, C, Gemm.Six>(grid, sum, ref a, ref b, ref y, add); break;
            case 7: Tiles<S, V, C, Gemm.Seven>(grid, sum, ref a, ref b, ref y, add); break;
            case 8: Tiles<S, V, C, Gemm.Eight>(grid, sum, ref a, ref b, ref y, add); break;
            default: Tiles<S, V, C, Gemm.Nine>(grid, sum, ref a, ref b, ref y, add); break;
        }
    }

    // Tiles of R rows by C vectors.
    [MethodImpl(Hot)]
    static void Tiles<S, V, C, R>(in TileGrid grid, in Reduction sum, ref float a, ref float b, ref float y, bool add)
        where S : struct, ISimd<V> where V : struct where C : struct, Gemm.ICount where R : struct, Gemm.ICount
    {
        // In bytes: what stands ready costs the inner loop no instruction.
        nint one = (nint)grid.ARow * sizeof(float), two = 2 * one, aThree = grid.AThree, yRow = grid.YRow;
        ref var ahead = ref ReadAhead.Own;
        var aheadLines = ahead.LinesFor(sum.Outer * sum.Middle * sum.Inner * R.Value * C.Value * S.Lanes);
        for (var line = 0; line < grid.Lines; line++)
        {
            ref var aTile = ref Unsafe.Add(ref a, line * grid.ALine);
            ref var bTile = ref b;
            ref var yTile = ref Unsafe.Add(ref y, line * grid.YLine);
            for (var tile = grid.Tiles; tile > 0; tile--)
            {
                ahead.Fetch(aheadLines);
                Tile<S, V, C, R>(sum, ref aTile, one, two, aThree, ref bTile, ref yTile, yRow, add);
                aTile = ref Unsafe.Add(ref aTile, grid.ATile);
                bTile = ref Unsafe.Add(ref bTile, grid.BTile);
                yTile = ref Unsafe.Add(ref yTile, grid.YTile);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Tile<S, V, C, R>(in Reduction sum, ref float a, nint one, nint two, nint aThree, ref float b,
        ref float y, nint yRow, bool add)
        where S : struct, ISimd<V> where V : struct where C : struct, Gemm.ICount where R : struct, Gemm.ICount
    {
        Sums<S, V, C> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default,
            s6 = default, s7 = default, s8 = default;
        ref var aChunk = ref a;
        ref var bChunk = ref b;
        for (var i = sum.Outer; i > 0; i--)
        {
            ref var aLine = ref aChunk;
            ref var bLine = ref bChunk;
            for (var j = sum.Middle; j > 0; j--)
            {
                // Three rows for each reference: one of them and a distance address the others.
                ref var x = ref aLine;
                ref var x3 = ref Unsafe.Add(ref x, R.Value > 3 ? aThree : 0);
                ref var x6 = ref Unsafe.Add(ref x, R.Value > 6 ? 2 * aThree : 0);
                ref var w = ref bLine;
                ref var end = ref Unsafe.Add(ref w, sum.Inner * C.Value * S.Lanes);
                var inner = (nint)sum.AInner * sizeof(float);
                while (Unsafe.IsAddressLessThan(ref w, ref end))
                {
                    V p = S.Load(ref w),
                        q = C.Value > 1 ? S.Load(ref Unsafe.Add(ref w, S.Lanes)) : p,
                        r = C.Value > 2 ? S.Load(ref Unsafe.Add(ref w, 2 * S.Lanes)) : p,
                        s = C.Value > 3 ? S.Load(ref Unsafe.Add(ref w, 3 * S.Lanes)) : p;
                    s0.Add(S.All(x), p, q, r, s);
                    if (R.Value > 1) s1.Add(S.All(Unsafe.AddByteOffset(ref x, one)), p, q, r, s);
                    if (R.Value > 2) s2.Add(S.All(Unsafe.AddByteOffset(ref x, two)), p, q, r, s);
                    if (R.Value > 3) s3.Add(S.All(x3), p, q, r, s);
                    if (R.Value > 4) s4.Add(S.All(Unsafe.AddByteOffset(ref x3, one)), p, q, r, s);
                    if (R.Value > 5) s5.Add(S.All(Unsafe.AddByteOffset(ref x3, two)), p, q, r, s);
                    if (R.Value > 6) s6.Add(S.All(x6), p, q, r, s);
                    if (R.Value > 7) s7.Add(S.All(Unsafe.AddByteOffset(ref x6, one)), p, q, r, s);
                    if (R.Value > 8) s8.Add(S.All(Unsafe.AddByteOffset(ref x6, two)), p, q, r, s);
                    x = ref Unsafe.AddByteOffset(ref x, inner);
                    if (R.Value > 3) x3 = ref Unsafe.AddByteOffset(ref x3, inner);
                    if (R.Value > 6) x6 = ref Unsafe.AddByteOffset(ref x6, inner);
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
        if (R.Value > 8) s8.WriteTo(ref Unsafe.Add(ref y, 8 * yRow), add);
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
