"""Full-scale runs in PyTorch, to set beside the same runs of the lab.

    python3 parity.py mlp   [--run none:1,3 batch:0.1,1,3] ...    the paper's MLP, SGD, on MNIST
    python3 parity.py lenet [--arms none batch seed ...] ...      the seed's run, RMSprop, on MNIST
    python3 parity.py convnets --data FOLDER [--run ...] ...      ResNet-8 and VGG-6 on colour images; parity.csx is the
                                                                  lab's side

MNIST is read from four IDX files, gzipped or not, in --data (default $LAB_DATA/mnist). One row per run (mlp) or per
run and epoch (lenet) is appended to --csv when the run ends, and runs that the file already holds are skipped, so an
interrupted command goes on where it stopped. A table in markdown goes to --markdown after each run, and to standard
output at the end.

All arms of a seed start from the same weights and see the same batches. Arms: none; batch (PyTorch's BN, momentum 0.1,
eps 1e-5, running statistics in evaluation); batch_no_gamma (gamma fixed at 1 in every layer); seed (record.seed_norm:
one mean and variance over the whole tensor, those of the evaluated batch in evaluation too).

mlp:   784-100-100-100-10, sigmoid, BN before each hidden activation, no bias where BN follows; Glorot uniform, SGD
       without momentum, batch 60, pixels / 255, the first 50,000 training images reshuffled every epoch; validation on
       the last 10,000 training images, test on the test images. The last batch of an epoch, 20 images, is kept (834
       steps an epoch) unless --drop-last. It is also the last step of a run, and at a high rate that one step costs the
       arm `batch` up to 5 points of accuracy in some seeds.
       train_loss: mean over the last epoch's examples, as seen while training.
lenet: 60,000 training images padded to 32x32, pixels / 255; conv 6@3x3, [BN], ReLU, average pool 2; conv 16@3x3, [BN],
       ReLU, average pool 2; flatten (576); dense 120, [BN], ReLU; dense 84, [BN], ReLU; dense 10, [BN], softmax; Glorot
       uniform, RMSprop 1e-3, rho 0.9, eps 1e-7, batch 64, the last batch of 32 kept. In every arm with normalization
       the last layer is normalized too, and no layer has a bias.
       running_train_accuracy: correct predictions of the epoch's mini-batches while training, as Keras reports it;
       train_accuracy and test_accuracy: after the epoch, in evaluation mode, in batches of --evaluation-batch.
convnets: a folder of four IDX files, images of rank 4, standardized by the mean and deviation of each channel of its
       training images; trained on the first 10,000, reshuffled every epoch, an epoch's last, partial batch left out;
       validation on the last sixth of the training images, test on the test images. ResNet of depth 8 and VGG of 6
       convolutions, width 16; He's normal weights; SGD with momentum 0.9 at a constant rate, batch 128, no decay.
       train_loss: in evaluation mode, on every fifth of the 10,000 training images, as the lab has it.
"""
import argparse
import csv
import gzip
import os
import statistics
import time
import zlib

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when torch is loaded

import numpy as np
import torch
import torch.nn.functional as F

from record import lenet, lenet_parts, make_optimizer, mlp, mlp_parts
from record_convnets import NETS, Net

MLP_KEY = ["arm", "lr", "seed", "epochs", "batch", "drop_last"]
CONVNETS_KEY = ["model", "arm", "lr", "seed", "epochs", "batch"]
LENET_KEY = ["arm", "seed", "epochs", "batch", "rmsprop", "evaluation_batch"]


# ---- data and randomness --------------------------------------------------------------------------------------------

def idx(folder, name):
    path = os.path.join(folder, name)
    opened = open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz", "rb")
    with opened as file:
        data = file.read()
    dimensions = data[3]
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(dimensions)]
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape).copy())


def mnist(folder):
    """(training images, labels), (test images, labels); images stay bytes, 28x28."""
    return [(idx(folder, part + "-images-idx3-ubyte"), idx(folder, part + "-labels-idx1-ubyte").long())
            for part in ("train", "t10k")]


def generator(seed, purpose):
    return torch.Generator().manual_seed(zlib.crc32(f"{seed}/{purpose}".encode()))


def glorot(seed):
    def init(name, fan_in, fan_out, shape):
        bound = (6 / (fan_in + fan_out)) ** 0.5
        return torch.empty(*shape).uniform_(-bound, bound, generator=generator(seed, name))
    return init


# ---- training and evaluation ----------------------------------------------------------------------------------------

def accuracy(model, data, batch):
    images, labels = data
    with torch.no_grad():
        correct = sum((model(x.float() / 255).argmax(1) == y).sum().item()
                      for x, y in zip(images.split(batch), labels.split(batch)))
    return 100 * correct / len(labels)


def train_epoch(model, optimizer, data, batch, order):
    """One pass in the given order: mean loss and accuracy in percent, as seen while training."""
    images, labels = data
    loss_sum = correct = 0.0
    for rows in order.split(batch):
        y = labels[rows]
        logits = model(images[rows].float() / 255)
        loss = F.cross_entropy(logits, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(rows)
        correct += (logits.detach().argmax(1) == y).sum().item()
    return loss_sum / len(order), 100 * correct / len(order)


def mlp_run(run, train, validation, test):
    arm, seed, batch = run["arm"], run["seed"], run["batch"]
    p, b = mlp_parts(arm, [784, 100, 100, 100, 10], glorot(seed))
    optimizer = make_optimizer("sgd", [v.requires_grad_() for v in p.values()], run["lr"])
    model = lambda training: lambda x: mlp(x, p, b, arm, torch.sigmoid, training)
    shuffle, start = generator(seed, "shuffle"), time.time()
    for _ in range(run["epochs"]):
        order = torch.randperm(len(train[1]), generator=shuffle)
        order = order[:len(order) // batch * batch] if run["drop_last"] else order
        loss, _ = train_epoch(model(True), optimizer, train, batch, order)
    yield {"train_loss": loss, "validation_accuracy": accuracy(model(False), validation, 1000),
           "test_accuracy": accuracy(model(False), test, 1000), "seconds": round(time.time() - start, 1)}


def lenet_run(run, train, test):
    arm, seed = run["arm"], run["seed"]
    p, b = lenet_parts(arm, [1, 6, 16], [576, 120, 84, 10], glorot(seed))
    optimizer = make_optimizer(run["rmsprop"], [v.requires_grad_() for v in p.values()], 1e-3)
    model = lambda training: lambda x: lenet(x, p, b, arm, training)
    shuffle, start = generator(seed, "shuffle"), time.time()
    for epoch in range(1, run["epochs"] + 1):
        order = torch.randperm(len(train[1]), generator=shuffle)
        loss, running = train_epoch(model(True), optimizer, train, run["batch"], order)
        clean, tested = (accuracy(model(False), part, run["evaluation_batch"]) for part in (train, test))
        yield {"epoch": epoch, "running_train_loss": loss, "running_train_accuracy": running, "train_accuracy": clean,
               "test_accuracy": tested, "seconds": round(time.time() - start, 1)}


def colour(folder):
    """(training images, labels), (test images, labels), standardized; whole classes as the files have them."""
    parts = [(idx(folder, part + "-images-idx4-ubyte").float() / 255, idx(folder, part + "-labels-idx1-ubyte").long())
             for part in ("train", "t10k")]
    mean, deviation = parts[0][0].mean((0, 2, 3)), parts[0][0].std((0, 2, 3), unbiased=False)
    shaped = lambda v: v.reshape(1, -1, 1, 1)
    return [((x - shaped(mean)) / shaped(deviation), y) for x, y in parts]


def convnet_run(run, train, validation, test):
    classes, seed = int(train[1].max()) + 1, run["seed"]
    function = NETS[run["model"]](8 if run["model"] == "resnet" else 6, 16, classes)

    def start(name, make):
        shape, kind = make().shape, name.split(".")[-1]
        if kind != "weight":
            return torch.full(shape, 1.0 if kind == "gamma" else 0.0)
        fan_in = shape[1] * shape[2] * shape[3] if len(shape) == 4 else shape[0]
        return torch.empty(shape).normal_(0, (2 / fan_in) ** 0.5, generator=generator(seed, name))

    net, begun = Net(run["arm"], torch.float32, start), time.time()
    net.forward(function, train[0][:2], training=False)  # makes the parameters
    optimizer = torch.optim.SGD(list(net.p.values()), run["lr"], momentum=0.9)
    shuffle, size = generator(seed, "shuffle"), run["batch"]
    for _ in range(run["epochs"]):
        for rows in torch.randperm(10000, generator=shuffle)[:10000 // size * size].split(size):
            loss = F.cross_entropy(net.forward(function, train[0][rows]), train[1][rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()

    def evaluate(images, labels):
        with torch.no_grad():
            logits = torch.cat([net.forward(function, x, training=False) for x in images.split(250)])
        return F.cross_entropy(logits, labels).item(), 100 * (logits.argmax(1) == labels).float().mean().item()

    yield {"train_loss": evaluate(train[0][::5], train[1][::5])[0],
           "validation_accuracy": evaluate(*validation)[1], "test_accuracy": evaluate(*test)[1],
           "seconds": round(time.time() - begun, 1)}


# ---- rows and tables ------------------------------------------------------------------------------------------------

def text(value):
    return "%.6g" % value if isinstance(value, float) else str(value)


def read(path):
    if not os.path.exists(path):
        return []
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def append(path, row):
    fresh = not os.path.exists(path)
    with open(path, "a", newline="") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        if fresh:
            writer.writeheader()
        writer.writerow({k: text(v) for k, v in row.items()})


def table(rows, by, values):
    """Mean, standard deviation, minimum and maximum over seeds; accuracies in percent."""
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row[k] for k in by), []).append(row)
    lines = ["| %s | seeds | %s |" % (" | ".join(by), " | ".join(v.replace("_", " ") + ": mean ± sd (min to max)"
                                                                 for v in values)),
             "|" + "---|" * (len(by) + 1 + len(values))]
    for key, group in groups.items():
        cells = []
        for value in values:
            xs = [float(row[value]) for row in group]
            deviation = statistics.stdev(xs) if len(xs) > 1 else float("nan")
            cells.append("%.4g ± %.2g (%.4g to %.4g)" % (statistics.mean(xs), deviation, min(xs), max(xs)))
        lines.append("| %s | %d | %s |" % (" | ".join(key), len(group), " | ".join(cells)))
    return "\n".join(lines) + "\n"


def sweep(args, runs, key, execute, by, values):
    """Executes the runs that --csv does not hold and writes the table of all; key: the columns that tell runs apart."""
    identity = lambda row: tuple(text(row[k]) for k in key)
    wanted, done = {identity(run) for run in runs}, {identity(row) for row in read(args.csv)}

    def report():
        result = table([row for row in read(args.csv) if identity(row) in wanted], by, values)
        with open(args.markdown, "w") as file:
            file.write(result)
        return result

    for run in runs:
        if identity(run) not in done:
            for result in list(execute(run)):
                append(args.csv, {**run, **result, "torch": torch.__version__})
                print({**run, **result}, flush=True)
            report()
    print("\n" + report())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", choices=["mlp", "lenet", "convnets"])
    parser.add_argument("--data", default=os.path.join(os.environ.get("LAB_DATA", "."), "mnist"))
    parser.add_argument("--csv", help="default parity_<experiment>.csv")
    parser.add_argument("--markdown", help="default parity_<experiment>.md")
    parser.add_argument("--seeds", type=int, help="default 6 (mlp), 5 (lenet), 3 (convnets)")
    parser.add_argument("--epochs", type=int, help="default 2 (mlp), 3 (lenet), 5 (convnets)")
    parser.add_argument("--batch", type=int, help="default 60 (mlp), 64 (lenet), 128 (convnets)")
    parser.add_argument("--run", nargs="+", help="mlp and convnets: arm:rate,rate,...; default none:1,3 batch:0.1,1,3 "
                                                 "(mlp), none:0.01 batch:0.1 (convnets)")
    parser.add_argument("--drop-last", action="store_true", help="mlp: leave out each epoch's last, partial batch")
    parser.add_argument("--arms", nargs="+", default=["none", "batch", "seed", "batch_no_gamma"], help="lenet")
    parser.add_argument("--rmsprop", choices=["rmsprop_torch", "rmsprop_keras"], default="rmsprop_torch",
                        help="lenet: epsilon outside the root (PyTorch, and Keras up to 2.10, which the seed used) or "
                             "inside (Keras from 2.11 on)")
    parser.add_argument("--evaluation-batch", type=int, default=1000, help="lenet: what `seed` normalizes over")
    args = parser.parse_args()
    args.csv = args.csv or f"parity_{args.experiment}.csv"
    args.markdown = args.markdown or f"parity_{args.experiment}.md"
    torch.set_num_threads(1)
    specs = args.run or {"convnets": ["none:0.01", "batch:0.1"]}.get(args.experiment, ["none:1,3", "batch:0.1,1,3"])
    specs = [(arm, float(lr)) for arm, rates in (spec.split(":") for spec in specs) for lr in rates.split(",")]

    if args.experiment == "convnets":
        train, test = colour(args.data)
        first = len(train[1]) - min(len(train[1]) // 6, 10000)
        runs = [{"model": model, "arm": arm, "lr": lr, "seed": seed, "epochs": args.epochs or 5,
                 "batch": args.batch or 128}
                for model in ("resnet", "vgg") for arm, lr in specs for seed in range(1, (args.seeds or 3) + 1)]
        sweep(args, runs, CONVNETS_KEY,
              lambda run: convnet_run(run, train, (train[0][first:], train[1][first:]), test),
              ["model", "arm", "lr"], ["train_loss", "validation_accuracy", "test_accuracy"])
        return
    (images, labels), (test_images, test_labels) = mnist(args.data)

    if args.experiment == "mlp":
        flat = images.flatten(1)
        train, validation = (flat[:50000], labels[:50000]), (flat[50000:], labels[50000:])
        test = test_images.flatten(1), test_labels
        runs = [{"arm": arm, "lr": lr, "seed": seed, "epochs": args.epochs or 2, "batch": args.batch or 60,
                 "drop_last": args.drop_last}
                for arm, lr in specs for seed in range(1, (args.seeds or 6) + 1)]
        sweep(args, runs, MLP_KEY, lambda run: mlp_run(run, train, validation, test),
              ["arm", "lr"], ["train_loss", "validation_accuracy", "test_accuracy"])
    else:
        padded = lambda x: F.pad(x, (2, 2, 2, 2)).unsqueeze(1)
        train, test = (padded(images), labels), (padded(test_images), test_labels)
        runs = [{"arm": arm, "seed": seed, "epochs": args.epochs or 3, "batch": args.batch or 64,
                 "rmsprop": args.rmsprop, "evaluation_batch": args.evaluation_batch}
                for arm in args.arms for seed in range(1, (args.seeds or 5) + 1)]
        sweep(args, runs, LENET_KEY, lambda run: lenet_run(run, train, test), ["arm", "epoch"],
              ["running_train_loss", "running_train_accuracy", "train_accuracy", "test_accuracy"])


if __name__ == "__main__":
    main()
