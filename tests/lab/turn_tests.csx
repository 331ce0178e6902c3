#nullable enable

Test("console: what is said before its turn is kept until then, in order", () =>
{
    var (output, error, said) = (Console.Out, Console.Error, new StringWriter());
    try
    {
        SetOut(said);
        SetError(said);
        Turn.Install();
        Turn first = new(), second = new(first), third = new(second);
        void Say(Turn turn, string text, bool isOn)
        {
            var thread = new Thread(() =>
            {
                turn.Take();
                Turn.IsOn.ShouldBe(isOn);
                Console.Out.Write(text);
                Error.Write(text.ToUpperInvariant());
            });
            thread.Start();
            thread.Join();
        }
        Say(third, "c", isOn: false);
        Say(second, "b", isOn: false);
        Say(first, "a", isOn: true);
        Console.Out.Write("-");
        $"{said}".ShouldBe("aA-");
        // What is over before its turn leaves it to the next at once.
        second.End();
        $"{said}".ShouldBe("aA-");
        first.End();
        $"{said}".ShouldBe("aA-bBcC");
        Say(third, "d", isOn: true);
        $"{said}".ShouldBe("aA-bBcCdD");
    }
    finally
    {
        SetOut(output);
        SetError(error);
    }
});

Test("console: an output that cannot be written ends no turn", () =>
{
    if (!File.Exists("/dev/full")) Skip("no /dev/full here");
    var output = Console.Out;
    try
    {
        SetOut(new StreamWriter("/dev/full") { AutoFlush = true });
        Turn.Install();
        Turn first = new(), second = new(first);
        var thread = new Thread(() =>
        {
            second.Take();
            Console.Out.Write("kept");
            first.End();
            Turn.IsOn.ShouldBeTrue();
            Should.Throw<IOException>(() => Console.Out.Write("said"));
        });
        thread.Start();
        thread.Join();
    }
    finally { SetOut(output); }
});
