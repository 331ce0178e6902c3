"""Claims on convnets and natural images measured again in PyTorch, from seeds and code of its own, to set beside the
claims.csv of a run on the same images.

    python3 tests/replicate_convnets.py --data DIR [--results DIR] [--seeds N] [CLAIM...]

DIR has four IDX files of 32 x 32 images in colours. CLAIM is one of: better, rate-is-the-gain, small-batch,
smooth-scale-free. Nets, budgets and what is measured are those of the standard preset for VGG-6, and of the first two
claims for ResNet-8 too; rates are those that its tuning chose on CIFAR-10's images. Intervals are by Student's t. Of
the first two claims the test accuracies of each arm are printed, and the laboratory's beside them.
"""
import csv
import math
import os
import numpy as np
import torch
from torch import nn
from replicate import idx, labels, options, run

# None and batch; in small batches batch and group.
RATES = {"better": (0.03, 0.3), "rate_is_the_gain": (0.03, 0.03), "small_batch": (0.003, 0.003),
         "smooth_scale_free": (0.03, 0.03)}


def halved(pixels):
    return nn.functional.avg_pool2d(torch.from_numpy(pixels.astype(np.float32) / 255), 2)


def groups_of_four(channels):
    return nn.GroupNorm(channels // 4, channels)


def conv(inputs, outputs, norm, kernel=3, stride=1):
    layer = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=norm is None)
    return [layer, norm(outputs)] if norm else [layer]


class Block(nn.Module):
    """Two convolutions added to their input, or to a convolution of 1 x 1 where the shape changes."""
    def __init__(self, inputs, outputs, norm):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.branch = nn.Sequential(*conv(inputs, outputs, norm, 3, stride), nn.ReLU(), *conv(outputs, outputs, norm))
        self.shortcut = nn.Sequential(*conv(inputs, outputs, norm, 1, stride) if stride > 1 else [])

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


def resnet(norm):
    return [*conv(3, 8, norm), nn.ReLU(), Block(8, 8, norm), Block(8, 16, norm), Block(16, 32, norm)]


def vgg(norm):
    layers, inputs = [], 3
    for i in range(6):
        outputs = 8 << i // 2
        if i in (2, 4):
            layers.append(nn.MaxPool2d(2))
        layers += [*conv(inputs, outputs, norm), nn.ReLU()]
        inputs = outputs
    return layers


NETS = {"VGG-6": vgg, "ResNet-8": resnet}


def build(net, norm, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(*NETS[net](norm), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def loss_and_gradient(model, x, y):
    model.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    return loss.item(), torch.cat([weight.grad.flatten() for weight in model.parameters()]).double()


def percents(shares):
    return " ".join(f"{100 * share:.1f}" for share in sorted(shares)) or "has none"


class Check:
    def __init__(self, folder, seeds, results):
        self.seeds, self.results = range(1001, 1001 + seeds), results
        x, test = halved(idx(folder, "train-images-idx4-ubyte")), halved(idx(folder, "t10k-images-idx4-ubyte"))
        y = labels(folder, "train")
        mean, deviation = x.mean((0, 2, 3), keepdim=True), x.std((0, 2, 3), keepdim=True)
        self.x, self.y = (x[:10_000] - mean) / deviation, y[:10_000]
        self.valid = (x[-5_000:] - mean) / deviation, y[-5_000:]
        self.test = (test - mean) / deviation, labels(folder, "t10k")

    def accuracy(self, model, images):
        model.eval()
        with torch.no_grad():
            right = np.mean([(model(images[0][at:at + 500]).argmax(1) == images[1][at:at + 500]).float().mean().item()
                             for at in range(0, len(images[0]), 500)])
        model.train()
        return right

    def trained(self, norm, rate, seed, epochs, batch=128, decay=True, watch=None, net="VGG-6"):
        model, order = build(net, norm, seed), np.random.default_rng(seed)
        decayed = [w for w in model.parameters() if w.dim() > 1]
        optimizer = torch.optim.SGD([{"params": decayed, "weight_decay": 5e-4},
                                     {"params": [w for w in model.parameters() if w.dim() == 1]}], rate, momentum=0.9)
        each, step = len(self.x) // batch, 0
        for _ in range(epochs):
            shuffled = torch.from_numpy(order.permutation(len(self.x)))
            for start in range(0, each * batch, batch):
                for group in optimizer.param_groups:
                    group["lr"] = rate * (1 - step / (epochs * each)) if decay else rate
                at = shuffled[start:start + batch]
                x = self.x[at]
                flips = torch.from_numpy(order.random(len(at)) < 0.5)
                x[flips] = x[flips].flip(3)
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x), self.y[at]).backward()
                optimizer.step()
                step += 1
                if watch:
                    watch(step, model)
        return model

    def gains(self, rates):
        for net in NETS:
            arms = [("none", None, rates[0]), ("batch", nn.BatchNorm2d, rates[1])]
            ends = [[self.accuracy(self.trained(norm, rate, seed, 8, net=net), self.test) for seed in self.seeds]
                    for _, norm, rate in arms]
            for (name, _, rate), found in zip(arms, ends):
                print(f"{net}, {name} at {rate}: PyTorch {percents(found)}; laboratory "
                      f"{percents(self.laboratory(net, name, rate))}")
            yield net, [100 * (batch - none) for none, batch in zip(*ends)], "points"

    def laboratory(self, net, norm, rate):
        path = f"{self.results}/training_speed/trials.csv"
        rows = csv.DictReader(open(path)) if os.path.exists(path) else []
        return [float(row["test_accuracy"]) for row in rows if net.lower().startswith(row["model"])
                and (row["norm"], row["role"], row["schedule"], float(row["lr"])) == (norm, "evaluate", "linear", rate)]

    def better(self):
        return self.gains(RATES["better"])

    def rate_is_the_gain(self):
        return self.gains(RATES["rate_is_the_gain"])

    def small_batch(self):
        batch, group = RATES["small_batch"]
        yield "batches of 2 against group normalization", [100 * (
            self.accuracy(self.trained(groups_of_four, group, s, 1, 2), self.test)
            - self.accuracy(self.trained(nn.BatchNorm2d, batch, s, 1, 2), self.test)) for s in self.seeds], "points"

    def smooth_scale_free(self):
        """The largest change of the gradient per distance along it, over both norms; the geometric mean over the steps
        from 20% validation accuracy on."""
        x, y, last = self.x[:500], self.y[:500], 3 * 78
        points = {round(last ** (i / 15)) for i in range(16)}

        def roughness(norm, rate, seed):
            found = []

            def watch(step, model):
                if step not in points or self.accuracy(model, self.valid) < 0.2:
                    return
                weights = [w.detach().clone() for w in model.parameters()]
                statistics = [b.clone() for b in model.buffers()]
                _, gradient = loss_and_gradient(model, x, y)
                length, rough = gradient.norm(), 0
                for distance in (10 ** (k / 2) for k in range(-4, 1)):
                    with torch.no_grad():
                        at = 0
                        for w, was in zip(model.parameters(), weights):
                            w.copy_(was - (distance / length * gradient[at:at + w.numel()]).reshape(w.shape).float())
                            at += w.numel()
                    rough = max(rough, ((loss_and_gradient(model, x, y)[1] - gradient).norm() / distance).item())
                with torch.no_grad():
                    for w, was in zip(model.parameters(), weights):
                        w.copy_(was)
                    for b, was in zip(model.buffers(), statistics):
                        b.copy_(was)
                size = math.sqrt(sum(w.double().square().sum().item() for w in weights))
                found.append(math.log10(rough / length.item() * size))
            self.trained(norm, rate, seed, 3, decay=False, watch=watch)
            return np.mean(found)
        none, batch = RATES["smooth_scale_free"]
        yield "VGG-6", [roughness(None, none, s) - roughness(nn.BatchNorm2d, batch, s) for s in self.seeds], "ratio"


if __name__ == "__main__":
    parser = options(__doc__, seeds=3)
    parser.add_argument("--data", required=True)
    asked = parser.parse_args()
    run(Check(asked.data, asked.seeds, asked.results), asked.claims or ["better", "rate-is-the-gain", "small-batch",
        "smooth-scale-free"], asked.results)
