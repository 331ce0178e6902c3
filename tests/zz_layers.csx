#load "testing.csx"
#load "reference.csx"
#load "properties.csx"
#load "layers_tests.csx"
#load "optimizer_tests.csx"
#nullable enable

return Tests.Run(Args.FirstOrDefault() ?? "");
