#load "testing.csx"
#load "reference.csx"
#load "gemm_tests.csx"
#load "ops_tests.csx"
#load "golden_tests.csx"
#load "data_tests.csx"
#load "statistics_tests.csx"
#nullable enable

return Tests.Run(Args.FirstOrDefault() ?? "");
