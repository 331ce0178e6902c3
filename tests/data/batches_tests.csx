#nullable enable

Test("data: batches have each example once, in an order that seed and epoch determine", () =>
{
    var order = Batches.Order(100, 1, 0);
    order.Order().ShouldBe(Enumerable.Range(0, 100));
    Batches.Order(100, 1, 0).ShouldBe(order);
    Batches.Order(100, 1, 1).ShouldNotBe(order);
    Batches.Order(100, 2, 0).ShouldNotBe(order);
});

Test("data: a batch is the pixels over 255 of the images asked for, with zeros around them, and their labels", () =>
{
    ImageSet set = new([.. Enumerable.Range(0, 3 * 6).Select(i => (byte)(10 * i))], [7, 8, 9], 2, 3);
    float[] Pixels(params int[] values) => [.. values.Select(value => value * (1f / 255))];
    Batches.Images(set, [2, 0]).ToArray().ShouldBe(Pixels(120, 130, 140, 150, 160, 170, 0, 10, 20, 30, 40, 50));
    Batches.Images(set, [1], padding: 1).ToArray()
        .ShouldBe(Pixels(0, 0, 0, 0, 0, 0, 60, 70, 80, 0, 0, 90, 100, 110, 0, 0, 0, 0, 0, 0));
    var labels = new byte[2];
    Batches.Labels(set, [2, 0], labels);
    labels.ShouldBe(new byte[] { 9, 7 });
});

Test("data: batches of few classes are of groups that each epoch draws, and hold each example once", () =>
{
    var random = new RandomStream(1, "labels");
    byte[] labels = [.. Enumerable.Range(0, 1_010).Select(_ => (byte)random.Below(10))];
    int[] Order(int epoch) => Batches.OrderByClasses(labels, 1_003, 20, 2, 1, epoch);
    var order = Order(0);
    order.Order().ShouldBe(Enumerable.Range(0, 1_003));
    Order(0).ShouldBe(order);
    byte[][] Classes(int epoch) => [.. Order(epoch).Chunk(20).Select(batch =>
        (byte[])[.. batch.Select(at => labels[at]).Distinct().Order()])];
    // At most so many mixed batches as there are groups, less one.
    Classes(0).Take(50).Count(classes => classes.Length > 2).ShouldBeLessThan(5);
    Classes(0)[..^1].Where(classes => classes.Length == 2).Select(classes => $"{classes[0]} {classes[1]}").Distinct()
        .Count().ShouldBe(5);
    Order(1).ShouldNotBe(order);
    // Neighbouring batches are of different groups more often than not.
    Classes(0).Zip(Classes(0).Skip(1), (a, b) => a.SequenceEqual(b)).Count(same => same).ShouldBeLessThan(25);
    // One class to a batch, and a last group that has fewer.
    Batches.OrderByClasses(labels, 1_003, 20, 1, 1, 0).Chunk(20).Count(batch =>
        batch.Select(at => labels[at]).Distinct().Count() > 1).ShouldBeLessThan(10);
    Batches.OrderByClasses(labels, 1_003, 20, 3, 1, 0).Order().ShouldBe(Enumerable.Range(0, 1_003));
});
