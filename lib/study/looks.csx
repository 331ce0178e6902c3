#nullable enable
// Seeds until it is decided: claims are judged at looks that are declared before, and a condition that a look leaves
// open gets more seeds for the next.

/// <summary>The numbers of paired seeds, from 1 on, at which claims are judged, the smallest first; one alone: a fixed
/// number of seeds.</summary>
public sealed record Looks(params IReadOnlyList<int> Counts)
{
    /// <summary>Of the interval of each look. At 98.1% of up to three and 98.5% of four, all intervals of one condition
    /// cover what they are of in 95% of studies or more, so the one at which it stops does, whatever makes it stop: a
    /// group sequential design (Pocock 1977) for t and order statistics, its coverage simulated in the tests.</summary>
    public double Level => Counts.Count switch { 1 => 0.95, <= 3 => 0.981, _ => 0.985 };

    /// <summary>The evaluation seeds of the first look.</summary>
    public IEnumerable<int> First => Enumerable.Range(1, Counts[0]);

    /// <summary>A judgement as it stands at these looks, each condition at the one to which the seeds of all its cells
    /// have come, at one of their rates or more.</summary>
    /// <param name="trials">Of cells that have every seed of their look, lost trials too; cells that are not among
    /// these do not count.</param>
    public Judgement At(Judgement judgement, IReadOnlyList<Trial> trials)
    {
        if (Counts.Count == 1) return judgement;
        var seeds = trials.GroupBy(AtItsRate).ToDictionary(cell => cell.Key,
            cell => cell.Select(trial => trial.Seed).Distinct().Count());
        int Reached(Effect effect) => Counts.Count(count => count <=
            effect.Cells.Where(seeds.ContainsKey).GroupBy(cell => cell.ToCell()).Select(rates =>
                rates.Max(cell => seeds[cell])).DefaultIfEmpty(0).Min());
        return judgement.With(effect =>
            effect.AtLevel(Level) with { Look = (Math.Max(1, Reached(effect)), Counts.Count) });
    }

    /// <summary>The cells, at their rates, of conditions that these decide.</summary>
    public static IEnumerable<Config> Decided(IEnumerable<Judgement> judged) =>
        from judgement in judged
        from effect in judgement.Effects
        where judgement.Claim.Region.Judge(effect.Interval) != Verdict.Open
        from cell in effect.Cells
        select cell;

    /// <summary>What is run next: the cells of each condition that is open, from the seeds of the next look.</summary>
    /// <param name="judged">At these looks.</param>
    /// <param name="cells">All that are run, at their rates.</param>
    /// <exception cref="ArgumentException">A condition does not say which cells it is of.</exception>
    public IEnumerable<Config> Next(IEnumerable<Judgement> judged, IEnumerable<Config> cells)
    {
        var open = (from judgement in judged
                    from effect in judgement.Effects
                    where judgement.Of(effect) == Verdict.Open && effect.Look?.Number < Counts.Count
                    select (judgement.Claim, Effect: effect, Seeds: Counts[effect.Look!.Value.Number])).ToList();
        if (open.FirstOrDefault(one => one.Effect.Cells.Count == 0 && one.Effect.Differences.Count > 0)
            is { Claim: { } claim } unknown)
            throw new ArgumentException($"the condition '{unknown.Effect.Condition}' of the claim {claim.Id} does not "
                + "say which cells it is of, so it cannot have more seeds: make its effect by Paired, BySeed or "
                + "EachSeed");
        return from cell in cells
               let counts = open.Where(one => one.Effect.Cells.Contains(cell.AtItsRate())).Select(one => one.Seeds)
               from seed in Enumerable.Range(1, counts.DefaultIfEmpty(0).Max())
               select cell with { Seed = seed };
    }
}
