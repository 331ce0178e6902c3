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
