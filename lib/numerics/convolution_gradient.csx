#nullable enable
// What a convolution's weights and bias have as gradients.

public static partial class Convolution
{
    // g's numbers that are done at once.
    const int GradientFloats = 32 * 1024;

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
        // A vector of sums for each weight, where there may be two outputs and two places more than there are.
        var width = (c.Patch + 2) / 3 * 3;
        var totals = Scratch(ref sums, (c.Outputs + 2) * width * S.Lanes);
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
                // As even as can be: six outputs are three and three.
                var left = c.Outputs - o;
                rows = (left + (left + 3) / 4 - 1) / ((left + 3) / 4);
                for (var k = 0; k < c.Patch; k += 3)
                {
                    var three = shifts.Slice(k, Math.Min(3, c.Patch - k));
                    var from = vectors[(o * output)..];
                    var to = totals[((o * width + k) * S.Lanes)..];
                    if (rows == 4)
                        Products<S, V, Four>(images.Images, places, own, stride, three, from, output, rows, to,
                            width);
                    else
                        Products<S, V, Three>(images.Images, places, own, stride, three, from, output, rows, to,
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

    // Three or four rows of g against three shifts of x: up to twelve sums in registers over all images. Where there
    // are fewer of either, the last is done again and not read.
    [MethodImpl(Hot)]
    static void Products<S, V, R>(int images, ReadOnlySpan<Place> places, ReadOnlySpan<float> x, int xImage,
        ReadOnlySpan<int> shifts, ReadOnlySpan<float> g, int gRow, int rows, Span<float> sums, int width)
        where S : struct, ISimd<V> where V : struct where R : struct, ICount
    {
        ref var t0 = ref MemoryMarshal.GetReference(sums);
        ref var t1 = ref Unsafe.Add(ref t0, width * S.Lanes);
        ref var t2 = ref Unsafe.Add(ref t1, width * S.Lanes);
        ref var t3 = ref Unsafe.Add(ref t2, R.Count > 3 ? width * S.Lanes : 0);
        V s00 = At<S, V>(ref t0, 0), s01 = At<S, V>(ref t0, 1), s02 = At<S, V>(ref t0, 2),
            s10 = At<S, V>(ref t1, 0), s11 = At<S, V>(ref t1, 1), s12 = At<S, V>(ref t1, 2),
            s20 = At<S, V>(ref t2, 0), s21 = At<S, V>(ref t2, 1), s22 = At<S, V>(ref t2, 2),
            s30 = At<S, V>(ref t3, 0), s31 = At<S, V>(ref t3, 1), s32 = At<S, V>(ref t3, 2);
        nint r1 = Math.Min(1, rows - 1) * gRow, r2 = Math.Min(2, rows - 1) * gRow, r3 = 3 * gRow;
        nint d0 = shifts[0], d1 = shifts[Math.Min(1, shifts.Length - 1)], d2 = shifts[Math.Min(2, shifts.Length - 1)];
        ref var b = ref MemoryMarshal.GetReference(g);
        for (var n = 0; n < images; n++)
        {
            ref var image = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), n * xImage);
            for (var i = 0; i < places.Length; i++)
            {
                ref var a = ref Unsafe.Add(ref image, places[i].X);
                var x0 = S.Load(ref Unsafe.Add(ref a, d0));
                var x1 = S.Load(ref Unsafe.Add(ref a, d1));
                var x2 = S.Load(ref Unsafe.Add(ref a, d2));
                var y = S.Load(ref b);
                s00 = S.MultiplyAdd(y, x0, s00); s01 = S.MultiplyAdd(y, x1, s01); s02 = S.MultiplyAdd(y, x2, s02);
                y = S.Load(ref Unsafe.Add(ref b, r1));
                s10 = S.MultiplyAdd(y, x0, s10); s11 = S.MultiplyAdd(y, x1, s11); s12 = S.MultiplyAdd(y, x2, s12);
                y = S.Load(ref Unsafe.Add(ref b, r2));
                s20 = S.MultiplyAdd(y, x0, s20); s21 = S.MultiplyAdd(y, x1, s21); s22 = S.MultiplyAdd(y, x2, s22);
                if (R.Count > 3)
                {
                    y = S.Load(ref Unsafe.Add(ref b, r3));
                    s30 = S.MultiplyAdd(y, x0, s30); s31 = S.MultiplyAdd(y, x1, s31); s32 = S.MultiplyAdd(y, x2, s32);
                }
                b = ref Unsafe.Add(ref b, S.Lanes);
            }
        }
        Put<S, V>(ref t0, s00, s01, s02);
        Put<S, V>(ref t1, s10, s11, s12);
        Put<S, V>(ref t2, s20, s21, s22);
        if (R.Count > 3) Put<S, V>(ref t3, s30, s31, s32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V At<S, V>(ref float x, int vector) where S : struct, ISimd<V> where V : struct =>
        S.Load(ref Unsafe.Add(ref x, vector * S.Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put<S, V>(ref float to, V a, V b, V c) where S : struct, ISimd<V> where V : struct
    {
        S.Store(a, ref to);
        S.Store(b, ref Unsafe.Add(ref to, S.Lanes));
        S.Store(c, ref Unsafe.Add(ref to, 2 * S.Lanes));
    }
}
