#nullable enable
// From trials to what is compared: groups, ranges of rates, best rates.
using Microsoft.Data.Analysis;

/// <summary>A number measured on each trial, by the name it has in tables.</summary>
public sealed record Measure(string Name, Func<Trial, double> Of)
{
    /// <summary>The number of a trial that ended well; −infinity, worse than any, of a lost one.</summary>
    public double OrLost(Trial trial) => IsOk(trial) ? Of(trial) : double.NegativeInfinity;
}

static readonly Measure ValidationAccuracy = new("validation_accuracy", trial => trial.ValidationAccuracy);
static readonly Measure TestAccuracy = new("test_accuracy", trial => trial.TestAccuracy);
static readonly Measure TrainLoss = new("train_loss", trial => trial.TrainLoss);
static readonly Measure TrainAccuracy = new("train_accuracy", trial => trial.TrainAccuracy);
/// <summary>The best over a training's measured steps; the latter where the probe measured train_accuracy.</summary>
static readonly Measure BestValidationAccuracy = new("best_validation_accuracy", trial => Best(trial,
    trial.ValidationAccuracy, point => point.ValidationAccuracy));
static readonly Measure BestTrainAccuracy = new("best_train_accuracy", trial => Best(trial, trial.TrainAccuracy,
    point => point.Own.GetValueOrDefault("train_accuracy", double.NaN)));
static double Best(Trial trial, double end, Func<CurvePoint, double> measured) =>
    trial.Curve.Select(measured).Where(double.IsFinite).DefaultIfEmpty(end).Max();
static readonly Measure Volatility = new("loss_volatility", trial => trial.LossVolatility);

/// <summary>The table of groups: one row for each different value of the columns, in the trials' order, with how many
/// trials ended how, and of each measure median, its interval and the interval's level, mean and standard deviation
/// over those that ended well; where some of these lack the measure (a target not reached), how many have it. What a
/// group does not have is NaN.</summary>
static DataFrame Summarize(this IEnumerable<Trial> trials, IReadOnlyList<string> by,
    params IReadOnlyList<Measure> measures)
{
    var columns = new Columns<Trial>([.. by]);
    var groups = trials.GroupBy(trial => string.Join('\n', columns.Texts(trial)))
        .Select(group => (Key: group.Key.Split('\n'), Trials: group.ToList())).ToList();
    DataFrameColumn Count(string name, Func<Trial, bool> which) =>
        new Int32DataFrameColumn(name, groups.Select(group => group.Trials.Count(which)));
    DataFrameColumn Key(string name, int i) =>
        groups.All(group => double.TryParse(group.Key[i], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            ? new DoubleDataFrameColumn(name,
                groups.Select(group => double.Parse(group.Key[i], NumberStyles.Float, CultureInfo.InvariantCulture)))
            : new StringDataFrameColumn(name, groups.Select(group => group.Key[i]));
    IEnumerable<DataFrameColumn> Spread(Measure measure)
    {
        var values = groups.Select(group =>
            group.Trials.Where(IsOk).Select(measure.Of).Where(double.IsFinite).ToArray()).ToList();
        var medians = values.Select(own => own.Length == 0 ? null : MedianInterval(own)).ToList();
        DataFrameColumn Column(string name, IEnumerable<double> numbers) =>
            new DoubleDataFrameColumn($"{measure.Name}{name}", numbers);
        if (values.Zip(groups).Any(pair => pair.First.Length < pair.Second.Trials.Count(IsOk)))
            yield return new Int32DataFrameColumn($"{measure.Name}_n", values.Select(own => own.Length));
        yield return Column("", medians.Select(median => median?.Estimate ?? double.NaN));
        yield return Column("_low", medians.Select(median => median?.Low ?? double.NaN));
        yield return Column("_high", medians.Select(median => median?.High ?? double.NaN));
        yield return Column("_level", medians.Select(median => median?.Level ?? double.NaN));
        yield return Column("_mean", values.Select(own => own.Length == 0 ? double.NaN : own.Average()));
        yield return Column("_sd", values.Select(StandardDeviation));
    }
    return new(
    [
        .. by.Select(Key), Count("n", _ => true), Count("ok", IsOk),
        Count("stuck", trial => trial.Status == Status.Stuck),
        Count("diverged", trial => trial.Status == Status.Diverged),
        Count("failed", trial => trial.Status == Status.Failed), .. measures.SelectMany(Spread),
    ]);
}

static bool IsOk(Trial trial) => trial.Status == Status.Ok;
/// <summary>A table with a row for each of the items; columns of words or numbers.</summary>
static DataFrame TableOf<T>(IReadOnlyList<T> rows, params IEnumerable<(string Name, Func<T, object> Of)> columns) =>
    new(columns.Select(column => rows.Select(column.Of).ToList() is var values && values.All(value => value is string)
        ? (DataFrameColumn)new StringDataFrameColumn(column.Name, values.Cast<string>())
        : values.All(value => value is int) ? new Int32DataFrameColumn(column.Name, values.Cast<int>())
        : new DoubleDataFrameColumn(column.Name, values.Select(Convert.ToDouble))));

static double LostShare(IEnumerable<Trial> trials) => trials.Average(trial => IsLost(trial) ? 1.0 : 0.0);
static bool IsLost(Trial trial) => trial.Status is Status.Stuck or Status.Diverged;

/// <summary>A seed's largest stable rate: going up from its best rate, the last before the first that diverges or is
/// stuck. (Going up from the smallest would end at once: rates too small to leave chance within the budget are stuck as
/// well.) NaN where it learns at none.</summary>
static double LargestStableRate(IEnumerable<Trial> trialsOfOneSeed)
{
    var trials = trialsOfOneSeed.OrderBy(trial => trial.Lr).ToList();
    return trials.Where(IsOk).MaxBy(trial => trial.ValidationAccuracy) is not { } best ? double.NaN
        : trials.SkipWhile(trial => trial.Lr < best.Lr).TakeWhile(IsOk).Last().Lr;
}

/// <summary>A seed's largest value of a swept number up to which training works at all: the last before the first that
/// is lost; 0 where none works.</summary>
static double LargestWorking(IEnumerable<Trial> trialsOfOneSeed, Func<Trial, double> swept) =>
    trialsOfOneSeed.OrderBy(swept).TakeWhile(IsOk).Select(swept).LastOrDefault();

/// <summary>The values of a swept number at which training works: around the best, the unbroken run whose median over
/// seeds (a lost seed counts as worst) is within `points` of the best median; the ends are interpolated in the number's
/// logarithm, and at the grid's end the range is what was tried. NaN where no value works.</summary>
/// <param name="trials">Of one arm, or of one seed of it.</param>
/// <param name="points">Share of 1: 0.02 is two points of accuracy.</param>
static (double Low, double High, double Best) UsableRange(this IEnumerable<Trial> trials, Func<Trial, double> swept,
    Measure measure, double points = 0.02)
{
    var medians = trials.GroupBy(swept).OrderBy(group => group.Key)
        .Select(group => (At: group.Key, Median: Median(group.Select(trial => IsOk(trial) ? measure.Of(trial) : 0))))
        .ToList();
    var best = medians.Index().MaxBy(pair => pair.Item.Median).Index;
    if (medians[best].Median == 0) return (double.NaN, double.NaN, double.NaN);
    var floor = medians[best].Median - points;
    double End(int direction)
    {
        var last = best;
        while (last + direction >= 0 && last + direction < medians.Count && medians[last + direction].Median >= floor)
            last += direction;
        var (inside, outside) = (medians[last], medians.ElementAtOrDefault(last + direction));
        if (outside.At == 0) return inside.At;
        var share = (inside.Median - floor) / (inside.Median - outside.Median);
        return inside.At * Math.Pow(outside.At / inside.At, share);
    }
    return (End(-1), End(+1), medians[best].At);
}

/// <summary>How many decades a usable range spans; 0 where nothing works.</summary>
static double Decades(this (double Low, double High, double Best) range) =>
    double.IsNaN(range.Low) ? 0 : Math.Log10(range.High / range.Low);

/// <summary>Steps to a target: the first measured step at or above it, interpolated in the logarithm of the step from
/// the measurement before. NaN where it is not reached: that is beyond the budget, which is no number of steps.
/// </summary>
static double StepsTo(double target, IEnumerable<(int Step, double Accuracy)> curve)
{
    (double Step, double Accuracy)? before = null;
    foreach (var (step, accuracy) in curve.Where(point => !double.IsNaN(point.Accuracy)).OrderBy(point => point.Step))
    {
        if (accuracy >= target)
            return before is not { } last ? step
                : last.Step * Math.Pow(step / last.Step, (target - last.Accuracy) / (accuracy - last.Accuracy));
        before = (step, accuracy);
    }
    return double.NaN;
}

/// <summary>A trial's steps to a validation accuracy, on the curve's fixed 2,000 images; NaN where it was not reached,
/// or the trial was lost after all.</summary>
static double StepsToTarget(Trial trial, double target) => !IsOk(trial) ? double.NaN
    : StepsTo(target, trial.Curve.Select(point => (point.Step, point.ValidationAccuracy)));

/// <summary>The trials of a cell: those that differ from it in learning rate, seed and role alone.</summary>
static IReadOnlyList<Trial> At(this IEnumerable<Trial> trials, Config cell)
{
    var wanted = cell.ToCell();
    return [.. trials.Where(trial => trial.ToCell() == wanted)];
}

/// <summary>The trials of a cell at its learning rate.</summary>
static IReadOnlyList<Trial> AtRate(this IEnumerable<Trial> trials, Config cell) =>
    [.. trials.At(cell).Where(trial => trial.Lr == cell.Lr)];

/// <summary>A number of each seed's trials in one group and the same seed's in another.</summary>
static IEnumerable<double> BySeed(this IReadOnlyList<Trial> first, IReadOnlyList<Trial> second,
    Func<IReadOnlyList<Trial>, IReadOnlyList<Trial>, double> of) =>
    from one in first.GroupBy(trial => trial.Seed)
    join other in second.GroupBy(trial => trial.Seed) on one.Key equals other.Key
    select of([.. one], [.. other]);

/// <summary>A measure of two arms, seed by seed, where both have it.</summary>
static IReadOnlyList<(double First, double Second)> Paired(this IEnumerable<Trial> trials, Norm first, Norm second,
    Func<Trial, double> measure) =>
[
    .. trials.Where(trial => trial.Norm == first)
        .Join(trials.Where(trial => trial.Norm == second), a => a.Seed, b => b.Seed, (a, b) => (measure(a), measure(b)))
        .Where(pair => double.IsFinite(pair.Item1) && double.IsFinite(pair.Item2)),
];

/// <summary>Standard deviation with n - 1; NaN for fewer than two values.</summary>
static double StandardDeviation(IReadOnlyCollection<double> values)
{
    if (values.Count < 2) return double.NaN;
    var mean = values.Average();
    return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
}
