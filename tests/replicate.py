"""Claims of the laboratory measured again in PyTorch, from seeds and code of its own, to set beside results/claims.csv.

    LAB_DATA=DIR python3 tests/replicate.py [--results DIR] [--seeds N] [CLAIM...]

CLAIM is one of: faster, better, higher-lr, explodes, small-batch. Nets, data, budgets and what is measured are those of
the standard preset; rates are those that its tuning chose. What PyTorch finds is printed with its 95% interval by
Student's t, beside the laboratory's.
"""
import argparse, csv, gzip, math, os, sys
import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
T975 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}


def idx(folder, name):
    for path in (f"{folder}/{name}.gz", f"{folder}/{name}"):
        if os.path.exists(path):
            data = (gzip.open if path.endswith("gz") else open)(path, "rb").read()
            return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(
                [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])])
    sys.exit(f"{folder} has no {name}")


def labels(folder, part):
    return torch.from_numpy(idx(folder, f"{part}-labels-idx1-ubyte").astype(np.int64))


def images(folder, part):
    pixels = idx(folder, f"{part}-images-idx3-ubyte").reshape(-1, 784)
    return torch.from_numpy(pixels.astype(np.float32) / 255), labels(folder, part)


def groups_of_ten(width):
    return nn.GroupNorm(width // 10, width)


def mlp(activation, norm, depth=3, width=100, init=nn.init.xavier_uniform_):
    layers, inputs = [], 784
    for _ in range(depth):
        layers.append(nn.Linear(inputs, width, bias=norm is None))
        if norm is not None:
            layers.append(norm(width))
        layers.append(activation())
        inputs = width
    layers.append(nn.Linear(inputs, 10))
    for layer in layers:
        if isinstance(layer, nn.Linear):
            init(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        right = (model(x).argmax(1) == y).float().mean().item()
    model.train()
    return right


def train(model, x, y, rate, batch, epochs, seed, decay=False, watch=None):
    """Plain SGD; watch(step) is called after each step. Returns whether no loss was infinite or, in the median of 100
    steps, beyond 5 ln 10."""
    order, (count, step) = np.random.default_rng(seed), (len(x), 0)
    optimizer, per_epoch, losses = torch.optim.SGD(model.parameters(), rate), count // batch, []
    steps = round(epochs * per_epoch)
    while step < steps:
        shuffled = torch.from_numpy(order.permutation(count))
        for start in range(0, per_epoch * batch, batch):
            if step == steps:
                break
            if decay:
                optimizer.param_groups[0]["lr"] = rate * (1 - step / steps)
            at = shuffled[start:start + batch]
            loss = nn.functional.cross_entropy(model(x[at]), y[at])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            step += 1
            if not math.isfinite(losses[-1]) or step > 200 and np.median(losses[-100:]) > 5 * math.log(10):
                return False
            if watch:
                watch(step)
    return True


def steps_to(target, curve):
    """By interpolation in the logarithm of the step; infinite where it does not come there."""
    for (s0, a0), (s1, a1) in zip(curve, curve[1:]):
        if a0 < target <= a1:
            return math.exp(math.log(s0) + (target - a0) / (a1 - a0) * math.log(s1 / s0))
    return math.inf


class Check:
    def __init__(self, folder, seeds):
        self.seeds = range(1001, 1001 + seeds)
        (x, y), self.test = images(folder, "train"), images(folder, "t10k")
        self.train, self.valid = (x[:50_000], y[:50_000]), (x[50_000:], y[50_000:])

    def faster(self):
        for name, activation, plain, batch in (("sigmoid MLP", nn.Sigmoid, RATES["faster"][0], RATES["faster"][1]),
                                               ("ReLU MLP", nn.ReLU, RATES["faster"][2], RATES["faster"][3])):
            last = 3 * 833
            points = sorted({round(last ** (i / 43)) for i in range(44)})

            def steps(norm, rate, seed):
                torch.manual_seed(seed)
                model, curve = mlp(activation, norm), []
                train(model, *self.train, rate, 60, 3, seed, watch=lambda step: curve.append((step, accuracy(
                    model, self.valid[0][:2000], self.valid[1][:2000]))) if step in points else None)
                return steps_to(0.9, curve)
            yield f"{name} to 90%", [math.log10(steps(None, plain, s) / steps(nn.BatchNorm1d, batch, s))
                                     for s in self.seeds], "ratio"

    def better(self):
        for name, activation, plain, batch in (("sigmoid MLP", nn.Sigmoid, RATES["better"][0], RATES["better"][1]),
                                               ("ReLU MLP", nn.ReLU, RATES["better"][2], RATES["better"][3])):
            def final(norm, rate, seed):
                torch.manual_seed(seed)
                model = mlp(activation, norm)
                train(model, *self.train, rate, 60, 3, seed, decay=True)
                return accuracy(model, *self.test)
            yield name, [100 * (final(nn.BatchNorm1d, batch, s) - final(None, plain, s)) for s in self.seeds], "points"

    def higher_lr(self):
        """Plain SGD on the sigmoid net: the largest rate of three a decade before the first, from the best one up, that
        diverges or ends under twice chance."""
        grid = [round(10 ** (k / 3), 4) for k in range(-6, 10)]

        def largest(norm, seed):
            found = []
            for rate in grid:
                torch.manual_seed(seed)
                model = mlp(nn.Sigmoid, norm)
                found.append(accuracy(model, *self.valid) if train(model, *self.train, rate, 60, 2, seed) else 0)
            at = int(np.argmax(found))
            while at + 1 < len(grid) and found[at + 1] >= 0.2:
                at += 1
            return grid[at]
        yield "SGD", [math.log10(largest(nn.BatchNorm1d, s) / largest(None, s)) for s in self.seeds], "ratio"

    def explodes(self):
        for batch in (64, 16, 4):
            def growth(seed):
                torch.manual_seed(seed)
                model = mlp(nn.ReLU, nn.BatchNorm1d, depth=100, width=64,
                            init=lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"))
                at = torch.randperm(50_000)[:batch]
                nn.functional.cross_entropy(model(self.train[0][at]), self.train[1][at]).backward()
                squares = [layer.weight.grad.double().square().sum().item() for layer in model
                           if isinstance(layer, nn.Linear)][:-1]
                return math.log10(squares[2] / squares[-3]) / (len(squares) - 5)
            yield f"ReLU in batches of {batch}", [growth(s) for s in self.seeds], "ratio"

    def small_batch(self):
        x, y = self.train[0][:25_000], self.train[1][:25_000]

        def error(norm, rate, seed):
            torch.manual_seed(seed)
            model = mlp(nn.ReLU, norm)
            train(model, x, y, rate, 2, 1, seed, decay=True)
            return 1 - accuracy(model, *self.test)
        yield "batches of 2 against group normalization", [100 * (error(nn.BatchNorm1d, RATES["small_batch"][0], s)
            - error(groups_of_ten, RATES["small_batch"][1], s)) for s in self.seeds], "points"


def words(mean, low, high, n, unit):
    def number(value):
        return f"x{10 ** value:.3g}" if unit == "ratio" else f"{value:+.2f} points"
    return f"{number(mean)} ({number(low)} to {number(high)}), {n} seeds"


def interval(values):
    n, mean = len(values), float(np.mean(values))
    half = T975[n] * float(np.std(values, ddof=1)) / math.sqrt(n)
    return mean, mean - half, mean + half, n


def options(description, seeds):
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("claims", nargs="*")
    parser.add_argument("--results", default="results")
    parser.add_argument("--seeds", type=int, default=seeds, choices=sorted(T975))
    return parser


def run(check, claims, results):
    """Prints each claim as PyTorch has it, and beside it the laboratory's from the results folder, if it is there."""
    lab = {}
    if os.path.exists(f"{results}/claims.csv"):
        for row in csv.DictReader(open(f"{results}/claims.csv")):
            lab[row["claim"], row["condition"]] = row
    for claim in claims:
        for condition, values, unit in getattr(check, claim.replace("-", "_"))():
            print(f"{claim}, {condition}: PyTorch {words(*interval(values), unit)}")
            if (claim, condition) in lab:
                row = lab[claim, condition]
                scale = 1 if unit == "ratio" else 100
                numbers = [scale * float(row[name]) for name in ("effect", "low", "high")]
                print(f"    laboratory {words(*numbers, row['n'], unit)}")
            sys.stdout.flush()


# None and batch for sigmoid, then for ReLU; batch and group.
RATES = {"faster": [3, 0.3, 0.3, 0.3], "better": [3, 10, 0.3, 1], "small_batch": [0.001, 0.03]}

if __name__ == "__main__":
    asked = options(__doc__, seeds=6).parse_args()
    if "LAB_DATA" not in os.environ:
        sys.exit("LAB_DATA is not set: it names the folder that has mnist/")
    run(Check(f"{os.environ['LAB_DATA']}/mnist", asked.seeds),
        asked.claims or ["faster", "better", "higher-lr", "explodes", "small-batch"], asked.results)
