#load "testing.csx"
#load "reference.csx"
#load "properties.csx"
#load "normalizer_tests.csx"
#load "edge_tests.csx"
#nullable enable

return Tests.Run(Args.FirstOrDefault() ?? "");
