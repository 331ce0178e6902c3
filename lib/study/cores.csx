#nullable enable
// The cores of a run, which experiments that run side by side share.

/// <summary>The cores as one experiment sees them. One that comes free goes to the experiment that stands first among
/// those that wait for one, so that later ones get what earlier ones have no use for.</summary>
public sealed class Cores
{
    sealed class Pool(int count)
    {
        public readonly int Count = count;
        // How many threads wait, by the place of their experiment.
        public readonly SortedDictionary<int, int> Waiting = [];
        public int Free = count;
    }

    readonly Pool pool;
    readonly int place;

    Cores(Pool pool, int place) => (this.pool, this.place) = (pool, place);

    /// <summary>So many cores, as the first experiment sees them.</summary>
    public Cores(int count) : this(new Pool(count), 0) { }

    public int Count => pool.Count;

    /// <summary>The same cores as the experiment behind this one sees them.</summary>
    public Cores Next() => new(pool, place + 1);

    /// <summary>Waits for a core, and has it from then on.</summary>
    public void Take()
    {
        lock (pool) Wait();
    }

    /// <summary>Gives a core back.</summary>
    public void Give()
    {
        lock (pool) Free();
    }

    /// <summary>Waits for a core and does the work on it.</summary>
    public void Using(Action work)
    {
        Take();
        try { work(); }
        finally { Give(); }
    }

    /// <summary>Leaves a core that this thread has to others while it waits for something.</summary>
    public void Lending(Action wait)
    {
        Give();
        try { wait(); }
        finally { Take(); }
    }

    /// <summary>Leaves a core that this thread has to an earlier experiment, if one waits, until there is another.
    /// </summary>
    public void Yield()
    {
        lock (pool)
        {
            if (IsFirst) return;
            Free();
            Wait();
        }
    }

    bool IsFirst => pool.Waiting.Count == 0 || pool.Waiting.Keys.First() >= place;

    void Free()
    {
        pool.Free++;
        Monitor.PulseAll(pool);
    }

    void Wait()
    {
        pool.Waiting[place] = pool.Waiting.GetValueOrDefault(place) + 1;
        while (pool.Free == 0 || !IsFirst) Monitor.Wait(pool);
        pool.Free--;
        if (--pool.Waiting[place] == 0) pool.Waiting.Remove(place);
        // Who stands behind may be the first now.
        Monitor.PulseAll(pool);
    }
}
