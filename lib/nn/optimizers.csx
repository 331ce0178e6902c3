#nullable enable
// Optimizers. Each rule is written once, as what becomes of a vector of gradients; a weight's gradient that is still a
// product runs straight into it, so that the gradient of a matrix never stands in memory.

/// <summary>Changes parameters by their gradients and keeps what it remembers of them.</summary>
public abstract class Optimizer(double rate, double weightDecay = 0)
{
    readonly Dictionary<Tensor, Block[]> slots = new(ReferenceEqualityComparer.Instance);

    /// <summary>Learning rate; may be changed between steps.</summary>
    public double Rate { get; set; } = rate;

    /// <summary>Added to the gradient, times the parameter: L2 regularization as in PyTorch's optimizers.</summary>
    public double WeightDecay { get; } = weightDecay;

    /// <summary>One parameter's share of a step. Gradients may come in any order, each parameter once a step.</summary>
    public abstract void Update(Tensor parameter, Tensor gradient);

    /// <summary>One step: every parameter that the loss depends on.</summary>
    public void Step(Tensor loss)
    {
        foreach (var (parameter, gradient) in Tape.Gradients(loss)) Update(parameter, gradient);
    }

    protected Block[] Slots(Tensor parameter, int count)
    {
        ref var blocks = ref CollectionsMarshal.GetValueRefOrAddDefault(slots, parameter, out _);
        return blocks ??= [.. Enumerable.Range(0, count).Select(_ => Block.Owned(parameter.Layout.Length))];
    }

    protected void Apply<E>(Tensor parameter, Tensor gradient, E rule) where E : IEpilogue, allows ref struct
    {
        if (WeightDecay == 0) Run(parameter, gradient, rule);
        else Run(parameter, gradient, new Decayed<E>(ref parameter.First, (float)WeightDecay, rule));
    }

    static void Run<E>(Tensor parameter, Tensor gradient, E rule) where E : IEpilogue, allows ref struct
    {
        if (gradient.Pending is { } product) product.Into(rule, parameter.Layout);
        else Epilogue.Run(gradient.In(parameter.Layout).Storage, rule);
    }

    // A rule for the gradient plus decay w. Apart from the rules, whose inner loops would otherwise ask at each vector
    // whether there is any.
    readonly ref struct Decayed<E>(ref float w, float decay, E rule) : IEpilogue where E : IEpilogue, allows ref struct
    {
        readonly ref float w = ref w;
        readonly E rule = rule;

        public void Ask(nint at) => rule.Ask(at);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct =>
            rule.Take<S, V>(S.MultiplyAdd(S.All(decay), S.Load(ref Unsafe.Add(ref w, at)), g), at);
    }
}

/// <summary>The gradients of a loss, all times min(1, limit / norm), the norm being that of all of them together
/// (Pascanu et al. 2013; PyTorch's clip_grad_norm_). All are computed before the first is handed over.</summary>
static IReadOnlyList<(Tensor Parameter, Tensor Gradient)> ClippedGradients(
    IEnumerable<(Tensor Parameter, Tensor Gradient)> gradients, double limit, out double norm)
{
    var all = gradients.ToList();
    norm = Math.Sqrt(all.Sum(pair => pair.Gradient.SumOfSquares()));
    var factor = (float)Math.Min(1, limit / (norm + 1e-6));
    return factor == 1 ? all : [.. all.Select(pair => (pair.Parameter, pair.Gradient * factor))];
}

/// <summary>Stochastic gradient descent: v = momentum v + g, w -= rate v (PyTorch's form; momentum 0 keeps no v).
/// </summary>
public sealed class Sgd(double rate, double momentum = 0, double weightDecay = 0) : Optimizer(rate, weightDecay)
{
    public override void Update(Tensor parameter, Tensor gradient)
    {
        ref var w = ref parameter.First;
        if (momentum == 0) Apply(parameter, gradient, new Plain(ref w, (float)Rate));
        else
            Apply(parameter, gradient,
                new Heavy(ref w, ref Slots(parameter, 1)[0].First, (float)Rate, (float)momentum));
    }

    readonly ref struct Plain(ref float w, float rate) : IEpilogue
    {
        readonly ref float w = ref w;

        public void Ask(nint at) => Cache.Prefetch(ref Unsafe.Add(ref w, at));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct
        {
            ref var target = ref Unsafe.Add(ref w, at);
            var old = S.Load(ref target);
            S.Store(S.MultiplyAdd(S.All(-rate), g, old), ref target);
        }
    }

    readonly ref struct Heavy(ref float w, ref float v, float rate, float momentum) : IEpilogue
    {
        readonly ref float w = ref w;
        readonly ref float v = ref v;

        public void Ask(nint at)
        {
            Cache.Prefetch(ref Unsafe.Add(ref w, at));
            Cache.Prefetch(ref Unsafe.Add(ref v, at));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct
        {
            ref var target = ref Unsafe.Add(ref w, at);
            ref var velocity = ref Unsafe.Add(ref v, at);
            var old = S.Load(ref target);
            g = S.MultiplyAdd(S.All(momentum), S.Load(ref velocity), g);
            S.Store(g, ref velocity);
            S.Store(S.MultiplyAdd(S.All(-rate), g, old), ref target);
        }
    }
}

/// <summary>RMSprop (Tieleman and Hinton 2012): s = rho s + (1 - rho) g^2, w -= rate g / (sqrt(s) + eps) as in
/// PyTorch, or g / sqrt(s + eps) as in Keras.</summary>
public sealed class RmsProp(double rate, double rho = 0.9, double epsilon = 1e-7, bool epsilonInside = false,
    double weightDecay = 0) : Optimizer(rate, weightDecay)
{
    public override void Update(Tensor parameter, Tensor gradient) =>
        Apply(parameter, gradient, new Rule(ref parameter.First, ref Slots(parameter, 1)[0].First, (float)Rate,
            (float)rho, (float)(1 - rho), (float)(epsilonInside ? epsilon : 0), (float)(epsilonInside ? 0 : epsilon)));

    readonly ref struct Rule(ref float w, ref float s, float rate, float rho, float rest, float inside,
        float outside) : IEpilogue
    {
        readonly ref float w = ref w;
        readonly ref float s = ref s;

        public void Ask(nint at)
        {
            Cache.Prefetch(ref Unsafe.Add(ref w, at));
            Cache.Prefetch(ref Unsafe.Add(ref s, at));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct
        {
            ref var target = ref Unsafe.Add(ref w, at);
            ref var square = ref Unsafe.Add(ref s, at);
            var old = S.Load(ref target);
            var mean = S.MultiplyAdd(S.All(rho), S.Load(ref square), S.Multiply(S.All(rest), S.Multiply(g, g)));
            S.Store(mean, ref square);
            var deviation = S.Add(S.Sqrt(S.Add(mean, S.All(inside))), S.All(outside));
            S.Store(S.Subtract(old, S.Multiply(S.All(rate), S.Divide(g, deviation))), ref target);
        }
    }
}

/// <summary>Adam (Kingma and Ba 2015, algorithm 1), eps outside the root.</summary>
public sealed class Adam(double rate, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8,
    double weightDecay = 0) : Optimizer(rate, weightDecay)
{
    readonly Dictionary<Tensor, int> steps = new(ReferenceEqualityComparer.Instance);

    public override void Update(Tensor parameter, Tensor gradient)
    {
        var t = CollectionsMarshal.GetValueRefOrAddDefault(steps, parameter, out _) += 1;
        var slots = Slots(parameter, 2);
        var rate = Rate / (1 - Math.Pow(beta1, t));
        var unbias = 1 / Math.Sqrt(1 - Math.Pow(beta2, t));
        Apply(parameter, gradient, new Rule(ref parameter.First, ref slots[0].First, ref slots[1].First, (float)rate,
            (float)beta1, (float)(1 - beta1), (float)beta2, (float)(1 - beta2), (float)unbias, (float)epsilon));
    }

    readonly ref struct Rule(ref float w, ref float m, ref float s, float rate, float beta1, float rest1,
        float beta2, float rest2, float unbias, float epsilon) : IEpilogue
    {
        readonly ref float w = ref w;
        readonly ref float m = ref m;
        readonly ref float s = ref s;

        public void Ask(nint at)
        {
            Cache.Prefetch(ref Unsafe.Add(ref w, at));
            Cache.Prefetch(ref Unsafe.Add(ref m, at));
            Cache.Prefetch(ref Unsafe.Add(ref s, at));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct
        {
            ref var target = ref Unsafe.Add(ref w, at);
            ref var first = ref Unsafe.Add(ref m, at);
            ref var second = ref Unsafe.Add(ref s, at);
            var old = S.Load(ref target);
            var mean = S.MultiplyAdd(S.All(beta1), S.Load(ref first), S.Multiply(S.All(rest1), g));
            var square = S.MultiplyAdd(S.All(beta2), S.Load(ref second), S.Multiply(S.All(rest2), S.Multiply(g, g)));
            S.Store(mean, ref first);
            S.Store(square, ref second);
            var deviation = S.MultiplyAdd(S.Sqrt(square), S.All(unbias), S.All(epsilon));
            S.Store(S.Subtract(old, S.Multiply(S.All(rate), S.Divide(mean, deviation))), ref target);
        }
    }
}
