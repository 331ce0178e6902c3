#load "../../lib/lab.csx"
#nullable enable
using System.Runtime;

// An experiment as its users write and start it, that says how far it has come and how many seconds the JIT has taken
// (run.sh --startup).
const string Question = "How long from Enter to the first trained step?";

static void Say(string milestone) => WriteLine($"{milestone} {JitInfo.GetCompilationTime().TotalSeconds}");

Say("loaded");
return Experiment(Args, Question, new([], [], "A single trial."), lab =>
{
    Say("options");
    // A grid is read when the plan is checked, and again when the data is there.
    IEnumerable<Config> Grid()
    {
        Say("data");
        yield return lab.Baseline with { Norm = Norm.Batch, TrainSize = 60, Epochs = 1 };
    }
    var probe = new Probe([], _ => [1], _ =>
    {
        Say("step");
        return [];
    });
    return from runs in Sweep(Grid(), probe)
           select new Report("One step", runs.Summarize(["norm"], ValidationAccuracy))
           {
               Figures = [AccuracyCurves("accuracy", "Accuracy", runs)],
           };
});
