#load "testing.csx"
#load "reference.csx"
#load "gemm_tests.csx"
#load "ops_tests.csx"
#load "golden_tests.csx"
#load "properties.csx"
#load "normalizer_tests.csx"
#load "edge_tests.csx"
#load "layers_tests.csx"
#load "initialization_tests.csx"
#load "optimizer_tests.csx"
#load "coverage_tests.csx"
#load "data_tests.csx"
#load "statistics_tests.csx"
#load "study_tests.csx"
#load "report_tests.csx"
#nullable enable

return Tests.Run(Args.FirstOrDefault() ?? "");
