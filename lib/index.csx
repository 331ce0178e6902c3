#load "lab.csx"
#nullable enable
// What run-all.sh asks before and after the experiments. As arguments it takes what is asked, options, --, experiments.
//   check   are the options right, and is the data to be had?
//   write   DIR/index.html over all experiments that have results, these first and in this order
//   compare two folders of results, by these experiments or by all

var options = Args.Skip(1).TakeWhile(arg => arg != "--").ToList();
var names = Args.Skip(1 + options.Count + 1).ToList();

return Run(options, "index", "which experiments have been run, and what did they find?", lab =>
{
    if (Args[0] == "compare") SideBySide.Show(lab.Options.Out, lab.Options.Compare!, names);
    else if (Args[0] == "write")
    {
        Verdicts.ShowAll(IndexPage.Claims(lab.Options.Out));
        Terminal.Open(IndexPage.Write(lab.Options.Out, names));
    }
    else if (!lab.Options.ReportOnly) LoadDataset(lab.Options.Data);
});
