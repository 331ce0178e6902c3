#nullable enable
// The inner loop of convolutions whose results have one vector of channels and whose kernels are three wide, at stride
// 1: y[r] = sum over t below 3 of a[r + t] b[t] for neighbouring pixels r. A block product would load a number of `a`
// for each multiply-add, and a core loads no more numbers than it multiplies: here each one that is loaded meets the
// three elements of a kernel's row, and what it meets is added to three pixels.

public static class SlidingProduct
{
    /// <summary>Whether it computes what a block product would, of rows `step` floats apart for `taps` elements of a
    /// kernel that lie as far apart.</summary>
    public static bool Fits<S, V>(int block, int taps) where S : struct, ISimd<V> where V : struct =>
        block == S.Lanes && taps == 3;

    /// <summary>y = the sum over i below Outer, j below Middle and k below Inner for several lines of `pixels` pixels.
    /// Of a, pixels lie `step` floats apart and each has Inner numbers that are neighbours; b has three times as many
    /// vectors for each i and j: first the kernel's first element, then its second, then its third.</summary>
    [MethodImpl(Hot)]
    public static void Multiply<S, V>(int lines, int aLine, int yLine, int pixels, int step, int yStep,
        in Reduction sum, ref float a, ref float b, ref float y) where S : struct, ISimd<V> where V : struct
    {
        if (pixels == 0) return;
        // Tiles of nearly equal widths, so that none has too few sums.
        var most = BlockProduct.MostRows<S, V>(S.Lanes);
        var tiles = (pixels + most - 1) / most;
        var (low, higher) = Math.DivRem(pixels, tiles);
        if (higher > 0)
        {
            var high = low + 1;
            Tiles<S, V>(high, new(lines, aLine, yLine, higher, high * step, 0, high * yStep, step, 3 * step, yStep),
                sum, ref a, ref b, ref y);
            a = ref Unsafe.Add(ref a, higher * high * step);
            y = ref Unsafe.Add(ref y, higher * high * yStep);
        }
        Tiles<S, V>(low, new(lines, aLine, yLine, tiles - higher, low * step, 0, low * yStep, step, 3 * step, yStep),
            sum, ref a, ref b, ref y);
    }

    static void Tiles<S, V>(int pixels, in TileGrid grid, in Reduction sum, ref float a, ref float b, ref float y)
        where S : struct, ISimd<V> where V : struct
    {
        switch (pixels)
        {
            case 1: Tiles<S, V, Gemm.One>(grid, sum, ref a, ref b, ref y); break;
            case 2: Tiles<S, V, Gemm.Two>(grid, sum, ref a, ref b, ref y); break;
            case 3: Tiles<S, V, Gemm.Three>(grid, sum, ref a, ref b, ref y); break;
            case 4: Tiles<S, V, Gemm.Four>(grid, sum, ref a, ref b, ref y); break;
            case 5: Tiles<S, V, Gemm.Five>(grid, sum, ref a, ref b, ref y); break;
            case 6: Tiles<S, V, Gemm.Six>(grid, sum, ref a, ref b, ref y); break;
            case 7: Tiles<S, V, Gemm.Seven>(grid, sum, ref a, ref b, ref y); break;
            case 8: Tiles<S, V, Gemm.Eight>(grid, sum, ref a, ref b, ref y); break;
            default: Tiles<S, V, Gemm.Nine>(grid, sum, ref a, ref b, ref y); break;
        }
    }

    // Tiles of P pixels.
    [MethodImpl(Hot)]
    static void Tiles<S, V, P>(in TileGrid grid, in Reduction sum, ref float a, ref float b, ref float y)
        where S : struct, ISimd<V> where V : struct where P : struct, Gemm.ICount
    {
        nint one = (nint)grid.ARow * sizeof(float), two = 2 * one, three = grid.AThree, yRow = grid.YRow;
        ref var ahead = ref ReadAhead.Own;
        var aheadLines = ahead.LinesFor(sum.Outer * sum.Middle * sum.Inner * 3 * P.Value * S.Lanes);
        for (var line = 0; line < grid.Lines; line++)
        {
            ref var aTile = ref Unsafe.Add(ref a, line * grid.ALine);
            ref var yTile = ref Unsafe.Add(ref y, line * grid.YLine);
            for (var tile = grid.Tiles; tile > 0; tile--)
            {
                ahead.Fetch(aheadLines);
                Tile<S, V, P>(sum, ref aTile, one, two, three, ref b, ref yTile, yRow);
                aTile = ref Unsafe.Add(ref aTile, grid.ATile);
                yTile = ref Unsafe.Add(ref yTile, grid.YTile);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Tile<S, V, P>(in Reduction sum, ref float a, nint one, nint two, nint three, ref float b, ref float y,
        nint yRow) where S : struct, ISimd<V> where V : struct where P : struct, Gemm.ICount
    {
        V s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default,
            s7 = default, s8 = default;
        nint element = sum.Inner * S.Lanes;
        ref var aChunk = ref a;
        ref var bChunk = ref b;
        for (var i = sum.Outer; i > 0; i--)
        {
            ref var aLine = ref aChunk;
            ref var w = ref bChunk;
            for (var j = sum.Middle; j > 0; j--)
            {
                // Three pixels for each reference: one of them and a distance address the others.
                ref var x = ref aLine;
                ref var x3 = ref Unsafe.Add(ref x, three);
                ref var x6 = ref Unsafe.Add(ref x3, P.Value > 4 ? three : 0);
                ref var x9 = ref Unsafe.Add(ref x6, P.Value > 7 ? three : 0);
                ref var end = ref Unsafe.Add(ref w, element);
                while (Unsafe.IsAddressLessThan(ref w, ref end))
                {
                    V p = S.Load(ref w), q = S.Load(ref Unsafe.Add(ref w, element)),
                        r = S.Load(ref Unsafe.Add(ref w, 2 * element));
                    var f = S.All(x);
                    s0 = S.MultiplyAdd(f, p, s0);
                    f = S.All(Unsafe.AddByteOffset(ref x, one));
                    s0 = S.MultiplyAdd(f, q, s0);
                    if (P.Value > 1) s1 = S.MultiplyAdd(f, p, s1);
                    f = S.All(Unsafe.AddByteOffset(ref x, two));
                    s0 = S.MultiplyAdd(f, r, s0);
                    if (P.Value > 1) s1 = S.MultiplyAdd(f, q, s1);
                    if (P.Value > 2) s2 = S.MultiplyAdd(f, p, s2);
                    if (P.Value > 1) Meet<S, V, P>(S.All(x3), 3, p, q, r, ref s1, ref s2, ref s3);
                    if (P.Value > 2)
                        Meet<S, V, P>(S.All(Unsafe.AddByteOffset(ref x3, one)), 4, p, q, r, ref s2, ref s3, ref s4);
                    if (P.Value > 3)
                        Meet<S, V, P>(S.All(Unsafe.AddByteOffset(ref x3, two)), 5, p, q, r, ref s3, ref s4, ref s5);
                    if (P.Value > 4) Meet<S, V, P>(S.All(x6), 6, p, q, r, ref s4, ref s5, ref s6);
                    if (P.Value > 5)
                        Meet<S, V, P>(S.All(Unsafe.AddByteOffset(ref x6, one)), 7, p, q, r, ref s5, ref s6, ref s7);
                    if (P.Value > 6)
                        Meet<S, V, P>(S.All(Unsafe.AddByteOffset(ref x6, two)), 8, p, q, r, ref s6, ref s7, ref s8);
                    if (P.Value > 7) Meet<S, V, P>(S.All(x9), 9, p, q, r, ref s7, ref s8, ref s8);
                    if (P.Value > 8) s8 = S.MultiplyAdd(S.All(Unsafe.AddByteOffset(ref x9, one)), r, s8);
                    x = ref Unsafe.Add(ref x, 1);
                    if (P.Value > 1) x3 = ref Unsafe.Add(ref x3, 1);
                    if (P.Value > 4) x6 = ref Unsafe.Add(ref x6, 1);
                    if (P.Value > 7) x9 = ref Unsafe.Add(ref x9, 1);
                    w = ref Unsafe.Add(ref w, S.Lanes);
                }
                aLine = ref Unsafe.Add(ref aLine, sum.AMiddle);
                w = ref Unsafe.Add(ref w, 2 * element);
            }
            aChunk = ref Unsafe.Add(ref aChunk, sum.AOuter);
            bChunk = ref Unsafe.Add(ref bChunk, sum.BOuter);
        }
        S.Store(s0, ref y);
        if (P.Value > 1) S.Store(s1, ref Unsafe.Add(ref y, yRow));
        if (P.Value > 2) S.Store(s2, ref Unsafe.Add(ref y, 2 * yRow));
        if (P.Value > 3) S.Store(s3, ref Unsafe.Add(ref y, 3 * yRow));
        if (P.Value > 4) S.Store(s4, ref Unsafe.Add(ref y, 4 * yRow));
        if (P.Value > 5) S.Store(s5, ref Unsafe.Add(ref y, 5 * yRow));
        if (P.Value > 6) S.Store(s6, ref Unsafe.Add(ref y, 6 * yRow));
        if (P.Value > 7) S.Store(s7, ref Unsafe.Add(ref y, 7 * yRow));
        if (P.Value > 8) S.Store(s8, ref Unsafe.Add(ref y, 8 * yRow));
    }

    // Pixel n of a, f, meets a row's elements p, q and r for the results n, n - 1 and n - 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Meet<S, V, P>(V f, int n, V p, V q, V r, ref V two, ref V one, ref V own)
        where S : struct, ISimd<V> where V : struct where P : struct, Gemm.ICount
    {
        two = S.MultiplyAdd(f, r, two);
        if (n - 1 < P.Value) one = S.MultiplyAdd(f, q, one);
        if (n < P.Value) own = S.MultiplyAdd(f, p, own);
    }
}
