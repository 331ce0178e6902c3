#nullable enable
// An independent reference: float64, loops written for reading, gradients by central differences. Shares no code with
// lib.

/// <summary>A float64 array with a shape, row-major.</summary>
public sealed record Ref(int[] Shape, double[] Values)
{
    public static Ref From(Tensor x) => new(Sizes(x.Shape), [.. x.ToArray().Select(v => (double)v)]);

    public double At(params int[] index)
    {
        var place = 0;
        for (var axis = 0; axis < Shape.Length; axis++) place = place * Shape[axis] + index[axis];
        return Values[place];
    }

    public Ref Map(Func<double, double> f) => new(Shape, [.. Values.Select(f)]);

    /// <summary>f on broadcast operands, by walking every index of the result.</summary>
    public static Ref Zip(Ref a, Ref b, Func<double, double, double> f)
    {
        var rank = Math.Max(a.Shape.Length, b.Shape.Length);
        int Size(Ref r, int axis) => axis < rank - r.Shape.Length ? 1 : r.Shape[axis - rank + r.Shape.Length];
        int[] shape = [.. Enumerable.Range(0, rank).Select(axis => Math.Max(Size(a, axis), Size(b, axis)))];
        double Value(Ref r, int[] index) =>
            r.At([.. Enumerable.Range(0, r.Shape.Length)
                .Select(i => r.Shape[i] == 1 ? 0 : index[rank - r.Shape.Length + i])]);
        return new(shape, [.. Indices(shape).Select(index => f(Value(a, index), Value(b, index)))]);
    }

    public static IEnumerable<int[]> Indices(int[] shape)
    {
        var count = shape.Aggregate(1, (product, size) => product * size);
        for (var flat = 0; flat < count; flat++)
        {
            var (index, rest) = (new int[shape.Length], flat);
            for (var axis = shape.Length - 1; axis >= 0; axis--) (rest, index[axis]) = Math.DivRem(rest, shape[axis]);
            yield return index;
        }
    }

    static int[] Sizes(Shape shape) => [.. Enumerable.Range(0, shape.Rank).Select(axis => shape[axis])];
}

public static class Numeric
{
    public static RandomStream Random(string purpose) => new(7, purpose);

    /// <summary>Normal numbers, kept away from 0 (where ReLU has a corner) and mapped to the op's domain.</summary>
    public static Tensor Draw(Shape shape, string purpose, Func<double, double>? map = null)
    {
        var random = Random(purpose);
        return Tensor.From(shape, [.. Enumerable.Range(0, shape.Count).Select(_ =>
        {
            var value = random.Normal();
            value += Math.Sign(value) * 0.05;
            return (float)(map is null ? value : map(value));
        })]);
    }

    public static Tensor TensorOf(Shape shape, float[] values) => Tensor.From(shape, values);

    public static Tensor Parameter(string name, Tensor values) =>
        Tensor.Parameter(name, values.Shape, panels: values.Shape.Rank == 2).Assign(values.ToArray());

    /// <summary>d sum(g * f(inputs)) / d input, by central differences.</summary>
    public static double[] Gradient(Func<Ref[], Ref> f, Ref[] inputs, int which, double[] g)
    {
        double Total(double[] values)
        {
            Ref[] moved = [.. inputs];
            moved[which] = moved[which] with { Values = values };
            return f(moved).Values.Zip(g, (y, w) => y * w).Sum();
        }
        return [.. Enumerable.Range(0, inputs[which].Values.Length).Select(i =>
        {
            double Moved(double by)
            {
                double[] values = [.. inputs[which].Values];
                values[i] += by;
                return Total(values);
            }
            const double h = 1e-5;
            return (Moved(h) - Moved(-h)) / (2 * h);
        })];
    }

    /// <summary>Largest difference, relative to the largest value (at least 1e-3).</summary>
    public static double Distance(IEnumerable<float> actual, IEnumerable<double> expected)
    {
        var pairs = actual.Zip(expected).ToList();
        var scale = Math.Max(1e-3, pairs.Max(pair => Math.Abs(pair.Second)));
        return pairs.Max(pair =>
            Math.Abs(pair.First - pair.Second) is var d && double.IsNaN(d) ? double.PositiveInfinity : d) / scale;
    }
}
