#nullable enable
// The curvature of the loss: products of its Hessian with vectors, and the largest eigenvalue.
using MathNet.Numerics.LinearAlgebra;

public static class Hessian
{
    // Of all parameters together. Shorter, rounding in float32 shows; longer, the change of the curvature: at 1e-2 the
    // sharpness of a small sigmoid net is off by 0.2%.
    const double Distance = 1e-3;

    static VectorBuilder<double> Columns => MathNet.Numerics.LinearAlgebra.Vector<double>.Build;

    /// <summary>The Hessian of the mean loss in training mode on one batch times a unit vector over all parameters, in
    /// the order of the model, by central differences of gradients. For smooth activations alone: ReLU's kinks, which
    /// the derivative passes by, are large in differences.</summary>
    /// <param name="at">The batch, by places in the training set.</param>
    public static double[] Times(Snapshot snapshot, int[] at, double[] unit)
    {
        var model = snapshot.Copy();
        var start = model.Parameters.Select(parameter => parameter.ToArray()).ToList();
        double[] GradientAt(double distance)
        {
            var offset = 0;
            foreach (var (parameter, values) in model.Parameters.Zip(start))
            {
                var from = offset;
                parameter.Assign([.. values.Select((value, i) => (float)(value + distance * unit[from + i]))]);
                offset += values.Length;
            }
            var gradients = snapshot.LossAndGradients(model, at).Gradients;
            return [.. model.Parameters.SelectMany(parameter => gradients[parameter.Name!]).Select(g => (double)g)];
        }
        return [.. GradientAt(Distance).Zip(GradientAt(-Distance), (ahead, behind) =>
            (ahead - behind) / (2 * Distance))];
    }

    /// <summary>The largest eigenvalue of the same Hessian, by Lanczos.</summary>
    /// <param name="steps">Products with the Hessian.</param>
    /// <inheritdoc cref="Times" path="/param"/>
    public static double Sharpness(Snapshot snapshot, int[] at, int steps) => Largest(snapshot, at, steps)[^1];

    /// <summary>The eigenvalues that so many steps of Lanczos find, from the smallest; the outermost are exact first.
    /// </summary>
    /// <inheritdoc cref="Sharpness" path="/param"/>
    public static IReadOnlyList<double> Largest(Snapshot snapshot, int[] at, int steps) => Lanczos(
        vector => Times(snapshot, at, vector), snapshot.Model.Parameters.Sum(parameter => parameter.Shape.Count), steps,
        new(snapshot.Config.Seed, "lanczos"));

    /// <summary>The eigenvalues, from the smallest, of a symmetric matrix within the space that so many products with
    /// it span (Lanczos 1950), each new direction made orthogonal to all before. Of as many steps as rows they are all
    /// eigenvalues; of fewer the outermost come first.</summary>
    /// <param name="times">The matrix times a unit vector.</param>
    /// <param name="start">For the direction in which it starts.</param>
    public static IReadOnlyList<double> Lanczos(Func<double[], double[]> times, int rows, int steps, RandomStream start)
    {
        var next = Columns.DenseOfEnumerable(Enumerable.Range(0, rows).Select(_ => start.Normal())).Normalize(2);
        List<MathNet.Numerics.LinearAlgebra.Vector<double>> basis = [];
        List<double> diagonal = [], beside = [];
        while (true)
        {
            basis.Add(next);
            var product = Columns.DenseOfArray(times(next.ToArray()));
            diagonal.Add(product * next);
            // Twice is enough (Parlett 1998): once leaves what rounding put back.
            for (var pass = 0; pass < 2; pass++) foreach (var one in basis) product -= (product * one) * one;
            var norm = product.L2Norm();
            if (basis.Count == Math.Min(steps, rows) || norm < 1e-12 * diagonal.Max(Math.Abs)) break;
            beside.Add(norm);
            next = product / norm;
        }
        var matrix = Matrix<double>.Build.Dense(basis.Count, basis.Count, (i, j) =>
            i == j ? diagonal[i] : Math.Abs(i - j) == 1 ? beside[Math.Min(i, j)] : 0);
        return [.. matrix.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).Order()];
    }
}
