#load "workloads.csx"
#nullable enable
// A convnet in small batches, where a step has few images to spread its fixed costs over: how much of its images per
// CPU-second in the workload's own batches is left. One model, on this thread; sizes take turns, round after round.

public static class SmallBatches
{
    // Of images per CPU-second in the workload's own batches.
    const double Target = 0.7;

    /// <summary>Prints a line for each size, with BN and without.</summary>
    /// <param name="seconds">Of CPU, for each size in each round.</param>
    public static void Report(Workload workload, int rounds, double seconds, Action<object> write)
    {
        int[] sizes = [workload.Config.BatchSize, 8, 4, 2];
        var images = workload.Images();
        Out.WriteLine($"{workload.Name} in small batches: images per CPU-second, median over {rounds} rounds");
        foreach (var norm in new[] { Norm.Batch, Norm.None })
        {
            List<Job> jobs = [.. sizes.Select(size =>
                new Job(workload.Config with { Norm = norm, BatchSize = size }, images))];
            // All is compiled for good before anything is measured.
            jobs.ForEach(job => ImagesPerSecond(job, 1));
            var measured = Enumerable.Range(0, rounds).Select(_ => jobs.Select(job =>
                ImagesPerSecond(job, seconds)).ToList()).ToList();
            foreach (var (i, size) in sizes.Index())
            {
                var (own, share) = (Median(measured.Select(round => round[i])),
                    Median(measured.Select(round => round[i] / round[0])));
                write(new { Workload = workload.Name, Bn = norm == Norm.Batch ? 1 : 0, Batch = size,
                    ImagesPerCpuS = own, ShareOfLargest = share });
                Out.WriteLine($"  {(norm == Norm.Batch ? "with BN" : "without BN"),-11} batch {size,4} {own,8:F0}"
                    + (i == 0 ? "" : $" {share,6:P0} of batch {sizes[0]}, target {Target:P0} {
                        (share >= Target ? "reached" : "missed")}"));
            }
        }
    }

    static double ImagesPerSecond(Job job, double seconds)
    {
        var (begun, steps) = (Cpu.Seconds, 0);
        while (Cpu.Seconds - begun < seconds)
            for (var i = 0; i < 4; i++, steps++) job.Step();
        return steps * job.BatchSize / (Cpu.Seconds - begun);
    }
}
