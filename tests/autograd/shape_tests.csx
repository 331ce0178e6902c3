#nullable enable

Test("layers: shapes that do not broadcast are named", () =>
    Should.Throw<ArgumentException>(() => Tensor.Filled((2, 3), 1) + Tensor.Filled((2, 4), 1))
        .Message.ShouldBe("shapes (2, 3) and (2, 4) do not broadcast"));
