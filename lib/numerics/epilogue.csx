#nullable enable
// What a matrix product does with its results. A weight's gradient can so go straight into the weight's update, and is
// never written to memory.

/// <summary>What is done with a vector of results that belongs at an offset: it is stored, added, or used as a
/// gradient. </summary>
public interface IEpilogue
{
    void Apply<S, V>(V value, nint offset) where S : struct, ISimd<V> where V : struct;

    /// <summary>Starts to load the memory that Apply will read at an offset.</summary>
    void Prefetch(nint offset);
}

public readonly ref struct StoreTo(ref float target) : IEpilogue
{
    readonly ref float target = ref target;

    public void Prefetch(nint offset) { }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V value, nint offset) where S : struct, ISimd<V> where V : struct =>
        S.Store(value, ref Unsafe.Add(ref target, offset));
}

public readonly ref struct AddTo(ref float target) : IEpilogue
{
    readonly ref float target = ref target;

    public void Prefetch(nint offset) => CacheLine.Prefetch(ref Unsafe.Add(ref target, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V value, nint offset) where S : struct, ISimd<V> where V : struct
    {
        ref var at = ref Unsafe.Add(ref target, offset);
        S.Store(S.Add(S.Load(ref at), value), ref at);
    }
}

public static class Epilogue
{
    /// <summary>Applies an epilogue to values that are in memory already; they are padded to whole vectors.</summary>
    public static void ApplyAll<E>(Span<float> values, E epilogue) where E : IEpilogue, allows ref struct =>
        VectorWidth.Widest(new ApplyLoop<E>(values, epilogue));

    readonly ref struct ApplyLoop<E>(Span<float> values, E epilogue) : IVectorLoop
        where E : IEpilogue, allows ref struct
    {
        readonly Span<float> values = values;
        readonly E epilogue = epilogue;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>() where S : struct, IPairs<V> where V : struct => ApplyAll<S, V, E>(values, epilogue);
    }

    [MethodImpl(Hot)]
    static void ApplyAll<S, V, E>(Span<float> values, E epilogue)
        where S : struct, IPairs<V> where V : struct where E : IEpilogue, allows ref struct
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        for (var i = 0; i < values.Length; i += S.Lanes) epilogue.Apply<S, V>(S.Load(ref Unsafe.Add(ref first, i)), i);
    }
}
