#nullable enable
// Initialization schemes: initial values of a parameter, drawn from the parameter's own random stream.

/// <summary>Fills the values of a parameter with the given fan-in and fan-out, row-major as (fan-in, outputs). The
/// fan-out of kernels is their outputs times the pixels of a kernel.</summary>
public delegate void Init(Span<float> values, int fanIn, int fanOut, RandomStream random);

static Init Constant(double value) => (values, _, _, _) => values.Fill((float)value);
static readonly Init Zero = Constant(0);
static readonly Init One = Constant(1);

static Init Uniform(double limit) => (values, _, _, random) =>
{
    foreach (ref var value in values) value = (float)random.Uniform(-limit, limit);
};

static Init Normal(double deviation) => (values, _, _, random) =>
{
    foreach (ref var value in values) value = (float)(deviation * random.Normal());
};

/// <summary>Variance 1 / fan-in (LeCun et al. 1998).</summary>
static readonly Init LeCunNormal = (values, fanIn, fanOut, random) =>
    Normal(Math.Sqrt(1.0 / fanIn))(values, fanIn, fanOut, random);
static readonly Init LeCunUniform = (values, fanIn, fanOut, random) =>
    Uniform(Math.Sqrt(3.0 / fanIn))(values, fanIn, fanOut, random);

/// <summary>Variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010, equation 16).</summary>
static readonly Init GlorotNormal = (values, fanIn, fanOut, random) =>
    Normal(Math.Sqrt(2.0 / (fanIn + fanOut)))(values, fanIn, fanOut, random);
static readonly Init GlorotUniform = (values, fanIn, fanOut, random) =>
    Uniform(Math.Sqrt(6.0 / (fanIn + fanOut)))(values, fanIn, fanOut, random);

/// <summary>Variance 2 / fan-in (He et al. 2015, equation 10).</summary>
static readonly Init HeNormal = (values, fanIn, fanOut, random) =>
    Normal(Math.Sqrt(2.0 / fanIn))(values, fanIn, fanOut, random);
static readonly Init HeUniform = (values, fanIn, fanOut, random) =>
    Uniform(Math.Sqrt(6.0 / fanIn))(values, fanIn, fanOut, random);

/// <summary>Orthonormal rows or columns, whichever are fewer (Saxe et al. 2014): a matrix of normal numbers is made
/// orthonormal by the Gram-Schmidt process, done twice because of rounding errors.</summary>
static readonly Init Orthogonal = (values, fanIn, fanOut, random) =>
{
    var outputs = values.Length / fanIn;
    var (count, length) = (Math.Min(fanIn, outputs), Math.Max(fanIn, outputs));
    var vectors = Enumerable.Range(0, count)
        .Select(_ => Enumerable.Range(0, length).Select(_ => random.Normal()).ToArray()).ToArray();
    for (var i = 0; i < count; i++)
    {
        for (var pass = 0; pass < 2; pass++)
            for (var j = 0; j < i; j++)
            {
                var along = TensorPrimitives.Dot<double>(vectors[i], vectors[j]);
                for (var k = 0; k < length; k++) vectors[i][k] -= along * vectors[j][k];
            }
        TensorPrimitives.Divide(vectors[i], TensorPrimitives.Norm<double>(vectors[i]), vectors[i]);
    }
    for (var i = 0; i < values.Length; i++)
    {
        var (row, column) = (i / outputs, i % outputs);
        values[i] = (float)(count == outputs ? vectors[column][row] : vectors[row][column]);
    }
};

/// <summary>Another scheme, all of its values times a factor.</summary>
static Init Scaled(this Init init, double factor) => (values, fanIn, fanOut, random) =>
{
    init(values, fanIn, fanOut, random);
    TensorPrimitives.Multiply(values, (float)factor, values);
};
