#nullable enable
// A convolution's gradients by its kernels and bias.

public static class ConvolutionGradient
{
    // Floats of g that are processed together.
    const int TogetherFloats = 16 * 1024;

    [ThreadStatic] static Block gathered, sums;

    /// <summary>dw (O, C KH KW), the gradient by the kernels: scalar products of g (N, O, OH, OW) with x (N, C, H, W)
    /// shifted to each kernel position. db, the gradient by the bias: the sum of g over images and pixels; empty if
    /// there is no bias.</summary>
    public static void ByKernels(in ConvolutionShape c, ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> g,
        int gRow, Span<float> dw, int dwRow, Span<float> db)
    {
        dw.Clear();
        db.Clear();
        VectorWidth.WidestToScalar(new KernelsLoop(c, c.Shifts(), x, xRow, g, gRow, dw, dwRow, db));
    }

    // Each width adds what the lines that are left and that it can compute contribute.
    ref struct KernelsLoop(ConvolutionShape c, int[] shifts, ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> g,
        int gRow, Span<float> dw, int dwRow, Span<float> db) : IContinuedLoop
    {
        readonly ReadOnlySpan<float> x = x, g = g;
        readonly Span<float> dw = dw, db = db;
        int done;

        public void Run<S, V>() where S : struct, ISimd<V> where V : struct
        {
            var vectors = c.Vectors(S.Lanes, done, c.LinesFor(S.Lanes));
            if (vectors.Length == 0) return;
            done = c.LinesFor(S.Lanes);
            AddLines<S, V>(c, vectors, shifts, x, xRow, g, gRow, dw, dwRow, db);
        }
    }

    static void AddLines<S, V>(in ConvolutionShape c, OutputVector[] vectors, ReadOnlySpan<int> shifts,
        ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> g, int gRow, Span<float> dw, int dwRow, Span<float> db)
        where S : struct, ISimd<V> where V : struct
    {
        // As many images together as leave g's vectors in the cache.
        var each = c.Outputs * vectors.Length * S.Lanes;
        var together = Math.Clamp(TogetherFloats / each, 1, c.Images);
        var gVectors = Block.Scratch<float>(ref gathered, together * each);
        var padding = new ZeroPadding(c, together);
        // A vector of sums for each weight, and room for two more, because weights are done in threes.
        var width = Block.Padded(c.Patch, 3);
        var totals = Block.Scratch<float>(ref sums, c.Outputs * width * S.Lanes);
        totals.Clear();
        for (var begin = 0; begin < c.Images; begin += together)
        {
            var images = Math.Min(together, c.Images - begin);
            Gather<S, V>(c with { Images = images }, vectors, g[(begin * gRow)..], gRow, gVectors, db);
            var own = padding.Apply(x[(begin * xRow)..], xRow, images);
            var stride = padding.Stride(xRow);
            var output = images * vectors.Length * S.Lanes;
            for (int o = 0, rows; o < c.Outputs; o += rows)
            {
                // In equal parts: six outputs are done as three and three if four fit.
                var (left, most) = (c.Outputs - o, S.Lanes == 16 ? 8 : 4);
                var parts = (left + most - 1) / most;
                rows = (left + parts - 1) / parts;
                for (var k = 0; k < c.Patch; k += 3)
                {
                    var three = shifts.Slice(k, Math.Min(3, c.Patch - k));
                    var from = gVectors[(o * output)..];
                    var to = totals[((o * width + k) * S.Lanes)..];
                    if (rows > 6)
                        AddProducts<S, V, Gemm.Eight>(images, vectors, own, stride, three, from, output, rows, to,
                            width);
                    else if (rows > 4)
                        AddProducts<S, V, Gemm.Six>(images, vectors, own, stride, three, from, output, rows, to,
                            width);
                    else if (rows == 4)
                        AddProducts<S, V, Gemm.Four>(images, vectors, own, stride, three, from, output, rows, to,
                            width);
                    else
                        AddProducts<S, V, Gemm.Three>(images, vectors, own, stride, three, from, output, rows, to,
                            width);
                }
            }
        }
        for (var o = 0; o < c.Outputs; o++)
            for (var k = 0; k < c.Patch; k++) dw[o * dwRow + k] += S.Sum(S.Load(ref totals[(o * width + k) * S.Lanes]));
    }

    // Copies g's vectors one after another, output by output, image by image. Lanes that another vector also covers, or
    // that lie beyond the line, become 0. Adds the sums to db.
    [MethodImpl(Hot)]
    static void Gather<S, V>(in ConvolutionShape c, ReadOnlySpan<OutputVector> vectors, ReadOnlySpan<float> g,
        int gImage, Span<float> gVectors, Span<float> db) where S : struct, ISimd<V> where V : struct
    {
        Span<float> masks = stackalloc float[2 * S.Lanes];
        masks.Clear();
        var (rest, all) = ((c.OutWidth - 1) % S.Lanes + 1, BitConverter.Int32BitsToSingle(-1));
        masks[..S.Lanes].Fill(all);
        masks.Slice(S.Lanes + (c.OutWidth < S.Lanes ? 0 : S.Lanes - rest), rest).Fill(all);
        ref var to = ref MemoryMarshal.GetReference(gVectors);
        for (var o = 0; o < c.Outputs; o++)
        {
            V sum = default;
            for (var n = 0; n < c.Images; n++)
            {
                ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(g), n * gImage + o * c.OutSize);
                foreach (var vector in vectors)
                {
                    var v = S.Masked(S.Load(ref Unsafe.Add(ref from, vector.Output)), S.Load(ref masks[vector.Mask]));
                    sum = S.Add(sum, v);
                    S.Store(v, ref to);
                    to = ref Unsafe.Add(ref to, S.Lanes);
                }
            }
            if (!db.IsEmpty) db[o] += S.Sum(sum);
        }
    }

    // Products of three to eight rows of g with three shifts of x: up to 24 sums in registers over all images. There
    // are more rows than shifts, because a vector of x crosses a cache line and loads half as fast as one of g. If
    // there are fewer rows or shifts, the last one is computed again and not kept.
    [MethodImpl(Hot)]
    static void AddProducts<S, V, R>(int images, ReadOnlySpan<OutputVector> vectors, ReadOnlySpan<float> x, int xImage,
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
            foreach (var vector in vectors)
            {
                ref var a = ref Unsafe.Add(ref image, vector.Input);
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
        WriteTo<S, V>(s0, ref to);
        if (rows > 1) WriteTo<S, V>(s1, ref Unsafe.Add(ref to, row));
        if (rows > 2) WriteTo<S, V>(s2, ref Unsafe.Add(ref to, 2 * row));
        if (R.Value > 3 && rows > 3) WriteTo<S, V>(s3, ref Unsafe.Add(ref to, 3 * row));
        if (R.Value > 4 && rows > 4) WriteTo<S, V>(s4, ref Unsafe.Add(ref to, 4 * row));
        if (R.Value > 4 && rows > 5) WriteTo<S, V>(s5, ref Unsafe.Add(ref to, 5 * row));
        if (R.Value > 6 && rows > 6) WriteTo<S, V>(s6, ref Unsafe.Add(ref to, 6 * row));
        if (R.Value > 6 && rows > 7) WriteTo<S, V>(s7, ref Unsafe.Add(ref to, 7 * row));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void WriteTo<S, V>(Gemm.Sums<S, V> sums, ref float to) where S : struct, ISimd<V> where V : struct =>
        sums.WriteTo<Gemm.Three, AddTo>(new(ref to), 0, S.Lanes, 2 * S.Lanes);
}
