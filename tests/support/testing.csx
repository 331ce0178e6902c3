#r "nuget: Shouldly, 4.2.1"
#r "nuget: CsCheck, 5.0.1"
#nullable enable
// Tests are named blocks of code. The assertions are Shouldly's, random cases CsCheck's.
global using Shouldly;

public sealed class SkipException(string reason) : Exception(reason);

public static class Tests
{
    static readonly List<(string Name, Action Body)> all = [];

    public static void Add(string name, Action body) => all.Add((name, body));

    /// <summary>Runs the tests whose name contains the filter; prints a line each, failures whole, and the count.
    /// </summary>
    public static int Run(string filter)
    {
        var (passed, failed, skipped) = (0, 0, 0);
        foreach (var (name, body) in all.Where(test => test.Name.Contains(filter)))
            try
            {
                body();
                passed++;
                Out.WriteLine($"ok {name}");
            }
            catch (SkipException skip)
            {
                skipped++;
                Out.WriteLine($"skipped {name}: {skip.Message}");
            }
            catch (Exception e)
            {
                failed++;
                Out.WriteLine($"FAILED {name}: {e}");
            }
        Out.WriteLine($"{passed} passed, {failed} failed{(skipped > 0 ? $", {skipped} skipped" : "")}");
        return failed == 0 ? 0 : 1;
    }
}

static void Test(string name, Action body) => Tests.Add(name, body);

static void Skip(string reason) => throw new SkipException(reason);
