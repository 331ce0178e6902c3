#load "lab.csx"
#nullable enable
// What run-all.sh asks before and after the experiments. As arguments it takes what is asked, options, --, and then:
//   check    experiments: do they exist, are the options right, and is the data to be had?
//   write    experiments and their questions, in turn: DIR/index.html over those that have results, in this order
//   compare  experiments: two folders of results, by these experiments or by all

var options = Args.Skip(1).TakeWhile(arg => arg != "--").ToList();
var words = Args.Skip(1 + options.Count + 1).ToList();

return RunCommand(options, "index", "which experiments have been run, and what did they find?", (_, asked, _) =>
{
    if (Args[0] == "compare") DifferencesView.Show(asked.Out, asked.Compare!, words);
    else if (Args[0] == "write")
    {
        ClaimsTable.ShowAll(IndexPage.Claims(asked.Out));
        Terminal.Open(IndexPage.Write(asked.Out, new OrderedDictionary<string, string>(
            words.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], pair[1])))));
    }
    else
    {
        ExperimentFiles.Check(words);
        if (!asked.ReportOnly) LoadDataset(asked.Data);
    }
    return 0;
});
