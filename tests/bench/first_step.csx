#load "../../lib/lab.csx"
#nullable enable
using System.Runtime;

// An experiment as its users write and start it, that says how far it has come and how many seconds the JIT has taken
// (run.sh --startup).
const string Question = "How long from Enter to the first trained step?";

static void Say(string milestone) => WriteLine($"{milestone} {JitInfo.GetCompilationTime().TotalSeconds}");

Say("loaded");
return Run(Args, "first_step", Question, lab =>
{
    Say("options");
    var said = new Probe([], _ =>
    {
        // Asked for when the data is there and training begins.
        Say("data");
        return [1];
    }, _ =>
    {
        Say("step");
        return [];
    });
    lab.Sweep([lab.Baseline with { Norm = Norm.Batch, TrainSize = 60, Epochs = 1 }], said);
});
