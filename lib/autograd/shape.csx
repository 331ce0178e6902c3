#nullable enable

/// <summary>Sizes of a tensor's axes, outermost first; () is a scalar. Immutable, and equal if the sizes are
/// equal.</summary>
public sealed class Shape : IEquatable<Shape>
{
    readonly int[] sizes;

    public Shape(params int[] sizes)
    {
        (this.sizes, Count) = (sizes, 1);
        // A loop, not a query: every op makes a shape.
        foreach (var size in sizes)
            Count = size > 0 ? checked(Count * size)
                : throw new ArgumentException($"sizes must be at least 1, not ({string.Join(", ", sizes)})");
    }

    public static readonly Shape Scalar = new();

    public int Rank => sizes.Length;
    public int Count { get; }
    public int this[int axis] => sizes[axis];
    internal int[] Sizes => sizes;

    /// <summary>Rows of the matrix that stores a tensor: the first axis is its rows, and all other axes together are
    /// its columns. So (N, C, H, W) stores each image in one piece, and flattening copies nothing. Tensors of rank 0
    /// and 1 have a single row.</summary>
    public int Rows => Rank < 2 ? 1 : sizes[0];
    public int Columns => Count / Rows;

    /// <summary>The layout of (N, C, L) or (N, C, H, W) in blocks of channels.</summary>
    public Layout Blocks => Layout.Blocks(Rows, sizes[1], Columns / sizes[1]);

    /// <summary>How the pixels of an image of (N, C, L) or (N, C, H, W) lie in it; L is a single line.</summary>
    public PixelLayout Pixels =>
        PixelLayout.Plain(sizes[1], Rank == 4 ? sizes[2] : 1, Rank == 4 ? sizes[3] : Columns / sizes[1]);

    /// <summary>(N, C, H, W) after pooling in windows of 2 x 2.</summary>
    public Shape Pooled => Rank == 4 && sizes[2] >= 2 && sizes[3] >= 2
        ? new(sizes[0], sizes[1], sizes[2] / 2, sizes[3] / 2)
        : throw new ArgumentException($"cannot pool {this}: (N, C, H, W) with at least 2 x 2 pixels is wanted");

    public static implicit operator Shape(int size) => new(size);
    public static implicit operator Shape((int, int) s) => new(s.Item1, s.Item2);
    public static implicit operator Shape((int, int, int) s) => new(s.Item1, s.Item2, s.Item3);
    public static implicit operator Shape((int, int, int, int) s) => new(s.Item1, s.Item2, s.Item3, s.Item4);

    /// <summary>The shape to which both are broadcast, by NumPy's rule: axes are matched from the last one, and a
    /// missing axis or one of size 1 is repeated. Throws if two sizes differ and neither is 1.</summary>
    public static Shape Broadcast(Shape a, Shape b)
    {
        if (a.Equals(b)) return a;
        var result = new int[Math.Max(a.Rank, b.Rank)];
        for (var axis = 0; axis < result.Length; axis++)
        {
            var (p, q) = (a.SizeAt(axis, result.Length), b.SizeAt(axis, result.Length));
            result[axis] = p == q || q == 1 ? p : p == 1 ? q
                : throw new ArgumentException($"shapes {a} and {b} do not broadcast");
        }
        return new(result);
    }

    /// <summary>Floats from one element of this shape to the next along each axis of a broadcast shape; 0 along axes
    /// where this shape is repeated.</summary>
    /// <param name="rowStride">Floats from one row of the stored matrix to the next.</param>
    public int[] StridesWithin(Shape broadcast, int rowStride)
    {
        var strides = new int[broadcast.Rank];
        for (int axis = broadcast.Rank - 1, stride = 1; axis >= 0; axis--)
        {
            var own = axis - (broadcast.Rank - Rank);
            var size = own < 0 ? 1 : sizes[own];
            strides[axis] = size == 1 ? 0 : own == 0 && Rank > 1 ? rowStride : stride;
            stride *= size;
        }
        return strides;
    }

    /// <summary>The size of an axis when this shape is broadcast to so many axes.</summary>
    public int SizeAt(int axis, int rank) => axis < rank - Rank ? 1 : sizes[axis - (rank - Rank)];

    public bool Equals(Shape? other) =>
        ReferenceEquals(this, other) || other is not null && sizes.AsSpan().SequenceEqual(other.sizes);
    public override bool Equals(object? other) => Equals(other as Shape);
    public override int GetHashCode() => sizes.Aggregate(17, HashCode.Combine);
    public override string ToString() => $"({string.Join(", ", sizes)}{(Rank == 1 ? "," : "")})";
}
