#nullable enable
// Elementwise functions of two operands that are broadcast to one shape, and the sums over broadcast axes that their
// gradients need.

public static class Broadcast
{
    public delegate void VectorVector(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y);
    public delegate void VectorScalar(ReadOnlySpan<float> a, float b, Span<float> y);
    public delegate void ScalarVector(float a, ReadOnlySpan<float> b, Span<float> y);

    /// <summary>A function of two numbers, as loops over vectors: for two vectors, and for a vector and one number on
    /// either side.</summary>
    public sealed record Function(VectorVector Both, VectorScalar Left, ScalarVector Right);

    public static readonly Function
        Add = new(TensorPrimitives.Add, TensorPrimitives.Add, (a, b, y) => TensorPrimitives.Add(b, a, y)),
        Subtract = new(TensorPrimitives.Subtract, TensorPrimitives.Subtract, TensorPrimitives.Subtract),
        Multiply = new(TensorPrimitives.Multiply, TensorPrimitives.Multiply,
            (a, b, y) => TensorPrimitives.Multiply(b, a, y)),
        Divide = new(TensorPrimitives.Divide, TensorPrimitives.Divide, TensorPrimitives.Divide);

    /// <summary>y = f(a, b) over axes of the given sizes. Strides are in floats; 0 where an operand is broadcast.
    /// </summary>
    public static void Zip(Function f, int[] sizes, ref float a, int[] aStrides, ref float b, int[] bStrides,
        ref float y, int[] yStrides)
    {
        var (axes, run) = Plan(sizes, aStrides, bStrides, yStrides);
        Span<int> at = stackalloc int[axes.Length];
        do
        {
            var start = Start(axes, at);
            ref var p = ref Unsafe.Add(ref a, start.A);
            ref var q = ref Unsafe.Add(ref b, start.B);
            var to = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref y, start.Y), run.Size);
            if (run.A == 0) f.Right(p, MemoryMarshal.CreateReadOnlySpan(ref q, run.Size), to);
            else if (run.B == 0) f.Left(MemoryMarshal.CreateReadOnlySpan(ref p, run.Size), q, to);
            else f.Both(MemoryMarshal.CreateReadOnlySpan(ref p, run.Size),
                MemoryMarshal.CreateReadOnlySpan(ref q, run.Size), to);
        }
        while (Next(axes, at));
    }

    /// <summary>Adds x to y, summed over the axes along which y's stride is 0. The sizes are those of x.</summary>
    public static void Accumulate(int[] sizes, ref float x, int[] xStrides, ref float y, int[] yStrides)
    {
        var (axes, run) = Plan(sizes, xStrides, yStrides, xStrides);
        Span<int> at = stackalloc int[axes.Length];
        do
        {
            var start = Start(axes, at);
            var from = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref x, start.A), run.Size);
            var to = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref y, start.B), run.B == 0 ? 1 : run.Size);
            if (run.B == 0) to[0] += (float)Elementwise.Sum(from);
            else TensorPrimitives.Add(from, to, to);
        }
        while (Next(axes, at));
    }

    /// <summary>Adds b to each row of y; b and the rows of y are padded to whole vectors.</summary>
    [MethodImpl(Hot)]
    public static void AddToRows(ReadOnlySpan<float> b, Span<float> y, int stride)
    {
        for (var row = 0; row < y.Length; row += stride)
            for (var i = 0; i < b.Length; i += Vector<float>.Count)
                (Elementwise.Load(y, row + i) + Elementwise.Load(b, i)).CopyTo(y[(row + i)..]);
    }

    /// <summary>y = the sum of the rows of x; both are padded to whole vectors.</summary>
    [MethodImpl(Hot)]
    public static void SumRows(ReadOnlySpan<float> x, int stride, Span<float> y)
    {
        for (var i = 0; i < y.Length; i += Vector<float>.Count)
        {
            // Two independent sums, so that an addition need not wait for the one before it.
            Vector<float> even = default, odd = default;
            var at = i;
            for (; at + stride < x.Length; at += 2 * stride)
                (even, odd) = (even + Elementwise.Load(x, at), odd + Elementwise.Load(x, at + stride));
            if (at < x.Length) even += Elementwise.Load(x, at);
            (even + odd).StoreUnsafe(ref MemoryMarshal.GetReference(y), (nuint)i);
        }
    }

    readonly record struct Axis(int Size, int A, int B, int Y)
    {
        public bool Continues(Axis inner) =>
            A == inner.A * inner.Size && B == inner.B * inner.Size && Y == inner.Y * inner.Size;
        public bool IsRun => A is 0 or 1 && B is 0 or 1 && Y is 0 or 1;
    }

    // Merges neighbouring axes that all three operands store without a gap. The innermost axis is done by vector loops
    // if strides are 0 or 1 there; else those loops get single numbers.
    static (Axis[] Outer, Axis Run) Plan(int[] sizes, int[] a, int[] b, int[] y)
    {
        var axes = new List<Axis>(sizes.Length);
        for (var i = sizes.Length - 1; i >= 0; i--)
        {
            if (sizes[i] == 1) continue;
            var axis = new Axis(sizes[i], a[i], b[i], y[i]);
            if (axes.Count > 0 && axis.Continues(axes[^1]))
                axes[^1] = axes[^1] with { Size = axes[^1].Size * axis.Size };
            else
                axes.Add(axis);
        }
        if (axes.Count == 0 || !axes[0].IsRun) axes.Insert(0, new(1, 1, 1, 1));
        var run = axes[0];
        axes.RemoveAt(0);
        return ([.. axes], run);
    }

    static (int A, int B, int Y) Start(Axis[] axes, Span<int> at)
    {
        var (a, b, y) = (0, 0, 0);
        for (var i = 0; i < axes.Length; i++)
            (a, b, y) = (a + at[i] * axes[i].A, b + at[i] * axes[i].B, y + at[i] * axes[i].Y);
        return (a, b, y);
    }

    static bool Next(Axis[] axes, Span<int> at)
    {
        for (var i = 0; i < axes.Length; i++)
        {
            if (++at[i] < axes[i].Size) return true;
            at[i] = 0;
        }
        return false;
    }
}
