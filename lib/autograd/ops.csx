#nullable enable
// Every op: its inputs, its value, and how a gradient g that arrives at its output y goes back to the inputs.
// Gradients of repeated operands are summed back to the operand's shape in one place (Tape.Propagate).

public sealed partial class Tensor
{
    public static Tensor operator +(Tensor a, Tensor b) =>
        Tape.Op([a, b], Zip(Broadcast.Add, a, b), (g, _) => [g, g]);

    public static Tensor operator -(Tensor a, Tensor b) =>
        Tape.Op([a, b], Zip(Broadcast.Subtract, a, b), (g, _) => [g, -g]);

    public static Tensor operator *(Tensor a, Tensor b) =>
        Tape.Op([a, b], Zip(Broadcast.Multiply, a, b), (g, _) => [g * b, g * a]);

    public static Tensor operator /(Tensor a, Tensor b) =>
        Tape.Op([a, b], Zip(Broadcast.Divide, a, b), (g, y) => [g / b, -(g * y / b)]);

    public static Tensor operator -(Tensor x) => Tape.Op([x], Map(TensorPrimitives.Negate, x), (g, _) => [-g]);

    public Tensor Exp() => Tape.Op([this], Map(TensorPrimitives.Exp, this), (g, y) => [g * y]);

    public Tensor Log() => Tape.Op([this], Map(TensorPrimitives.Log, this), (g, _) => [g / this]);

    public Tensor Sqrt() => Tape.Op([this], Map(TensorPrimitives.Sqrt, this), (g, y) => [g / (y + y)]);

    public Tensor Sigmoid() => Tape.Op([this], Map(Elementwise.Sigmoid, this),
        (g, y) => [Map(Elementwise.SigmoidGradient, g, y)]);

    public Tensor Tanh() => Tape.Op([this], Map(TensorPrimitives.Tanh, this),
        (g, y) => [Map(Elementwise.TanhGradient, g, y)]);

    public Tensor Relu() => Tape.Op([this], Map(Elementwise.Relu, this),
        (g, y) => [Map(Elementwise.ReluGradient, g, y)]);

    /// <summary>x w for x (N, in) and w (in, out).</summary>
    public Tensor MatMul(Tensor w) => Tape.Op([this, w], Multiply(this, w), (g, _) => [ByInput(w, g), ByWeight(w, g)]);

    /// <summary>x w + b for x (N, in), w (in, out) and b (out).</summary>
    public Tensor Linear(Tensor w, Tensor b) => Tape.Op([this, w, b], AddToRows(Multiply(this, w), b),
        (g, _) => [ByInput(w, g), ByWeight(w, g), g]);

    /// <summary>The sum of all elements, a scalar.</summary>
    public Tensor Sum() => Tape.Op([this], SumTo(Shape.Scalar), (g, _) => [g + Filled(Shape, 0)]);

    /// <summary>The mean of all elements, a scalar.</summary>
    public Tensor Mean() => Sum() * (1f / Shape.Count);

    /// <summary>The same numbers, row-major, in another shape.</summary>
    public Tensor Reshape(Shape shape) => Tape.Op([this], View(shape), (g, _) => [g.View(Shape)]);

    /// <summary>x (N, C, H, W) convolved with w (O, C, KH, KW), stride 1, p zeros around, plus a bias (O) if there is
    /// one: (N, O, H + 2p - KH + 1, W + 2p - KW + 1). As everywhere in this field, the kernel is not turned over.
    /// </summary>
    public Tensor Convolve(Tensor w, int padding = 0, Tensor? bias = null) => Tape.Op(
        bias is null ? [this, w] : [this, w, bias], Convolved(this, w, bias, padding),
        (g, _) => ConvolvedGradients(this, w, bias, padding, g));

    /// <summary>Means over windows of 2 x 2 of (N, C, H, W), an odd last row or column left out.</summary>
    public Tensor AveragePool() =>
        Tape.Op([this], AveragePooled(new Unchanged(), this),
            (g, _) => [AveragePoolGradient(new Unchanged(), this, g)]);

    /// <summary>AveragePool of Relu in one visit; where this was normalized just before, that too.</summary>
    public Tensor ReluPool() => Unread is { } x
        ? Tape.Op(x.Inputs, x.ReluPooled(), (g, _) => x.ReluPoolGradients(g))
        : Tape.Op([this], AveragePooled(new Rectified(), this),
            (g, _) => [AveragePoolGradient(new Rectified(), this, g)]);

    /// <summary>The largest of each window of 2 x 2; the gradient goes to the first of equals.</summary>
    public Tensor MaxPool() => Tape.Op([this], Pooled(Pooling.Max, this), (g, y) => [MaxPoolGradient(this, g, y)]);

    /// <summary>The mean over rows of -ln softmax(x)[label], a scalar; x (N, classes), one label a row.</summary>
    public Tensor CrossEntropy(ReadOnlyMemory<byte> labels)
    {
        var probabilities = LogLoss(labels.Span, out var loss);
        return Tape.Op([this], loss, (g, _) => [LogLossGradient(probabilities, labels.Span, g)]);
    }

    /// <summary>(x - mean) / deviation * gamma + beta with the mean and deviation of each set of x that the groups
    /// name; gamma and beta one per channel, or null for 1 and 0. Moments taken of x itself carry gradient back to x;
    /// others, such as running ones, are constants (groups.Fixed).</summary>
    public Tensor Normalize(Groups groups, Moments moments, Tensor? gamma, Tensor? beta)
    {
        var normalized = new Normalized(this, groups, moments, gamma, beta);
        return Tape.Op(normalized.Inputs, Unevaluated(normalized), (g, _) => normalized.Gradients(g));
    }
}
