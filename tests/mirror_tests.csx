#nullable enable
// tests/ mirrors lib/: the tests of lib/ROOM/FILE.csx stand in tests/ROOM/FILE_tests.csx, or where HeldBy says. What
// tests several rooms together stands in tests/ itself, what tests share in tests/support.
using System.Runtime.CompilerServices;

public static class Mirror
{
    /// <summary>Files of lib/ that have nothing to test by themselves: records, and a style sheet.</summary>
    public static IReadOnlyList<string> Untested { get; } =
        ["plot/shapes.csx", "report/page.csx", "report/style.csx"];

    /// <summary>Files of lib/ that are tested with others, and the files in tests/ where these tests stand.</summary>
    public static IReadOnlyDictionary<string, string[]> HeldBy { get; } = new Dictionary<string, string[]>
    {
        // Parts of a loop, which only run as part of it.
        ["numerics/pixel_layout.csx"] = ["numerics/image_convolution_tests.csx"],
        ["numerics/convolution_sizes.csx"] = ["numerics/image_convolution_tests.csx"],
        ["numerics/block_product.csx"] = ["numerics/image_convolution_tests.csx"],
        ["numerics/direct_convolution.csx"] = ["numerics/image_convolution_tests.csx"],
        ["numerics/pixel_loops.csx"] = ["autograd/pixels_tests.csx"],
        ["numerics/channel_moments.csx"] = ["numerics/normalize_tests.csx", "nn/normalization_tests.csx"],
        ["numerics/sliding_product.csx"] = ["numerics/image_convolution_tests.csx"],
        ["numerics/pooled_relu.csx"] = ["autograd/pixels_tests.csx"],
        ["numerics/winograd_kernels.csx"] = ["numerics/image_convolution_tests.csx"],
        ["numerics/winograd.csx"] = ["numerics/image_convolution_tests.csx"],
        ["numerics/double_vector.csx"] = ["numerics/normalize_tests.csx", "numerics/channels_tests.csx"],
        ["numerics/normalization_sets.csx"] = ["numerics/normalize_tests.csx", "nn/normalization_tests.csx"],
        ["numerics/normalize_columns.csx"] = ["numerics/normalize_tests.csx", "nn/normalization_tests.csx"],
        ["numerics/epilogue.csx"] = ["numerics/gemm_tests.csx", "nn/optimizers_tests.csx"],
        ["numerics/gemm_transposed.csx"] = ["numerics/gemm_tests.csx"],
        ["numerics/simd.csx"] = ["numerics/gemm_tests.csx", "numerics/elementwise_tests.csx"],
        ["numerics/vector_width.csx"] = ["numerics/image_convolution_tests.csx", "run.sh"],
        ["autograd/pooled_pixels.csx"] = ["autograd/pixels_tests.csx"],
        ["autograd/image_moments.csx"] = ["numerics/normalize_tests.csx", "nn/normalization_tests.csx"],
        ["autograd/moments.csx"] = ["numerics/normalize_tests.csx"],
        // Parts of a measurement, a figure or a report.
        ["training/trial.csx"] = ["training/divergence_tests.csx"],
        ["probes/accuracy.csx"] = ["training/probe_tests.csx"],
        ["probes/gradients.csx"] = ["training/snapshot_tests.csx", "probes/undoing_tests.csx"],
        ["probes/landscape.csx"] = ["probes/shift_tests.csx", "golden_tests.csx"],
        ["plot/lanes.csx"] = ["plot/bands_tests.csx"],
        ["plot/marks.csx"] = ["plot/bands_tests.csx", "plot/curves_tests.csx"],
        ["plot/svg.csx"] = ["plot/picture_tests.csx"],
        ["report/report.csx"] = ["lab/execution_tests.csx"],
        ["data/archives.csx"] = ["data/datasets_tests.csx"],
        ["data/downloads.csx"] = ["data/datasets_tests.csx", "data/cifar_tests.csx"],
        ["data/places.csx"] = ["data/datasets_tests.csx"],
        ["data/load.csx"] = ["data/datasets_tests.csx", "data/own_data_tests.csx"],
        ["data/augmentation.csx"] = ["data/images_tests.csx"],
        ["report/tuning_figures.csx"] = ["study/comparison_tests.csx", "cli/results.sh"],
        ["report/trial_figures.csx"] = ["lab/execution_tests.csx", "report/slices_tests.csx"],
        // What experiments are described with: each experiment is run, and its pages are opened in a browser.
        ["study/standard_nets.csx"] = ["cli/results.sh"],
        ["report/probe_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/rate_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/scale_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/gap_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/dropout_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/edge_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/depth_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/signal_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/branch_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/robustness_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/effective_rate_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/inference_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/undoing_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/masked_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/shift_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/landscape_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
        ["report/epoch_figures.csx"] = ["cli/results.sh", "browser_tests.csx"],
    };

    /// <summary>Files without their tests, tests without their file or that tests/all.csx does not load, and lines of
    /// the tables that are wrong.</summary>
    public static IEnumerable<string> Offences(string project, IReadOnlyList<string> untested,
        IReadOnlyDictionary<string, string[]> heldBy)
    {
        var files = InFolders(Path.Combine(project, "lib"), ".csx");
        var tested = InFolders(Path.Combine(project, "tests"), "_tests.csx");
        var loads = File.ReadAllLines(Path.Combine(project, "tests", "all.csx"));
        List<string> listed = [.. untested.Concat(heldBy.Keys).Select(file => file[..^".csx".Length])];
        return
        [
            .. files.Except(tested).Except(listed).Select(name => $"lib/{name}.csx has no tests/{name}_tests.csx"),
            .. tested.Except(files).Select(name => $"tests/{name}_tests.csx has no lib/{name}.csx"),
            .. tested.Where(name => !loads.Contains($"#load \"{name}_tests.csx\"")).Select(name =>
                $"tests/all.csx does not load {name}_tests.csx"),
            .. listed.Where(name => !files.Contains(name)).Select(name => $"lib/{name}.csx is listed, but not there"),
            .. listed.Where(tested.Contains).Select(name => $"lib/{name}.csx is listed, but has tests of its own"),
            .. heldBy.SelectMany(one => one.Value).Distinct().Where(test =>
                !File.Exists(Path.Combine(project, "tests", test))).Select(test => $"there is no tests/{test}"),
        ];
    }

    public static string Project([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, ".."));

    // room/file, without the end; what stands in the root itself belongs to no room.
    static List<string> InFolders(string root, string end) =>
    [
        .. Directory.GetFiles(root, "*" + end, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path)[..^end.Length])
            .Where(name => name.Contains('/')).Order(StringComparer.Ordinal),
    ];
}

Test("house: tests/ mirrors lib/", () =>
    ShouldBeNone(Mirror.Offences(Mirror.Project(), Mirror.Untested, Mirror.HeldBy)));

Test("house: tests that do not mirror lib/ are found", () =>
{
    var project = Directory.CreateTempSubdirectory("mirror").FullName;
    try
    {
        foreach (var file in new[] { "lib/lab.csx", "lib/a/tested.csx", "lib/a/untested.csx", "lib/a/held.csx",
            "lib/a/forgotten.csx", "tests/all.csx", "tests/golden_tests.csx", "tests/a/tested_tests.csx",
            "tests/a/gone_tests.csx" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(project, file))!);
            File.WriteAllText(Path.Combine(project, file), "");
        }
        File.WriteAllText(Path.Combine(project, "tests/all.csx"), "#load \"a/tested_tests.csx\"\n");
        Mirror.Offences(project, ["a/untested.csx", "a/tested.csx", "a/old.csx"], new Dictionary<string, string[]>
        {
            ["a/held.csx"] = ["golden_tests.csx", "a/renamed_tests.csx"],
        }).ShouldBe([
            "lib/a/forgotten.csx has no tests/a/forgotten_tests.csx", "tests/a/gone_tests.csx has no lib/a/gone.csx",
            "tests/all.csx does not load a/gone_tests.csx", "lib/a/old.csx is listed, but not there",
            "lib/a/tested.csx is listed, but has tests of its own", "there is no tests/a/renamed_tests.csx"]);
    }
    finally { Directory.Delete(project, recursive: true); }
});
