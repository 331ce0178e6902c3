"""Records the golden values of convnets: strides, normalization methods, residual nets and VGGs.

The same kind of reference as record.py, whose helpers it uses: everything is computed by PyTorch, and shares no code
with lib/. A net is written as a function that asks `Net` for each layer in turn. Layers are numbered by kind in that
order, so that parameters have the names that they have in the lab.

    python3 record_convnets.py [folder]        writes convnets.json (schema: README.md)
"""
import math
import os
import sys

from record import EPS, MOMENTUM, exact_unit, generator, normal, per_channel, quantize, seed_norm, write

import torch
import torch.nn.functional as F

GHOST = 16


# ---- a net, layer by layer -------------------------------------------------------------------------------------------

class Net:
    """Parameters p and buffers b by name, made at their first use; `arm` says what stands around the weights."""

    def __init__(self, arm, dtype, start=None, limits=(1.0, 0.0), groups=None):
        self.arm, self.dtype, self.limits, self.groups = arm, dtype, limits, groups
        self.p, self.b, self.start = {}, {}, start
        self.counts = {}

    def forward(self, function, x, training=True):
        self.counts, self.training = {}, training
        return function(self, x)

    def next(self, kind):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{kind}{self.counts[kind]}"

    def parameter(self, name, make):
        if name not in self.p:
            value = make() if self.start is None else self.start(name, make)
            self.p[name] = value.to(self.dtype).requires_grad_()
        return self.p[name]

    def vector(self, name, channels, mean=0.0):
        return self.parameter(name, lambda: normal(generator(name), channels, mean=mean, deviation=0.25))

    def weight(self, name, shape, fan_in):
        deviation = math.sqrt(2 / fan_in)
        return self.parameter(name, lambda: normal(generator(f"{name} {shape}"), *shape, deviation=deviation,
                                                   grain=256))

    def effective(self, name, w, first):
        """Weights as used; outputs are rows of kernels and columns of matrices."""
        axes = (1, 2, 3) if w.dim() == 4 else (0,)
        outputs = w.shape[0] if w.dim() == 4 else w.shape[1]
        shape = (-1, 1, 1, 1) if w.dim() == 4 else (1, -1)
        fan_in = w.numel() // outputs
        if self.arm in ("weight_norm", "batch_mean_weight_norm"):
            gain = self.vector(name + ".gain", outputs, mean=1.0)
            return w * gain.reshape(shape) / w.pow(2).sum(axes, keepdim=True).sqrt()
        if self.arm == "weight_std":
            centred = w - w.mean(axes, keepdim=True)
            return centred / (centred.pow(2).mean(axes, keepdim=True) + EPS).sqrt()
        if self.arm == "scaled_weight_std":
            gain = self.vector(name + ".gain", outputs, mean=1.0)
            centred = w - w.mean(axes, keepdim=True)
            gamma = 1.0 if first else math.sqrt(2 / (1 - 1 / math.pi))
            return (centred * torch.rsqrt(fan_in * centred.pow(2).mean(axes, keepdim=True) + 1e-4) * gamma
                    * gain.reshape(shape))
        return w

    @property
    def normalizes(self):
        return self.arm not in ("none", "weight_norm", "scaled_weight_std", "skip_init")

    def before(self, x):
        return x + self.vector(self.next("shift") + ".shift", 1) if self.arm == "fixup" else x

    def conv(self, x, outputs, size, stride=1, first=False, padding=None, bias=None):
        x, name = self.before(x), self.next("conv")
        w = self.weight(name + ".weight", (outputs, x.shape[1], size, size), x.shape[1] * size * size)
        bias = not self.normalizes if bias is None else bias
        b = self.vector(name + ".bias", outputs) if bias else None
        return F.conv2d(x, self.effective(name, w, first), b, stride=stride,
                        padding=size // 2 if padding is None else padding)

    def classifier(self, x, classes):
        x, name = self.before(x), self.next("linear")
        w = self.weight(name + ".weight", (x.shape[1], classes), x.shape[1])
        return x @ w + self.vector(name + ".bias", classes)

    def branch_end(self, x):
        if self.arm in ("skip_init", "scaled_weight_std", "fixup"):
            return x * self.vector(self.next("scale") + ".scale", 1, mean=0.5)
        return x

    def norm(self, x):
        if self.arm == "fixup":
            return x + self.vector(self.next("shift") + ".shift", 1)
        if not self.normalizes:
            return x
        name, c = self.next("norm"), x.shape[1]
        own = {}
        if self.arm != "seed" and not self.arm.startswith("batch_mean"):
            own["gamma"] = self.vector(name + ".gamma", c, mean=1.0)
        own["beta"] = self.vector(name + ".beta", c)
        gamma, beta = own.get("gamma"), own.get("beta")
        if self.arm == "seed":
            return seed_norm(x, own)
        if self.arm in ("batch", "ghost", "renorm") or self.arm.startswith("batch_"):
            mean = self.b.setdefault(name + ".running_mean", torch.zeros(c, dtype=self.dtype))
            var = self.b.setdefault(name + ".running_var", torch.ones(c, dtype=self.dtype))
            if self.arm == "renorm" and self.training:
                return renorm(x, gamma, beta, mean, var, self.limits)
            if self.arm.startswith("batch_"):
                return half(x, gamma, beta, mean, var, self.training)
            parts = x.split(GHOST) if self.arm == "ghost" and self.training else [x]
            return torch.cat([F.batch_norm(part, mean, var, gamma, beta, self.training, MOMENTUM, EPS)
                              for part in parts])
        if self.arm == "rms":
            axes = tuple(range(1, x.dim()))
            return (x / (x.pow(2).mean(axes, keepdim=True) + EPS).sqrt() * per_channel(gamma, x)
                    + per_channel(beta, x))
        groups = {"layer": 1, "instance": c}.get(self.arm, self.groups or max(1, min(32, c // 4)))
        return F.group_norm(x, groups, gamma, beta, EPS)

    def activated(self, x):
        return torch.relu(self.norm(x))


def half(x, gamma, beta, mean, var, training):
    """Half of BN: without gamma centring alone (Salimans and Kingma 2016), with it scaling alone, by root mean square."""
    axes = [0, *range(2, x.dim())]
    m, square = x.mean(axes), x.pow(2).mean(axes)
    if training:
        with torch.no_grad():
            mean.mul_(1 - MOMENTUM).add_(m if gamma is None else torch.zeros_like(m), alpha=MOMENTUM)
            var.mul_(1 - MOMENTUM).add_(x.var(axes) if gamma is None else square, alpha=MOMENTUM)
    else:
        m, square = mean, var
    if gamma is None:
        return x - per_channel(m, x) + per_channel(beta, x)
    return x / per_channel((square + EPS).sqrt(), x) * per_channel(gamma, x) + per_channel(beta, x)


def renorm(x, gamma, beta, mean, var, limits):
    """Ioffe 2017, algorithm 1. The running statistics are updated after r and d are taken from them."""
    r_max, d_max = limits
    axes = [0, *range(2, x.dim())]
    m, v = x.mean(axes), x.var(axes, unbiased=False)
    with torch.no_grad():
        deviation = (var + EPS).sqrt()
        r = ((v + EPS).sqrt() / deviation).clamp(1 / r_max, r_max)
        d = ((m - mean) / deviation).clamp(-d_max, d_max)
        count = x.numel() // x.shape[1]
        mean.mul_(1 - MOMENTUM).add_(m, alpha=MOMENTUM)
        var.mul_(1 - MOMENTUM).add_(v * count / (count - 1), alpha=MOMENTUM)
    normalized = (x - per_channel(m, x)) / per_channel((v + EPS).sqrt(), x)
    return (normalized * per_channel(r, x) + per_channel(d, x)) * per_channel(gamma, x) + per_channel(beta, x)


# ---- nets -----------------------------------------------------------------------------------------------------------

def resnet(depth, width, classes):
    """He et al. 2016: post-activation, projections where the shape changes."""
    def function(net, x):
        x = net.activated(net.conv(x, width, 3, first=True))
        for stage in range(3):
            for i in range((depth - 2) // 6):
                c = width << stage
                changes = x.shape[1] != c
                y = net.activated(net.conv(x, c, 3, stride=2 if changes else 1))
                y = net.branch_end(net.norm(net.conv(y, c, 3)))
                x = torch.relu(y + (net.norm(net.conv(x, c, 1, stride=2)) if changes else x))
        return net.classifier(x.mean((2, 3)), classes)
    return function


def preact_resnet(depth, width, classes):
    """He et al. 2016b."""
    def function(net, x):
        x = net.conv(x, width, 3, first=True)
        for stage in range(3):
            for i in range((depth - 2) // 6):
                c = width << stage
                changes = x.shape[1] != c
                a = net.activated(x)
                y = net.activated(net.conv(a, c, 3, stride=2 if changes else 1))
                y = net.branch_end(net.conv(y, c, 3))
                x = y + (net.conv(a, c, 1, stride=2) if changes else x)
        return net.classifier(net.activated(x).mean((2, 3)), classes)
    return function


def vgg(convolutions, width, classes):
    def function(net, x):
        for i in range(convolutions):
            if i > 0 and i % 2 == 0:
                x = F.max_pool2d(x, 2)
            x = net.activated(net.conv(x, width << min(i // 2, 3), 3, first=i == 0))
        return net.classifier(x.mean((2, 3)), classes)
    return function


NETS = {"resnet": resnet, "preact_resnet": preact_resnet, "vgg": vgg}
ARMS = ["none", "batch", "seed", "layer", "group", "instance", "ghost", "renorm", "rms", "weight_norm", "weight_std",
        "scaled_weight_std"]
BRANCHED = ["skip_init", "fixup"]

# At which PyTorch's own float and double stay together for 50 steps, to 1e-6 of the loss. At higher ones rounding alone
# drives them apart (group at 0.02: 7e-3), and a comparison would test luck.
RATES = {"none": 0.005, "batch": 0.005, "group": 0.003}


# ---- cases ----------------------------------------------------------------------------------------------------------

def snapshot(tensors):
    return {name: value.detach().clone() for name, value in tensors.items()}


def step(net, function, x, upstream, training=True):
    x = x.to(net.dtype).requires_grad_()
    y = net.forward(function, x, training)
    gradients = torch.autograd.grad(y, [x, *net.p.values()], upstream.to(net.dtype), allow_unused=True)
    return {"output": y.detach(), "input_gradient": gradients[0],
            "parameter_gradients": {k: g for k, g in zip(net.p, gradients[1:]) if g is not None}}


def layer_case(name, function, shape, arm="none", steps=1, **config):
    """Forward and backward of a layer or net. With more steps, inputs and running statistics move between them."""
    xs = [normal(generator(f"{name}/input{i}"), *shape, mean=0.25 * i, deviation=1 + 0.25 * i) for i in range(steps)]
    options = {key: config[key] for key in ("limits", "groups") if key in config}
    probe = Net(arm, torch.float32, **options)
    upstream = normal(generator(name + "/upstream"), *probe.forward(function, xs[0].clone()).shape)
    net = Net(arm, torch.float64, **options)
    result = step(net, function, xs[0], upstream)
    # Weights of nets are the same in all arms, and stand apart.
    start = {k: v.detach().float() for k, v in net.p.items() if "model" not in config or not k.endswith(".weight")}
    for x in xs[1:-1]:
        net.forward(function, x.double())
    if steps > 1:
        result["last"] = step(net, function, xs[-1], upstream)
        result["buffers"] = snapshot(net.b)
        result["evaluation"] = net.forward(function, xs[0].double(), training=False).detach()
    else:
        result["buffers"] = snapshot(net.b)
    return {"name": name, "norm": arm, "config": config, "parameters": start, "inputs": xs, "upstream": upstream,
            "double_to_7_digits": result}


def layer_cases():
    cases = []

    def conv(name, shape, outputs, size, stride, padding, bias=True):
        function = lambda net, x: net.conv(x, outputs, size, stride, padding=padding, bias=bias)
        cases.append(layer_case(name, function, shape,
                                layer="conv2d", outputs=outputs, size=size, stride=stride, padding=padding, bias=bias))

    conv("conv2d_1x1", (2, 5, 4, 3), 6, 1, 1, 0)
    conv("conv2d_1x1_stride_2_odd", (2, 5, 7, 5), 3, 1, 2, 0, bias=False)
    conv("conv2d_3x3_stride_2", (2, 3, 8, 6), 4, 3, 2, 1)
    conv("conv2d_3x3_stride_2_odd", (2, 3, 7, 9), 4, 3, 2, 1)
    conv("conv2d_3x3_stride_2_one_image", (1, 16, 9, 6), 20, 3, 2, 1, bias=False)
    conv("conv2d_3x3_stride_3", (2, 2, 8, 10), 3, 3, 3, 1)
    conv("conv2d_5x5", (2, 2, 6, 7), 3, 5, 1, 2)
    conv("conv2d_5x5_stride_2_odd", (1, 3, 9, 7), 4, 5, 2, 2)
    conv("conv2d_3x3_16_to_16", (2, 16, 6, 8), 16, 3, 1, 1, bias=False)
    conv("conv2d_3x3_16_to_16_odd", (3, 16, 5, 7), 16, 3, 1, 1)
    conv("conv2d_3x3_20_to_24", (2, 20, 5, 4), 24, 3, 1, 1)
    conv("conv2d_3x3_one_pixel", (3, 4, 1, 1), 5, 3, 1, 1)

    for arm in ("rms", "renorm", "batch_mean", "batch_rms"):
        limits = {"limits": [1.5, 0.5]} if arm == "renorm" else {}
        for suffix, shape in (("nc", (6, 5)), ("ncl", (4, 3, 6)), ("nchw", (3, 4, 3, 5)), ("one_image", (1, 4, 3, 3))):
            cases.append(layer_case(f"{arm}_{suffix}", lambda net, x: net.norm(x), shape, arm, layer="norm",
                                    steps=1 if arm == "rms" else 4, **limits))
    for arm in ("weight_norm", "weight_std", "scaled_weight_std", "batch_mean_weight_norm"):
        cases.append(layer_case(f"{arm}_conv", lambda net, x: net.norm(net.conv(x, 8, 3)), (2, 3, 5, 4), arm,
                                layer="conv_norm", outputs=8, groups=2))
        cases.append(layer_case(f"{arm}_linear", lambda net, x: dense_norm(net, x, 8), (4, 7), arm,
                                layer="linear_norm", outputs=8, groups=2))
    return cases


def dense_norm(net, x, outputs):
    name = net.next("linear")
    w = net.effective(name, net.weight(name + ".weight", (x.shape[1], outputs), x.shape[1]), False)
    y = x @ w
    return net.norm(y if net.normalizes else y + net.vector(name + ".bias", outputs))


def net_cases():
    """The cases, and the weights that all arms of a net share."""
    cases, weights = [], {}
    preact = ["none", "batch", "weight_std"] + BRANCHED
    for model, depth, arms in (("resnet", 8, ARMS + BRANCHED), ("preact_resnet", 8, preact), ("vgg", 6, ARMS)):
        # Odd sizes; VGG's last images have several pixels, so that instance normalization has a variance to go by.
        function, shape = NETS[model](depth, 3, 3), (3, 3, 13, 11) if model == "vgg" else (3, 3, 9, 7)
        plain = Net("none", torch.float32)
        plain.forward(function, torch.zeros(shape))
        weights[f"{model} 3"] = {k: v.detach() for k, v in plain.p.items() if k.endswith("weight")}
        for arm in arms:
            limits = {"limits": [1.5, 0.5]} if arm == "renorm" else {}
            cases.append(layer_case(f"{model}_{arm}", function, (18, *shape[1:]) if arm == "ghost" else shape, arm,
                                    model=model, depth=depth, width=3, classes=3, **limits))
    return cases, weights


def trajectory(model, depth, arm, data, rate, steps=50, batch=16):
    """SGD with momentum 0.9 from weights that all arms share; gamma starts at 1, beta and biases at 0."""
    images, labels = data
    function = NETS[model](depth, 8, 5)

    def start(name, make):
        kind = name.split(".")[-1]
        return make() if kind == "weight" else torch.full_like(make(), 1.0 if kind == "gamma" else 0.0)

    def run(dtype):
        net = Net(arm, dtype, start)
        x = images.to(dtype)
        net.forward(function, x[:2], training=False)  # makes the parameters
        first = {k: v.detach().float().clone() for k, v in net.p.items()}
        optimizer, losses = torch.optim.SGD(list(net.p.values()), rate, momentum=0.9), []
        for t in range(steps):
            rows = slice(t * batch % len(x), t * batch % len(x) + batch)
            loss = F.cross_entropy(net.forward(function, x[rows]), torch.tensor(labels[rows]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return first, {"losses": torch.stack(losses), "buffers": snapshot(net.b),
                       "vectors": {k: v.detach() for k, v in net.p.items() if v.dim() == 1}}

    first, single = run(torch.float32)
    _, double = run(torch.float64)
    gap = ((single["losses"] - double["losses"]).abs() / double["losses"]).max().item()
    print("  %s_%s: last loss %.4g, largest relative difference, float against double %.1e"
          % (model, arm, double["losses"][-1].item(), gap))
    weights = {k: v for k, v in first.items() if k.endswith("weight")}
    config = {"model": model, "depth": depth, "width": 8, "classes": 5}
    return weights, {"name": f"{model}_{arm}", "norm": arm, "config": config, "lr": rate, "momentum": 0.9,
                     "batch_size": batch, "double_to_7_digits": double}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    torch.set_num_threads(1)
    g = generator("colour images")
    images = quantize(torch.rand(32, 3, 12, 12, generator=g) ** 2 * 2 - 0.5, 16)
    data = images, torch.randint(5, (32,), generator=g).tolist()
    nets, weights = net_cases()
    trajectories = []
    for model, depth in (("resnet", 8), ("vgg", 6)):
        for arm in ("none", "batch", "group"):
            weights[f"{model} 8"], case = trajectory(model, depth, arm, data, RATES[arm])
            trajectories.append(case)
    write(os.path.join(folder, "convnets.json"), layer_cases() + nets, exact_unit, weights=weights,
          dataset={"inputs": data[0], "labels": data[1]}, trajectories=trajectories)


if __name__ == "__main__":
    main()
