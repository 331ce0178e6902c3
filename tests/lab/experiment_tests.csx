#nullable enable

Test("console: an experiment whose file's name is no folder's name is refused before it is described", () =>
{
    var console = Console.Error;
    foreach (var name in new[] { "..", ".", "probe.1", "" })
        try
        {
            var said = new StringWriter();
            Console.SetError(said);
            Experiment([], "q", new([], [], ""), _ => throw new UnreachableException(), $"/x/{name}.csx").ShouldBe(2);
            said.ToString().ShouldStartWith($"{name}.csx is no name for an experiment");
        }
        finally { Console.SetError(console); }
});
