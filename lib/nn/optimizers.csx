#nullable enable
// Optimizers. Each rule is written once, as an epilogue: what is done with a vector of gradients. If a weight's
// gradient is a deferred product, the rule becomes the product's epilogue, and the gradient is never written to memory.

/// <summary>How parameters decay. Coupled: decay * w is added to the gradient (L2 regularization; PyTorch's
/// `weight_decay`). Decoupled: rate * decay * w is taken from w beside the step, and the gradient stays as it is
/// (Loshchilov and Hutter 2019, whose decay is rate * decay here, as in PyTorch's AdamW). AsRate: w does not decay, its
/// rate grows instead, by 1 / (p (1 - rate * decay)) where p is the product of 1 - rate * decay over the steps before:
/// at a constant rate by (1 - rate * decay)^(-2t-1) in step t, the first being 0 (Li and Arora 2020). By plain SGD that
/// trains weights whose scale does not matter as decay does: w is the decaying w over p.</summary>
public enum Decay { Coupled, Decoupled, AsRate }

/// <summary>Which parameters decay: all; weights alone, that is those of at least two axes (gamma, beta and biases are
/// vectors); or the weights of hidden layers alone.</summary>
public enum Decayed { All, Weights, Hidden }

/// <summary>Updates parameters by their gradients, and keeps a state for each parameter (such as its
/// velocity).</summary>
public abstract class Optimizer(double rate)
{
    readonly Dictionary<Tensor, Block[]> slots = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Tensor, double> shares = new(ReferenceEqualityComparer.Instance);

    /// <summary>Learning rate. It may be changed between steps.</summary>
    public double Rate { get; set; } = rate;

    /// <summary>The weights of hidden layers, a group with a rate and a decay of its own.</summary>
    public IReadOnlyList<Tensor> Hidden { get; set; } = [];

    /// <summary>Factor on the rate of the hidden layers' weights.</summary>
    public double HiddenRate { get; set; } = 1;

    /// <summary>How strongly parameters decay; 0: not at all.</summary>
    public double WeightDecay { get; set; }

    public Decay Decay { get; set; }
    public Decayed Decayed { get; set; }

    /// <summary>Updates one parameter. Parameters may come in any order, each once in a step.</summary>
    public void Update(Tensor parameter, Tensor gradient)
    {
        var rate = HiddenRate != 1 && IsHidden(parameter) ? HiddenRate * Rate : Rate;
        if (Decay == Decay.AsRate && Decays(parameter))
        {
            ref var before = ref CollectionsMarshal.GetValueRefOrAddDefault(shares, parameter, out var known);
            if (!known) before = 1;
            var after = before * (1 - rate * WeightDecay);
            (rate, before) = (rate / (before * after), after);
        }
        Update(parameter, gradient, rate);
    }

    protected abstract void Update(Tensor parameter, Tensor gradient, double rate);

    /// <summary>Updates every parameter that the loss depends on.</summary>
    public void Step(Tensor loss)
    {
        foreach (var (parameter, gradient) in Tape.Gradients(loss)) Update(parameter, gradient);
    }

    // The state of a parameter: `count` blocks of its layout, at first 0.
    protected Block[] Slots(Tensor parameter, int count)
    {
        ref var blocks = ref CollectionsMarshal.GetValueRefOrAddDefault(slots, parameter, out _);
        return blocks ??= [.. Enumerable.Range(0, count).Select(_ => Block.Owned(parameter.Layout.Length))];
    }

    protected void UpdateBy<E>(E rule, Tensor parameter, Tensor gradient, double rate)
        where E : IEpilogue, allows ref struct
    {
        ref var w = ref parameter.First;
        if (Decay == Decay.AsRate || !Decays(parameter)) Run(rule, parameter, gradient);
        else if (Decay == Decay.Coupled) Run(new WithDecay<E>(ref w, (float)WeightDecay, rule), parameter, gradient);
        else Run(new WithDecoupledDecay<E>(ref w, (float)(rate * WeightDecay), rule), parameter, gradient);
    }

    bool Decays(Tensor parameter) => WeightDecay != 0 && Decayed switch
    {
        Decayed.All => true,
        Decayed.Weights => parameter.Shape.Rank >= 2,
        _ => IsHidden(parameter),
    };

    bool IsHidden(Tensor parameter) => Hidden.Any(weight => ReferenceEquals(weight, parameter));

    static void Run<E>(E rule, Tensor parameter, Tensor gradient) where E : IEpilogue, allows ref struct
    {
        if (gradient.DeferredProduct is { } product) product.Run(rule, parameter.Layout);
        else Epilogue.ApplyAll(gradient.Values.In(parameter.Layout).Storage, rule);
    }

    // Applies a rule to the gradient plus decay * w. It wraps a rule, so that rules without decay have no branch in
    // their inner loops.
    readonly ref struct WithDecay<E>(ref float w, float decay, E rule) : IEpilogue
        where E : IEpilogue, allows ref struct
    {
        readonly ref float w = ref w;
        readonly E rule = rule;

        public void Prefetch(nint at) => rule.Prefetch(at);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct =>
            rule.Apply<S, V>(S.MultiplyAdd(S.All(decay), S.Load(ref Unsafe.Add(ref w, at)), g), at);
    }

    // Takes a share of w from w, then applies a rule to the gradient.
    readonly ref struct WithDecoupledDecay<E>(ref float w, float share, E rule) : IEpilogue
        where E : IEpilogue, allows ref struct
    {
        readonly ref float w = ref w;
        readonly E rule = rule;

        public void Prefetch(nint at) => rule.Prefetch(at);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct
        {
            ref var target = ref Unsafe.Add(ref w, at);
            var old = S.Load(ref target);
            // Not old * (1 - share): in float32, 1 - share would lose most digits of a share of 1e-6.
            S.Store(S.MultiplyAdd(S.All(-share), old, old), ref target);
            rule.Apply<S, V>(g, at);
        }
    }
}

/// <summary>Gradients, each times min(1, limit / norm), where norm is the Euclidean norm of all of them together
/// (Pascanu et al. 2013; PyTorch's clip_grad_norm_). All are computed before this returns.</summary>
static IReadOnlyList<(Tensor Parameter, Tensor Gradient)> ClippedGradients(
    IEnumerable<(Tensor Parameter, Tensor Gradient)> gradients, double limit, out double norm)
{
    var all = gradients.ToList();
    norm = Math.Sqrt(all.Sum(pair => pair.Gradient.SumOfSquares()));
    var factor = (float)Math.Min(1, limit / (norm + 1e-6));
    return factor == 1 ? all : [.. all.Select(pair => (pair.Parameter, pair.Gradient * factor))];
}

/// <summary>Stochastic gradient descent: v = momentum v + g, w -= rate v, as in PyTorch. Without momentum no v is kept.
/// </summary>
public sealed class Sgd(double rate, double momentum = 0) : Optimizer(rate)
{
    protected override void Update(Tensor parameter, Tensor gradient, double rate)
    {
        ref var w = ref parameter.First;
        if (momentum == 0) UpdateBy(new Plain(ref w, (float)rate), parameter, gradient, rate);
        else
            UpdateBy(new WithMomentum(ref w, ref Slots(parameter, 1)[0].First, (float)rate, (float)momentum), parameter,
                gradient, rate);
    }

    readonly ref struct Plain(ref float w, float rate) : IEpilogue
    {
        readonly ref float w = ref w;

        public void Prefetch(nint at) => CacheLine.Prefetch(ref Unsafe.Add(ref w, at));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct
        {
            ref var target = ref Unsafe.Add(ref w, at);
            var old = S.Load(ref target);
            S.Store(S.MultiplyAdd(S.All(-rate), g, old), ref target);
        }
    }

    readonly ref struct WithMomentum(ref float w, ref float v, float rate, float momentum) : IEpilogue
    {
        readonly ref float w = ref w;
        readonly ref float v = ref v;

        public void Prefetch(nint at)
        {
            CacheLine.Prefetch(ref Unsafe.Add(ref w, at));
            CacheLine.Prefetch(ref Unsafe.Add(ref v, at));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct
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

/// <summary>RMSprop (Tieleman and Hinton 2012): s = rho s + (1 - rho) g^2, w -= rate g / (sqrt(s) + eps), where eps
/// stands as in PyTorch, or g / sqrt(s + eps), as in Keras. The defaults of rho and eps are Keras's; PyTorch's own are
/// 0.99 and 1e-8.</summary>
public sealed class RmsProp(double rate, double rho = 0.9, double epsilon = 1e-7, bool epsilonInside = false)
    : Optimizer(rate)
{
    protected override void Update(Tensor parameter, Tensor gradient, double rate) =>
        UpdateBy(new Rule(ref parameter.First, ref Slots(parameter, 1)[0].First, (float)rate, (float)rho,
            (float)(1 - rho), (float)(epsilonInside ? epsilon : 0), (float)(epsilonInside ? 0 : epsilon)), parameter,
            gradient, rate);

    readonly ref struct Rule(ref float w, ref float s, float rate, float rho, float rest, float inside,
        float outside) : IEpilogue
    {
        readonly ref float w = ref w;
        readonly ref float s = ref s;

        public void Prefetch(nint at)
        {
            CacheLine.Prefetch(ref Unsafe.Add(ref w, at));
            CacheLine.Prefetch(ref Unsafe.Add(ref s, at));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct
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
public sealed class Adam(double rate, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    : Optimizer(rate)
{
    readonly Dictionary<Tensor, int> steps = new(ReferenceEqualityComparer.Instance);

    protected override void Update(Tensor parameter, Tensor gradient, double rate)
    {
        var t = CollectionsMarshal.GetValueRefOrAddDefault(steps, parameter, out _) += 1;
        var slots = Slots(parameter, 2);
        var unbiased = rate / (1 - Math.Pow(beta1, t));
        var unbias = 1 / Math.Sqrt(1 - Math.Pow(beta2, t));
        UpdateBy(new Rule(ref parameter.First, ref slots[0].First, ref slots[1].First, (float)unbiased, (float)beta1,
            (float)(1 - beta1), (float)beta2, (float)(1 - beta2), (float)unbias, (float)epsilon), parameter, gradient,
            rate);
    }

    readonly ref struct Rule(ref float w, ref float m, ref float s, float rate, float beta1, float rest1,
        float beta2, float rest2, float unbias, float epsilon) : IEpilogue
    {
        readonly ref float w = ref w;
        readonly ref float m = ref m;
        readonly ref float s = ref s;

        public void Prefetch(nint at)
        {
            CacheLine.Prefetch(ref Unsafe.Add(ref w, at));
            CacheLine.Prefetch(ref Unsafe.Add(ref m, at));
            CacheLine.Prefetch(ref Unsafe.Add(ref s, at));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<S, V>(V g, nint at) where S : struct, ISimd<V> where V : struct
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
