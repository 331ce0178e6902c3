#nullable enable

Test("cores: one that comes free goes to the first experiment that waits", () =>
{
    var first = new Cores(1);
    var second = first.Next();
    List<string> order = [];
    first.Take();
    Thread Waiting(string name, Cores cores)
    {
        var thread = new Thread(() => cores.Using(() => order.Add(name)));
        thread.Start();
        SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin));
        return thread;
    }
    // In the other order than they get it.
    Thread[] threads = [Waiting("second", second), Waiting("first", first)];
    order.ShouldBeEmpty();
    first.Give();
    foreach (var thread in threads) thread.Join();
    order.ShouldBe(["first", "second"]);
});

Test("cores: a later experiment yields to an earlier one, and not the other way round", () =>
{
    var first = new Cores(1);
    var second = first.Next();
    List<string> order = [];
    void While(Cores has, Cores waits)
    {
        has.Take();
        var other = new Thread(() => waits.Using(() => order.Add("waits")));
        other.Start();
        SpinWait.SpinUntil(() => other.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin));
        has.Yield();
        order.Add("has");
        has.Give();
        other.Join();
    }
    While(has: second, waits: first);
    order.ShouldBe(["waits", "has"]);
    order.Clear();
    While(has: first, waits: second);
    order.ShouldBe(["has", "waits"]);
});

Test("cores: one that is lent is had again", () =>
{
    var cores = new Cores(1);
    var taken = false;
    cores.Using(() => cores.Lending(() => cores.Using(() => taken = true)));
    taken.ShouldBeTrue();
});
