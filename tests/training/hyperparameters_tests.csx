#nullable enable

Test("fingerprint: every property of a configuration is a hyperparameter, or says where the trial belongs", () =>
    typeof(Config).GetProperties().Where(property => property.CanWrite).Select(property => Snake(property.Name))
        .Except(["experiment", "dataset", "seed", "role"]).ShouldBe(Hyperparameters.All, ignoreOrder: true));
