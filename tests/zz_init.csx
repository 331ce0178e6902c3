#load "testing.csx"
#load "reference.csx"
#load "properties.csx"
#load "initialization_tests.csx"
#nullable enable
if (Args.Contains("growth")) { var sw = Stopwatch.StartNew();
  foreach (var (b, r) in new[]{(8,true),(32,true),(128,true),(8,false),(32,false)}) WriteLine($"{b} {r} {Growth.Of(b,r):0.0000} {sw.Elapsed.TotalSeconds:0.0}s"); return 0; }
return Tests.Run(Args.FirstOrDefault() ?? "");
