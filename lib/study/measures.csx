#nullable enable
// Numbers measured on trials, the table of groups, and trials paired by seed.
using Microsoft.Data.Analysis;

/// <summary>A number measured on each trial, by the name it has in tables.</summary>
public sealed record Measure(string Name, Func<Trial, double> Of)
{
    /// <summary>The number of a trial that ended well; −infinity, worse than any, of a lost one; NaN of one that
    /// failed, since an error of the program is no evidence against an arm.</summary>
    public double OrLost(Trial trial) => IsOk(trial) ? Of(trial)
        : IsLost(trial) ? double.NegativeInfinity : double.NaN;

    /// <summary>A column of curves.csv at the end of a training; NaN for a trial that was lost.</summary>
    public static Measure AtEnd(string column) => new(column, trial => trial.AtEnd(column));
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

/// <summary>Steps to validation accuracies: for 0.9 the measure steps_to_90.</summary>
static IEnumerable<Measure> StepsToTargets(params IReadOnlyList<double> targets) => targets.Select(target =>
    new Measure(string.Create(CultureInfo.InvariantCulture, $"steps_to_{100 * target:F0}"),
        trial => StepsToTarget(trial, target)));

/// <summary>A column of curves.csv at the end of a training; NaN for a trial that was lost.</summary>
static double AtEnd(this Trial trial, string column) => IsOk(trial) ? trial.Curve[^1].Own[column] : double.NaN;

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

static bool IsLost(Trial trial) => trial.Status is Status.Stuck or Status.Diverged;

/// <summary>Steps to a target: the first measured step at or above it, interpolated in the logarithm of the step from
/// the measurement before. NaN where it is not reached: that is beyond the budget, which is no number of steps.
/// </summary>
static double StepsTo(double target, IEnumerable<(int Step, double Accuracy)> curve) =>
    FirstCrossing(curve.Where(point => !double.IsNaN(point.Accuracy)).OrderBy(point => point.Step),
        point => point.Accuracy >= target) switch
    {
        null => double.NaN,
        (null, var at) => at.Step,
        ({ } last, var at) => last.Step * Math.Pow((double)at.Step / last.Step,
            (target - last.Accuracy) / (at.Accuracy - last.Accuracy)),
    };

/// <summary>Steps to a target of a column of curves.csv.</summary>
static double StepsTo(this Trial trial, double target, string column) =>
    StepsTo(target, trial.Curve.Select(point => (point.Step, point.Own[column])));

/// <summary>A trial's steps to a validation accuracy, by its curve; NaN where it was not reached,
/// or the trial was lost after all.</summary>
static double StepsToTarget(Trial trial, double target) => !IsOk(trial) ? double.NaN
    : StepsTo(target, trial.Curve.Select(point => (point.Step, point.ValidationAccuracy)));

/// <summary>The mean over a training's measurements of the logarithm (base 10) of a number; NaN where none is above 0.
/// </summary>
static double MeanLog(this Trial trial, Func<CurvePoint, double> of) => trial.Curve.Select(point =>
    Math.Log10(of(point))).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
