#nullable enable
// The kernels of Winograd convolution, F(2x2, 3x3): G w G^T, and back the gradient by w, G^T u G, with
//     G = [1, 0, 0; 1/2, 1/2, 1/2; 1/2, -1/2, 1/2; 0, 0, 1].
// Kernels w lie as direct convolution lays them out, [panel][chunk][3][3][source channel][result channel]; transformed
// ones as [panel][place][chunk][source channel][result channel], and the gradient by them as [place][panel][chunk] and
// the same channels.

public static class WinogradKernels
{
    /// <summary>Channels of a block, and elements of a transformed kernel.</summary>
    public const int Channels = 16, Places = 16;

    /// <summary>Floats of one place's kernels between two blocks of channels.</summary>
    public const int Length = Channels * Channels;

    /// <summary>G w G^T.</summary>
    public static void Transform(int panels, int chunks, ReadOnlySpan<float> w, Span<float> u) =>
        VectorWidth.Widest(new Loop(panels, chunks, w, u, back: false));

    /// <summary>The gradient by w, of that by G w G^T.</summary>
    public static void Gradient(int panels, int chunks, ReadOnlySpan<float> du, Span<float> dw) =>
        VectorWidth.Widest(new Loop(panels, chunks, du, dw, back: true));

    readonly ref struct Loop(int panels, int chunks, ReadOnlySpan<float> source, Span<float> result, bool back)
        : IVectorLoop
    {
        readonly ref float source = ref MemoryMarshal.GetReference(source);
        readonly ref float result = ref MemoryMarshal.GetReference(result);

        public void Run<S, V>() where S : struct, IPairs<V> where V : struct
        {
            for (var panel = 0; panel < panels; panel++)
                for (var chunk = 0; chunk < chunks; chunk++)
                {
                    var number = panel * chunks + chunk;
                    if (back)
                        BackKernels<S, V>(ref Unsafe.Add(ref source, number * Length), panels * chunks * Length,
                            ref Unsafe.Add(ref result, number * 9 * Length));
                    else
                        TransformKernels<S, V>(ref Unsafe.Add(ref source, number * 9 * Length), ref Unsafe.Add(
                            ref result, (panel * Places * chunks + chunk) * Length), chunks * Length);
                }
        }
    }

    [MethodImpl(Hot)]
    static void TransformKernels<S, V>(ref float w, ref float u, nint place)
        where S : struct, ISimd<V> where V : struct
    {
        for (var at = 0; at < Length; at += S.Lanes)
        {
            var (a, d, g, j) = KernelColumn<S, V>(ref w);
            var (b, e, h, k) = KernelColumn<S, V>(ref Unsafe.Add(ref w, Length));
            var (c, f, i, l) = KernelColumn<S, V>(ref Unsafe.Add(ref w, 2 * Length));
            KernelRow<S, V>(a, b, c, ref u, place);
            KernelRow<S, V>(d, e, f, ref Unsafe.Add(ref u, 4 * place), place);
            KernelRow<S, V>(g, h, i, ref Unsafe.Add(ref u, 8 * place), place);
            KernelRow<S, V>(j, k, l, ref Unsafe.Add(ref u, 12 * place), place);
            w = ref Unsafe.Add(ref w, S.Lanes);
            u = ref Unsafe.Add(ref u, S.Lanes);
        }
    }

    // A column of G w.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (V, V, V, V) KernelColumn<S, V>(ref float w) where S : struct, ISimd<V> where V : struct =>
        TransformKernel<S, V>(S.Load(ref w), S.Load(ref Unsafe.Add(ref w, 3 * Length)),
            S.Load(ref Unsafe.Add(ref w, 6 * Length)));

    // A row of G w, times G^T.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void KernelRow<S, V>(V a, V b, V c, ref float to, nint place) where S : struct, ISimd<V> where V : struct
    {
        var (p, q, r, s) = TransformKernel<S, V>(a, b, c);
        S.Store(p, ref to);
        S.Store(q, ref Unsafe.Add(ref to, place));
        S.Store(r, ref Unsafe.Add(ref to, 2 * place));
        S.Store(s, ref Unsafe.Add(ref to, 3 * place));
    }

    // G times three numbers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (V, V, V, V) TransformKernel<S, V>(V a, V b, V c) where S : struct, ISimd<V> where V : struct
    {
        V ends = S.Multiply(S.All(0.5f), S.Add(a, c)), middle = S.Multiply(S.All(0.5f), b);
        return (a, S.Add(ends, middle), S.Subtract(ends, middle), c);
    }

    [MethodImpl(Hot)]
    static void BackKernels<S, V>(ref float u, nint place, ref float dw) where S : struct, ISimd<V> where V : struct
    {
        for (var at = 0; at < Length; at += S.Lanes)
        {
            var (a, e, i) = BackKernelColumn<S, V>(ref u, place);
            var (b, f, j) = BackKernelColumn<S, V>(ref Unsafe.Add(ref u, place), place);
            var (c, g, k) = BackKernelColumn<S, V>(ref Unsafe.Add(ref u, 2 * place), place);
            var (d, h, l) = BackKernelColumn<S, V>(ref Unsafe.Add(ref u, 3 * place), place);
            BackKernelRow<S, V>(a, b, c, d, ref dw);
            BackKernelRow<S, V>(e, f, g, h, ref Unsafe.Add(ref dw, 3 * Length));
            BackKernelRow<S, V>(i, j, k, l, ref Unsafe.Add(ref dw, 6 * Length));
            u = ref Unsafe.Add(ref u, S.Lanes);
            dw = ref Unsafe.Add(ref dw, S.Lanes);
        }
    }

    // A column of G^T u.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (V, V, V) BackKernelColumn<S, V>(ref float u, nint place) where S : struct, ISimd<V> where V : struct =>
        BackKernel<S, V>(S.Load(ref u), S.Load(ref Unsafe.Add(ref u, 4 * place)),
            S.Load(ref Unsafe.Add(ref u, 8 * place)), S.Load(ref Unsafe.Add(ref u, 12 * place)));

    // A row of G^T u, times G.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void BackKernelRow<S, V>(V a, V b, V c, V d, ref float to) where S : struct, ISimd<V> where V : struct
    {
        var (p, q, r) = BackKernel<S, V>(a, b, c, d);
        S.Store(p, ref to);
        S.Store(q, ref Unsafe.Add(ref to, Length));
        S.Store(r, ref Unsafe.Add(ref to, 2 * Length));
    }

    // G^T times four numbers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (V, V, V) BackKernel<S, V>(V a, V b, V c, V d) where S : struct, ISimd<V> where V : struct
    {
        V sum = S.Multiply(S.All(0.5f), S.Add(b, c)), difference = S.Multiply(S.All(0.5f), S.Subtract(b, c));
        return (S.Add(a, sum), difference, S.Add(sum, d));
    }
}
