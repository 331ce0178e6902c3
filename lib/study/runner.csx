#nullable enable
// Many trials, side by side: one model per core, finished trials on disk at once, results in the grid's order.

public static class Runner
{
    /// <summary>Trains the configurations, each on one of the cores, and hands over each trial as it ends, from the
    /// thread that ran it.</summary>
    /// <param name="cores">The caller has one of them, on which this thread trains too.</param>
    /// <param name="begun">Called as each trial begins.</param>
    /// <exception cref="OperationCanceledException">Stopped; trials in flight are given up.</exception>
    /// <exception cref="ProbeFault">The probe measured what is none of its columns.</exception>
    public static void Run(IEnumerable<Config> configs, Dataset data, Probe? probe, Cores cores, Action begun,
        Action<Trial> finished, CancellationToken stop)
    {
        var open = new ConcurrentQueue<Config>(configs);
        if (probe is not null && open.TryPeek(out var first)) Training.Rehearse(first, data, probe);
        Exception? fault = null;
        void Work()
        {
            try
            {
                while (!stop.IsCancellationRequested && fault is null && open.TryDequeue(out var config))
                {
                    begun();
                    finished(RunOne(config, data, probe, stop));
                    cores.Yield();
                }
            }
            catch (OperationCanceledException) { }
            catch (Exception e) { fault = e; }
        }
        // Each a thread of its own: a trial holds its core from start to end, and the tape is bound to its thread.
        var others = Enumerable.Range(1, Math.Min(cores.Count, open.Count) - 1)
            .Select(_ => new Thread(() => cores.Using(Work)) { IsBackground = true }).ToList();
        others.ForEach(worker => worker.Start());
        Work();
        if (others.Count > 0) cores.Lending(() => others.ForEach(worker => worker.Join()));
        if (fault is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        stop.ThrowIfCancellationRequested();
    }

    static Trial RunOne(Config config, Dataset data, Probe? probe, CancellationToken stop) =>
        Training.Run(config, data, probe, stop) with
        {
            Id = Fingerprint.OfTrial(config, data.Fingerprint), Code = Fingerprint.CodeWith(probe),
        };
}
