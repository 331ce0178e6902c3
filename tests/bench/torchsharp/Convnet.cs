using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

/// <summary>The nets of peers.py, module by module, so that parameters come in the same order.</summary>
static class Convnet
{
    const int Classes = 10;

    /// <summary>He et al.'s normal weights, biases 0; kernels with channels last in memory, where wanted.</summary>
    public static Sequential Create(string workload, bool bn, bool nhwc)
    {
        var model = Sequential(workload switch
        {
            "W3" => LeNet(bn),
            "W5" => ResNet(8, bn),
            "W6" => Vgg(bn),
            "W7" => ResNet(20, bn),
            _ => throw new ArgumentException($"{workload} is not there for TorchSharp"),
        });
        random.manual_seed(2);
        using var constant = no_grad();
        foreach (var (name, p) in model.named_parameters())
            if (p.dim() > 1) init.normal_(p, 0, Math.Sqrt(2.0 / p[0].numel()));
            else if (name.EndsWith("bias")) init.zeros_(p);
        if (nhwc)
            foreach (var conv in model.modules().OfType<Conv2d>())
                conv.weight = new Parameter(ChannelsLast(conv.weight!).detach());
        return model;
    }

    /// <summary>The same (N, C, H, W), in memory as (N, H, W, C).</summary>
    public static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    static Module<Tensor, Tensor>[] LeNet(bool bn) =>
    [
        .. Conv(1, 6, bn, padding: 0), Relu(), AvgPool2d(2), .. Conv(6, 16, bn, padding: 0), Relu(), AvgPool2d(2),
        Flatten(), .. Dense(576, 120, bn), Relu(), .. Dense(120, 84, bn), Relu(), .. Dense(84, Classes, bn),
    ];

    static Module<Tensor, Tensor>[] ResNet(int depth, bool bn)
    {
        List<Module<Tensor, Tensor>> layers = [.. Conv(3, 16, bn), Relu()];
        var inputs = 16;
        foreach (var outputs in new[] { 16, 32, 64 })
            for (var i = 0; i < (depth - 2) / 6; i++, inputs = outputs) layers.Add(new Block(inputs, outputs, bn));
        return [.. layers, .. End()];
    }

    static Module<Tensor, Tensor>[] Vgg(bool bn)
    {
        Module<Tensor, Tensor>[] Pair(int inputs, int outputs) =>
            [.. Conv(inputs, outputs, bn), Relu(), .. Conv(outputs, outputs, bn), Relu()];
        return [.. Pair(3, 16), MaxPool2d(2), .. Pair(16, 32), MaxPool2d(2), .. Pair(32, 64), .. End()];
    }

    static Module<Tensor, Tensor>[] End() => [AdaptiveAvgPool2d(1), Flatten(), Linear(64, Classes)];

    static Module<Tensor, Tensor>[] Conv(int inputs, int outputs, bool bn, int kernel = 3, int stride = 1,
        int padding = 1)
    {
        var layer = Conv2d(inputs, outputs, kernel, stride, padding, bias: !bn);
        return bn ? [layer, BatchNorm2d(outputs)] : [layer];
    }

    static Module<Tensor, Tensor>[] Dense(int inputs, int outputs, bool bn)
    {
        var layer = Linear(inputs, outputs, hasBias: !bn);
        return bn ? [layer, BatchNorm1d(outputs)] : [layer];
    }

    static ReLU Relu() => ReLU(inplace: true);

    sealed class Block : Module<Tensor, Tensor>
    {
        readonly Sequential branch, shortcut;

        public Block(int inputs, int outputs, bool bn) : base("block")
        {
            var stride = inputs == outputs ? 1 : 2;
            branch = Sequential([.. Conv(inputs, outputs, bn, stride: stride), Relu(), .. Conv(outputs, outputs, bn)]);
            shortcut = Sequential(stride == 1 ? [] : Conv(inputs, outputs, bn, 1, stride, 0));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => branch.call(x).add_(shortcut.call(x)).relu_();
    }
}
