#nullable enable
// Where a series of measurements crosses a level.

/// <summary>The first point of a series that is beyond a level, and the point before it, between which the crossing is
/// interpolated. Before is null where the first point is beyond the level already; the result is null where no point
/// is.</summary>
static (T? Before, T At)? FirstCrossing<T>(IEnumerable<T> points, Func<T, bool> isBeyond) where T : struct
{
    T? before = null;
    foreach (var point in points)
    {
        if (isBeyond(point)) return (before, point);
        before = point;
    }
    return null;
}
