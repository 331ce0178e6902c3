#load "../../lib/lab.csx"
#nullable enable
// An experiment as its users write and start it, that says when its first step is trained (run.sh --startup).
const string Question = "How long from Enter to the first trained step?";

return Run(Args, "first_step", Question, lab =>
{
    var said = new Probe([], _ => [1], _ =>
    {
        WriteLine("first step");
        return [];
    });
    lab.Sweep([lab.Baseline with { Norm = Norm.Batch, TrainSize = 60, Epochs = 1 }], said);
});
