#load "testing.csx"
#load "reference.csx"
#load "ops_tests.csx"
#load "golden_tests.csx"
#nullable enable

return Tests.Run(Args.FirstOrDefault() ?? "");
