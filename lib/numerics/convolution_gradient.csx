#nullable enable
// What a convolution's weights and bias have as gradients.

public static partial class Convolution
{
    // g's numbers that are done at once.
    const int GradientFloats = 16 * 1024;

    [ThreadStatic] static Block spread, sums;

    /// <summary>dw (O, C KH KW), the gradient by the weights: the scalar product of g with every shift of x. Where
    /// there is a bias, db, its gradient: the sum of g.</summary>
    public static void WeightGradient(in ConvolutionShape c, ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> g,
        int gRow, Span<float> dw, int dwRow, Span<float> db)
    {
        var shifts = c.Shifts();
        dw.Clear();
        db.Clear();
        var lines = 0;
        if (Vector512.IsHardwareAccelerated)
            lines = Products<Simd512, Vector512<float>>(c, lines, shifts, x, xRow, g, gRow, dw, dwRow, db);
        if (Vector256.IsHardwareAccelerated)
            lines = Products<Simd256, Vector256<float>>(c, lines, shifts, x, xRow, g, gRow, dw, dwRow, db);
        lines = Products<Simd128, Vector128<float>>(c, lines, shifts, x, xRow, g, gRow, dw, dwRow, db);
        Products<Simd32, float>(c, lines, shifts, x, xRow, g, gRow, dw, dwRow, db);
    }

    // Adds to dw and db what the output's lines from `first` on give that vectors of this length can do; the line after
    // them.
    static int Products<S, V>(in ConvolutionShape c, int first, ReadOnlySpan<int> shifts, ReadOnlySpan<float> x,
        int xRow, ReadOnlySpan<float> g, int gRow, Span<float> dw, int dwRow, Span<float> db)
        where S : struct, ISimd<V> where V : struct
    {
        var places = c.Places(S.Lanes, first, c.LinesFor(S.Lanes));
        if (places.Length == 0) return first;
        // As many images at once as leave g's vectors in the cache.
        var each = c.Outputs * places.Length * S.Lanes;
        var together = Math.Clamp(GradientFloats / each, 1, c.Images);
        var vectors = Scratch(ref spread, together * each);
        var frame = Frame(c, together);
        // A vector of sums for each weight, where there may be two more than there are.
        var width = (c.Patch + 2) / 3 * 3;
        var totals = Scratch(ref sums, c.Outputs * width * S.Lanes);
        totals.Clear();
        for (var begin = 0; begin < c.Images; begin += together)
        {
            var images = c with { Images = Math.Min(together, c.Images - begin) };
            Spread<S, V>(images, places, g[(begin * gRow)..], gRow, vectors, db);
            var own = x[(begin * xRow)..];
            if (c.IsFramed) own = Framed(images, own, xRow, frame);
            var stride = c.IsFramed ? c.Channels * c.PaddedSize : xRow;
            var output = images.Images * places.Length * S.Lanes;
            for (int o = 0, rows; o < c.Outputs; o += rows)
            {
                // As even as can be: six outputs are three and three where four fit.
                var (left, most) = (c.Outputs - o, S.Lanes == 16 ? 8 : 4);
                var blocks = (left + most - 1) / most;
                rows = (left + blocks - 1) / blocks;
                for (var k = 0; k < c.Patch; k += 3)
                {
                    var three = shifts.Slice(k, Math.Min(3, c.Patch - k));
                    var from = vectors[(o * output)..];
                    var to = totals[((o * width + k) * S.Lanes)..];
                    if (rows > 6)
                        Products<S, V, Gemm.Eight>(images.Images, places, own, stride, three, from, output, rows, to,
                            width);
                    else if (rows > 4)
                        Products<S, V, Gemm.Six>(images.Images, places, own, stride, three, from, output, rows, to,
                            width);
                    else if (rows == 4)
                        Products<S, V, Gemm.Four>(images.Images, places, own, stride, three, from, output, rows, to,
                            width);
                    else
                        Products<S, V, Gemm.Three>(images.Images, places, own, stride, three, from, output, rows, to,
                            width);
                }
            }
        }
        for (var o = 0; o < c.Outputs; o++)
            for (var k = 0; k < c.Patch; k++) dw[o * dwRow + k] += S.Sum(S.Load(ref totals[(o * width + k) * S.Lanes]));
        return c.LinesFor(S.Lanes);
    }

    // g's vectors one after another, output by output, image by image; zero in lanes that another vector has or that
    // lie beyond the line. Their sums are added to db.
    [MethodImpl(Hot)]
    static void Spread<S, V>(in ConvolutionShape c, ReadOnlySpan<Place> places, ReadOnlySpan<float> g, int gImage,
        Span<float> vectors, Span<float> db) where S : struct, ISimd<V> where V : struct
    {
        Span<float> masks = stackalloc float[2 * S.Lanes];
        masks.Clear();
        var (rest, all) = ((c.OutWidth - 1) % S.Lanes + 1, BitConverter.Int32BitsToSingle(-1));
        masks[..S.Lanes].Fill(all);
        masks.Slice(S.Lanes + (c.OutWidth < S.Lanes ? 0 : S.Lanes - rest), rest).Fill(all);
        ref var to = ref MemoryMarshal.GetReference(vectors);
        for (var o = 0; o < c.Outputs; o++)
        {
            V sum = default;
            for (var n = 0; n < c.Images; n++)
            {
                ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(g), n * gImage + o * c.OutSize);
                foreach (var place in places)
                {
                    var v = S.Masked(S.Load(ref Unsafe.Add(ref from, place.Y)), S.Load(ref masks[place.Mask]));
                    sum = S.Add(sum, v);
                    S.Store(v, ref to);
                    to = ref Unsafe.Add(ref to, S.Lanes);
                }
            }
            if (!db.IsEmpty) db[o] += S.Sum(sum);
        }
    }

    // Three to eight rows of g against three shifts of x: up to 24 sums in registers over all images. Vectors of x lie
    // across two lines of the cache and take twice the time, g's lie in one: hence more rows than shifts. Where there
    // are fewer of either, the last is done again and not kept.
    [MethodImpl(Hot)]
    static void Products<S, V, R>(int images, ReadOnlySpan<Place> places, ReadOnlySpan<float> x, int xImage,
        ReadOnlySpan<int> shifts, ReadOnlySpan<float> g, int gRow, int rows, Span<float> totals, int width)
        where S : struct, ISimd<V> where V : struct where R : struct, Gemm.ICount
    {
        Gemm.Sums<S, V> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default,
            s6 = default, s7 = default;
        nint r1 = Math.Min(1, rows - 1) * gRow, r2 = Math.Min(2, rows - 1) * gRow, r3 = Math.Min(3, rows - 1) * gRow,
            r4 = Math.Min(4, rows - 1) * gRow, r5 = Math.Min(5, rows - 1) * gRow, r6 = Math.Min(6, rows - 1) * gRow,
            r7 = Math.Min(7, rows - 1) * gRow;
        nint d0 = shifts[0], d1 = shifts[Math.Min(1, shifts.Length - 1)], d2 = shifts[Math.Min(2, shifts.Length - 1)];
        ref var b = ref MemoryMarshal.GetReference(g);
        for (var n = 0; n < images; n++)
        {
            ref var image = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), n * xImage);
            foreach (var place in places)
            {
                ref var a = ref Unsafe.Add(ref image, place.X);
                V p = S.Load(ref Unsafe.Add(ref a, d0)), q = S.Load(ref Unsafe.Add(ref a, d1)),
                    r = S.Load(ref Unsafe.Add(ref a, d2));
                s0.Add<Gemm.Three>(S.Load(ref b), p, q, r);
                s1.Add<Gemm.Three>(S.Load(ref Unsafe.Add(ref b, r1)), p, q, r);
                s2.Add<Gemm.Three>(S.Load(ref Unsafe.Add(ref b, r2)), p, q, r);
                if (R.Value > 3) s3.Add<Gemm.Three>(S.Load(ref Unsafe.Add(ref b, r3)), p, q, r);
                if (R.Value > 4) s4.Add<Gemm.Three>(S.Load(ref Unsafe.Add(ref b, r4)), p, q, r);
                if (R.Value > 4) s5.Add<Gemm.Three>(S.Load(ref Unsafe.Add(ref b, r5)), p, q, r);
                if (R.Value > 6) s6.Add<Gemm.Three>(S.Load(ref Unsafe.Add(ref b, r6)), p, q, r);
                if (R.Value > 6) s7.Add<Gemm.Three>(S.Load(ref Unsafe.Add(ref b, r7)), p, q, r);
                b = ref Unsafe.Add(ref b, S.Lanes);
            }
        }
        ref var to = ref MemoryMarshal.GetReference(totals);
        var row = width * S.Lanes;
        Give<S, V>(s0, ref to);
        if (rows > 1) Give<S, V>(s1, ref Unsafe.Add(ref to, row));
        if (rows > 2) Give<S, V>(s2, ref Unsafe.Add(ref to, 2 * row));
        if (R.Value > 3 && rows > 3) Give<S, V>(s3, ref Unsafe.Add(ref to, 3 * row));
        if (R.Value > 4 && rows > 4) Give<S, V>(s4, ref Unsafe.Add(ref to, 4 * row));
        if (R.Value > 4 && rows > 5) Give<S, V>(s5, ref Unsafe.Add(ref to, 5 * row));
        if (R.Value > 6 && rows > 6) Give<S, V>(s6, ref Unsafe.Add(ref to, 6 * row));
        if (R.Value > 6 && rows > 7) Give<S, V>(s7, ref Unsafe.Add(ref to, 7 * row));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Give<S, V>(Gemm.Sums<S, V> sums, ref float to) where S : struct, ISimd<V> where V : struct =>
        sums.Give<Gemm.Three, AddTo>(new(ref to), 0, S.Lanes, 2 * S.Lanes);
}
