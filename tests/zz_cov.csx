#load "testing.csx"
#load "reference.csx"
#load "properties.csx"
#load "initialization_tests.csx"
#load "optimizer_tests.csx"
#load "coverage_tests.csx"
#nullable enable
return Tests.Run(Args.FirstOrDefault() ?? "");
