#nullable enable
// Many trials, side by side: one model per core, finished trials on disk at once, results in the grid's order.

public static class Runner
{
    /// <summary>Trains the configurations, at most `jobs` at a time, and hands over each trial as it ends, from the
    /// thread that ran it.</summary>
    /// <exception cref="OperationCanceledException">Stopped; trials in flight are given up.</exception>
    /// <exception cref="ProbeFault">The probe measured what is none of its columns.</exception>
    public static void Run(IEnumerable<Config> configs, Dataset data, Probe? probe, int jobs,
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
                    finished(RunOne(config, data, probe, stop));
            }
            catch (OperationCanceledException) { }
            catch (Exception e) { fault = e; }
        }
        // Threads of their own: a trial holds its core from start to end, and the tape is bound to its thread.
        var workers = Enumerable.Range(0, Math.Min(jobs, open.Count))
            .Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        if (fault is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        stop.ThrowIfCancellationRequested();
    }

    static Trial RunOne(Config config, Dataset data, Probe? probe, CancellationToken stop) =>
        Training.Run(config, data, probe, stop) with
        {
            Id = Fingerprint.OfTrial(config, data.Fingerprint), Code = Fingerprint.CodeWith(probe),
        };
}
