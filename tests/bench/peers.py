"""The workloads of bench.csx in NumPy and PyTorch: what the lab's speed is set beside.

    python3 peers.py ENGINE W1 0|1      with BN (1) or without (0); engines: numpy and numpy_in_place (not of convnets),
                                        pytorch, pytorch_nhwc (of convnets alone: channels last in memory)
    python3 peers.py check              NumPy's losses and TorchSharp's (where bench.csx has built its program) against
                                        PyTorch's, from the same weights and batches

As a worker it says `ready`, and then, for every line of seconds on standard input, trains for so long and answers with
a line of JSON. A step is what the lab's is: gather and convert a batch of byte images, forward, loss, backward, update.
One thread, float32. NumPy is there twice. `numpy` is what one writes by hand, an expression for each equation.
`numpy_in_place` is what one makes of it for speed: every buffer allocated once, all work in place, sums over the batch
as products with a row of ones (BLAS), the rate folded into the loss's gradient.
"""
import json
import os
import resource
import signal
import subprocess
import sys
import time

for name in ("OPENBLAS", "OMP", "MKL"):
    os.environ[f"{name}_NUM_THREADS"] = "1"  # read when the library is loaded

import numpy as np

WORKLOADS = {
    "W1": {"sizes": [784, 100, 100, 100, 10], "activation": "sigmoid", "batch": 60, "rate": 0.1, "momentum": 0.0},
    "W2": {"sizes": [784, 512, 512, 512, 10], "activation": "relu", "batch": 128, "rate": 0.01, "momentum": 0.9},
    "W3": {"batch": 64, "rate": 1e-3, "image": (1, 32, 32)},
    "W4": {"sizes": [784, 100, 100, 100, 10], "activation": "sigmoid", "batch": 4, "rate": 0.1, "momentum": 0.0},
    **{name: {"batch": 128, "rate": 1e-3, "momentum": 0.9, "image": (3, 32, 32)} for name in ("W5", "W6", "W7")},
}
CLASSES, EPS, BN_MOMENTUM, WARM_UP = 10, 1e-5, 0.1, 1.0
TORCHSHARP = os.path.join(os.path.dirname(__file__), "torchsharp", "bin", "peer.dll")


def is_convnet(spec):
    return "image" in spec


def has_colours(spec):
    return is_convnet(spec) and spec["image"][0] > 1


def count(spec):
    """Images."""
    return 10_000 if has_colours(spec) else 50_000


def images(spec):
    """Bytes as noise, four fifths of them 0 as in handwriting, and labels: no engine but the lab's, which trains on
    digits, depends on where the zeros are."""
    if is_convnet(spec):
        import torch
        torch.manual_seed(1)
        pixels = torch.randint(0, 256, (count(spec), *spec["image"]), dtype=torch.uint8)
        pixels *= torch.randint(0, 5, pixels.shape, dtype=torch.uint8) == 0
        return pixels, torch.randint(0, CLASSES, (count(spec),))
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (count(spec), spec["sizes"][0]), np.uint8)
    pixels *= random.integers(0, 5, pixels.shape, np.uint8) == 0
    return pixels, random.integers(0, CLASSES, len(pixels))


def weights(sizes):
    """Glorot uniform."""
    random = np.random.default_rng(2)
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        bound = (6 / (fan_in + fan_out)) ** 0.5
        yield random.uniform(-bound, bound, (fan_in, fan_out)).astype(np.float32)


def batches(spec):
    """Rows of each batch, epoch after epoch in a new order."""
    size, permutation = spec["batch"], np.random.default_rng(3).permutation
    if is_convnet(spec):
        import torch
        torch.manual_seed(3)
        permutation = torch.randperm
    while True:
        order = permutation(count(spec))
        for start in range(0, len(order) - size + 1, size):
            yield order[start:start + size]


# ---- NumPy, by hand -------------------------------------------------------------------------------------------------

class Numpy:
    """An MLP, an expression for each equation."""

    def __init__(self, spec, bn, pixels, labels):
        self.w, self.bn, self.pixels, self.labels = list(weights(spec["sizes"])), bn, pixels, labels
        self.rate, self.momentum, self.sigmoid = spec["rate"], spec["momentum"], spec["activation"] == "sigmoid"
        row = lambda width, value: np.full(width, value, np.float32)
        self.b = [row(width, 0) for width in spec["sizes"][1:]]  # beta where BN is
        self.gamma = [row(width, 1) for width in spec["sizes"][1:-1]]
        self.running_mean = [row(width, 0) for width in spec["sizes"][1:-1]]
        self.running_var = [row(width, 1) for width in spec["sizes"][1:-1]]
        self.v = {name: [np.zeros_like(p) for p in getattr(self, name)] for name in ("w", "b", "gamma")}

    def update(self, name, i, gradient):
        if self.momentum:
            self.v[name][i] = gradient = self.momentum * self.v[name][i] + gradient
        getattr(self, name)[i] -= self.rate * gradient

    def step(self, at):
        n, y, last = len(at), self.labels[at], len(self.w) - 1
        h, normalized, std = [self.pixels[at].astype(np.float32) / 255], {}, {}
        for i, (w, b) in enumerate(zip(self.w, self.b)):
            z = h[i] @ w
            if self.bn and i < last:
                mean, var = z.mean(axis=0), z.var(axis=0)
                std[i] = np.sqrt(var + EPS)
                normalized[i] = (z - mean) / std[i]
                z = self.gamma[i] * normalized[i] + b
                self.running_mean[i] = (1 - BN_MOMENTUM) * self.running_mean[i] + BN_MOMENTUM * mean
                self.running_var[i] = (1 - BN_MOMENTUM) * self.running_var[i] + BN_MOMENTUM * var * n / (n - 1)
            else:
                z = z + b
            h.append(z if i == last else 1 / (1 + np.exp(-z)) if self.sigmoid else np.maximum(z, 0))
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(n), y]).mean()
        g = p
        g[np.arange(n), y] -= 1
        g /= n
        for i in range(last, -1, -1):
            if i < last:
                g = g * h[i + 1] * (1 - h[i + 1]) if self.sigmoid else g * (h[i + 1] > 0)
            db = g.sum(axis=0)
            if i in normalized:
                x = normalized[i]
                d_gamma = (g * x).sum(axis=0)
                g = self.gamma[i] / std[i] * (g - db / n - x * d_gamma / n)
                self.update("gamma", i, d_gamma)
            dw = h[i].T @ g
            if i > 0:
                g = g @ self.w[i].T
            self.update("w", i, dw)
            self.update("b", i, db)
        return float(loss)


# ---- NumPy, in place ------------------------------------------------------------------------------------------------

class BatchNorm:
    def __init__(self, batch, width, momentum):
        row = lambda value: np.full(width, value, np.float32)
        self.gamma, self.beta, self.running_mean, self.running_var = row(1), row(0), row(0), row(1)
        self.mean, self.scale, self.d_gamma, self.d_beta, self.row = (row(0) for _ in range(5))
        self.x, self.square = np.empty((batch, width), np.float32), np.empty((batch, width), np.float32)
        self.ones, self.means = np.ones(batch, np.float32), np.full(batch, 1 / batch, np.float32)
        self.update = [Update(self.gamma, momentum), Update(self.beta, momentum)]
        self.unbias = batch / (batch - 1)

    def forward(self, z):
        """z becomes its normalized, scaled and shifted self; self.x the normalized one."""
        x, mean, row = self.x, self.mean, self.row
        np.dot(self.means, z, out=mean)
        np.subtract(z, mean, out=x)
        np.multiply(x, x, out=self.square)
        variance = np.dot(self.means, self.square, out=self.scale)
        for running, value, factor in ((self.running_mean, mean, 1), (self.running_var, variance, self.unbias)):
            running *= 1 - BN_MOMENTUM
            running += np.multiply(value, BN_MOMENTUM * factor, out=row)
        variance += EPS
        np.sqrt(variance, out=variance)
        np.reciprocal(variance, out=self.scale)
        x *= self.scale
        np.multiply(x, self.gamma, out=z)
        z += self.beta

    def backward(self, g):
        """g becomes gamma scale (g - mean(g) - x mean(g x))."""
        x, row = self.x, self.row
        np.dot(self.ones, g, out=self.d_beta)
        np.multiply(g, x, out=self.square)
        np.dot(self.ones, self.square, out=self.d_gamma)
        x *= np.multiply(self.d_gamma, self.means[0], out=row)
        g -= x
        g -= np.multiply(self.d_beta, self.means[0], out=row)
        g *= np.multiply(self.gamma, self.scale, out=row)
        self.update[0](self.d_gamma)
        self.update[1](self.d_beta)


class Update:
    """w -= v for v = momentum v + g; the gradient comes with the rate in it."""

    def __init__(self, w, momentum):
        self.w, self.momentum = w, momentum
        self.v = np.zeros_like(w) if momentum else None

    def __call__(self, g):
        if self.momentum:
            self.v *= self.momentum
            self.v += g
            g = self.v
        self.w -= g


class NumpyInPlace:
    def __init__(self, spec, bn, pixels, labels):
        sizes, batch = spec["sizes"], spec["batch"]
        self.rate, self.sigmoid = spec["rate"], spec["activation"] == "sigmoid"
        self.w = list(weights(sizes))
        self.b = [np.zeros(width, np.float32) for width in sizes[1:]]
        norms = [BatchNorm(batch, width, spec["momentum"]) if bn else None for width in sizes[1:-1]]
        self.bn = [*norms, None]
        self.h = [np.empty((batch, width), np.float32) for width in sizes]
        self.g = [np.empty((batch, width), np.float32) for width in sizes]
        self.off = [np.empty((batch, width), bool) for width in sizes]
        self.dw = [np.empty_like(w) for w in self.w]
        self.db = [np.empty_like(b) for b in self.b]
        self.update = [(Update(w, spec["momentum"]), Update(b, spec["momentum"])) for w, b in zip(self.w, self.b)]
        self.pixels, self.labels = pixels, labels
        self.bytes, self.column = np.empty((batch, sizes[0]), np.uint8), np.empty((batch, 1), np.float32)
        self.rows, self.ones = np.arange(batch), np.ones(batch, np.float32)

    def step(self, at):
        h, g, last = self.h, self.g, len(self.w)
        y = self.labels[at]
        np.take(self.pixels, at, axis=0, out=self.bytes, mode="clip")
        np.multiply(self.bytes, np.float32(1 / 255), out=h[0])
        for i, (w, b, bn) in enumerate(zip(self.w, self.b, self.bn)):
            z = np.dot(h[i], w, out=h[i + 1])
            if bn:
                bn.forward(z)
            else:
                z += b
            if i == last - 1:
                break
            if self.sigmoid:
                np.negative(z, out=z)
                np.exp(z, out=z)
                z += 1
                np.reciprocal(z, out=z)
            else:
                np.maximum(z, 0, out=z)
        z -= z.max(axis=1, keepdims=True, out=self.column)
        right = z[self.rows, y]
        p = np.exp(z, out=g[last])
        total = p.sum(axis=1, keepdims=True, out=self.column)
        loss = float(np.log(total).sum() - right.sum()) / len(y)
        p /= total
        p[self.rows, y] -= 1
        p *= self.rate / len(y)
        for i in range(last - 1, -1, -1):
            if i < last - 1:
                if self.sigmoid:  # g y (1 - y)
                    g[i + 1] *= h[i + 1]
                    np.subtract(1, h[i + 1], out=h[i + 1])
                    g[i + 1] *= h[i + 1]
                else:
                    g[i + 1] *= np.greater(h[i + 1], 0, out=self.off[i + 1])
            if self.bn[i]:
                self.bn[i].backward(g[i + 1])
            else:
                self.update[i][1](np.dot(self.ones, g[i + 1], out=self.db[i]))
            np.dot(h[i].T, g[i + 1], out=self.dw[i])
            if i > 0:
                np.dot(g[i + 1], self.w[i].T, out=g[i])
            self.update[i][0](self.dw[i])
        return loss


# ---- PyTorch --------------------------------------------------------------------------------------------------------

def mlp(spec, bn):
    """The modules, without biases where BN follows."""
    import torch
    from torch import nn
    layers, last = [], len(spec["sizes"]) - 2
    for i, w in enumerate(weights(spec["sizes"])):
        normalized = bn and i < last
        linear = nn.Linear(*w.shape, bias=not normalized)
        linear.weight.data = torch.from_numpy(np.ascontiguousarray(w.T))
        if not normalized:
            nn.init.zeros_(linear.bias)
        layers += [linear, *([nn.BatchNorm1d(w.shape[1])] if normalized else [])]
        if i < last:
            layers.append(nn.Sigmoid() if spec["activation"] == "sigmoid" else nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


def convnet(workload, bn):
    """The nets of lib/nn/models.csx, He et al.'s normal weights, biases 0."""
    import torch
    from torch import nn

    def normalized(layer, norm):
        return [layer, norm] if bn else [layer]

    def conv(inputs, outputs, kernel=3, stride=1, padding=1):
        layer = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=not bn)
        return normalized(layer, nn.BatchNorm2d(outputs))

    def dense(inputs, outputs):
        return normalized(nn.Linear(inputs, outputs, bias=not bn), nn.BatchNorm1d(outputs))

    def relu():
        return nn.ReLU(inplace=True)

    class Block(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            stride = 1 if inputs == outputs else 2
            self.branch = nn.Sequential(*conv(inputs, outputs, stride=stride), relu(), *conv(outputs, outputs))
            self.shortcut = nn.Sequential(*(conv(inputs, outputs, 1, stride, 0) if stride > 1 else []))

        def forward(self, x):
            return self.branch(x).add_(self.shortcut(x)).relu_()

    def lenet():
        return [*conv(1, 6, padding=0), relu(), nn.AvgPool2d(2), *conv(6, 16, padding=0), relu(), nn.AvgPool2d(2),
                nn.Flatten(), *dense(576, 120), relu(), *dense(120, 84), relu(), *dense(84, CLASSES)]

    def resnet(depth):
        layers, inputs = [*conv(3, 16), relu()], 16
        for outputs in (16, 32, 64):
            for _ in range((depth - 2) // 6):
                layers.append(Block(inputs, outputs))
                inputs = outputs
        return [*layers, *end]

    def vgg():
        pair = lambda i, o: [*conv(i, o), relu(), *conv(o, o), relu()]
        return [*pair(3, 16), nn.MaxPool2d(2), *pair(16, 32), nn.MaxPool2d(2), *pair(32, 64), *end]

    end = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, CLASSES)]
    model = nn.Sequential(*{"W3": lenet, "W5": lambda: resnet(8), "W6": vgg, "W7": lambda: resnet(20)}[workload]())
    torch.manual_seed(2)
    for name, p in model.named_parameters():
        if p.dim() > 1:
            nn.init.normal_(p, 0, (2 / p[0].numel()) ** 0.5)
        elif name.endswith("bias"):
            nn.init.zeros_(p)
    return model


class Torch:
    """Of the bytes of a channel, what its images are: less their mean over their deviation, where there are colours, or
    over 255."""

    def __init__(self, workload, spec, bn, pixels, labels, nhwc=False):
        import torch
        torch.set_num_threads(1)
        self.torch, self.model = torch, convnet(workload, bn) if is_convnet(spec) else mlp(spec, bn)
        self.pixels, self.labels, self.mean, self.scale = map(torch.as_tensor, (pixels, labels, 0.0, 1 / 255))
        if has_colours(spec):
            deviation, self.mean = torch.std_mean(self.pixels.float(), (0, 2, 3), unbiased=False, keepdim=True)
            self.scale = 1 / deviation
        if nhwc:
            self.model = self.model.to(memory_format=torch.channels_last)
            self.pixels = self.pixels.contiguous(memory_format=torch.channels_last)
        self.optimizer = (
            torch.optim.SGD(self.model.parameters(), lr=spec["rate"], momentum=spec["momentum"]) if "momentum" in spec
            else torch.optim.RMSprop(self.model.parameters(), lr=spec["rate"], alpha=0.9, eps=1e-7))

    def step(self, at):
        at = self.torch.as_tensor(at)
        x = self.pixels[at].float().sub_(self.mean).mul_(self.scale)
        loss = self.torch.nn.functional.cross_entropy(self.model(x), self.labels[at])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()


# ---- commands -------------------------------------------------------------------------------------------------------

def trainer(engine, workload, bn):
    spec = WORKLOADS[workload]
    data = images(spec)
    if engine.startswith("numpy"):
        return {"numpy": Numpy, "numpy_in_place": NumpyInPlace}[engine](spec, bn, *data)
    return Torch(workload, spec, bn, *data, nhwc=engine == "pytorch_nhwc")


def peak_mib():
    """Of this process alone: on Linux ru_maxrss would begin with that of the process which started it."""
    if sys.platform == "linux":
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 ** 2


def work(engine, workload, bn):
    model, order = trainer(engine, workload, bn), batches(WORKLOADS[workload])

    def train(seconds):
        steps, begun, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() < begun + seconds:
            model.step(next(order))
            steps += 1
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
        return {"steps": steps, "seconds": seconds, "cpu": cpu, "rss": peak_mib()}

    train(WARM_UP)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(train(float(line))), flush=True)


def torchsharp_losses(engine, workload, bn, steps):
    out = subprocess.run(["dotnet", TORCHSHARP, engine, workload, str(bn), str(steps)], check=True, capture_output=True)
    return [float(line) for line in out.stdout.split()]


def check(steps=20):
    for workload, spec in WORKLOADS.items():
        for bn in (0, 1):
            def losses(engine):
                if engine.startswith("torchsharp"):
                    return torchsharp_losses(engine, workload, bn, steps)
                model, order = trainer(engine, workload, bn), batches(spec)
                return [model.step(next(order)) for _ in range(steps)]
            others = (["numpy", "numpy_in_place"] if not is_convnet(spec) else
                      ["pytorch_nhwc", *(["torchsharp", "torchsharp_nhwc"] if os.path.exists(TORCHSHARP) else [])])
            pytorch = losses("pytorch")
            print(f"{workload} bn {bn}: pytorch's losses {pytorch[0]:.6f} to {pytorch[-1]:.6f}")
            for other in others:
                apart = [abs(loss - right) / right for loss, right in zip(losses(other), pytorch)]
                print(f"  {other} differs by {apart[0]:.1e} in the first step, {max(apart):.1e} at most")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.argv[1:] == ["check"]:
        check()
    else:
        work(sys.argv[1], sys.argv[2], int(sys.argv[3]))
