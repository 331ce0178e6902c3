#nullable enable
// The tape: what was computed in a step, in order, and the memory it was computed in.

/// <summary>The gradients of an op's inputs from the gradient g that arrives at its output y. Null: none is wanted.
/// </summary>
public delegate Tensor?[] GradientRule(Tensor g, Tensor y);

/// <summary>Records the ops of one step at a time on the thread that runs it, and lends them memory that the next
/// step uses again: the first step allocates block by block, from then on all of it comes from one arena, so that
/// training allocates nothing.</summary>
public sealed class Tape
{
    readonly record struct Entry(Tensor Y, Tensor[] Inputs, GradientRule? Rule);

    [ThreadStatic] static Tape? current;

    readonly List<Entry> entries = [];
    Block arena = Block.Owned(0);
    int capacity, used;
    bool paused;

    /// <summary>The tape whose step is running on this thread.</summary>
    public static Tape? Current => current;

    /// <summary>Which step is running; a tensor of an earlier one must not be read.</summary>
    internal long StepNumber { get; private set; }

    /// <summary>Runs the body as one step. Tensors made in it end with it; return numbers.</summary>
    /// <param name="record">False where no gradient will be asked for.</param>
    public T Step<T>(Func<T> body, bool record = true)
    {
        if (current is not null) throw new InvalidOperationException("a step is already running on this thread");
        (current, paused) = (this, !record);
        try { return body(); }
        finally
        {
            current = null;
            entries.Clear();
            StepNumber++;
            if (used > capacity) (arena, capacity) = (Block.Owned(used), used);
            used = 0;
        }
    }

    /// <summary>Whether a gradient is wanted for x: it is a parameter, or depends on one.</summary>
    internal static bool Wants(Tensor x) => x.Node >= 0 || x.IsParameter;

    /// <summary>Notes an op and returns its output y. Outside a step, or where nothing is to be learned, y alone.
    /// </summary>
    internal static Tensor Op(Tensor[] inputs, Tensor y, GradientRule rule)
    {
        if (current is { paused: false } tape && Array.Exists(inputs, Wants)) tape.Record(inputs, y, rule);
        return y;
    }

    /// <summary>The gradient of a scalar loss, parameter by parameter, last used first. Each is complete when it is
    /// yielded, and nothing later in the pass reads its parameter: an optimizer may update it at once.</summary>
    public static IEnumerable<(Tensor Parameter, Tensor Gradient)> Gradients(Tensor loss) => Gradients(loss, 1f);

    /// <summary>The same for any output, from the gradient g that arrives at it.</summary>
    public static IEnumerable<(Tensor Parameter, Tensor Gradient)> Gradients(Tensor y, Tensor g) =>
        current?.Reverse(y, g) ?? throw new InvalidOperationException("gradients are taken within a step");

    internal Block Rent(int length)
    {
        var start = used;
        used += Block.Padded(length);
        return used <= capacity ? new(arena.Array, arena.Start + start) : Block.Owned(length);
    }

    void Record(Tensor[] inputs, Tensor y, GradientRule rule)
    {
        // A parameter stands just before its first use: going backwards, it is reached when nothing reads it any more.
        foreach (var input in inputs)
            if (input.IsParameter && !Holds(input)) Append(new(input, [], null));
        Append(new(y, inputs, rule));
    }

    void Append(Entry entry)
    {
        entry.Y.Node = entries.Count;
        entries.Add(entry);
    }

    bool Holds(Tensor x) => (uint)x.Node < (uint)entries.Count && ReferenceEquals(entries[x.Node].Y, x);

    IEnumerable<(Tensor, Tensor)> Reverse(Tensor y, Tensor g)
    {
        if (!Holds(y)) throw new ArgumentException($"{y} depends on no parameter in this step");
        if (!g.Shape.Equals(y.Shape)) throw new ArgumentException($"a gradient of shape {g.Shape} at {y}");
        // Whoever takes gradients may read y after them, and by then parameters may have changed.
        _ = y.First;
        var gradients = new Tensor?[y.Node + 1];
        gradients[y.Node] = g;
        for (var node = y.Node; node >= 0; node--)
        {
            var entry = entries[node];
            entry.Y.Forget();
            if (gradients[node] is not { } arrived) continue;
            gradients[node] = null;
            if (entry.Rule is null) yield return (entry.Y, arrived);
            else Propagate(entry, arrived, gradients);
        }
    }

    void Propagate(Entry entry, Tensor arrived, Tensor?[] gradients)
    {
        paused = true;
        try
        {
            var given = entry.Rule!(arrived, entry.Y);
            for (var i = 0; i < given.Length; i++)
                if (given[i] is { } g && Holds(entry.Inputs[i]))
                {
                    var input = entry.Inputs[i];
                    ref var slot = ref gradients[input.Node];
                    g = g.SumTo(input.Shape);
                    slot = slot is null ? g : slot + g;
                }
        }
        finally { paused = false; }
    }
}
