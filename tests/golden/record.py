"""Records the golden values that the C# tests are compared with.

An independent reference: every number is computed by PyTorch, from formulas and layers that share no code with lib/.
What PyTorch lacks (the seed's normalization, ghost and noisy batch normalization, RMSprop with epsilon inside the
root, SGD with decoupled decay) is written here in a few lines each, and differentiated by PyTorch's autograd.

    python3 record.py [folder]        writes the JSON files that README.md describes

Deterministic: one thread, and every case draws from a generator keyed by the case's name, so adding a case moves no
other. Everything given (inputs, parameters, upstream gradients) is a multiple of a power of two with a short exact
decimal form, so that float and double start from the same numbers; results are recorded in both precisions.
"""
import math
import os
import sys
import zlib

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when torch is loaded

import torch
import torch.nn.functional as F

EPS, MOMENTUM = 1e-5, 0.1
SEED_EPS = 1e-3


# ---- numbers and JSON -----------------------------------------------------------------------------------------------

def generator(name):
    return torch.Generator().manual_seed(zlib.crc32(name.encode()))


def quantize(x, grain=64):
    """Rounds to multiples of 1/grain (a power of two): exact in float32."""
    return (torch.round(x * grain) / grain).float() + 0.0  # + 0.0 turns -0 into 0


def normal(g, *shape, mean=0.0, deviation=1.0, grain=64):
    return quantize(mean + deviation * torch.randn(*shape, generator=g), grain)


def exact_unit(data):
    """The largest power of two, 1 at most, of which all numbers are multiples."""
    unit = 1.0
    while any(v % unit for v in data):
        unit /= 2
    return unit


def rounded_unit(data):
    """The power of ten of which the largest number is 7 digits long."""
    largest = max(map(abs, data))
    return 10.0 ** (math.floor(math.log10(largest)) - 6) if largest else 1.0


# How results are written, by their names: with so many significant digits, or in a unit.
FORMS = {"float": "%.9g", "double": "%.12g", "double_to_7_digits": rounded_unit}


def dump(value, digits="%r"):
    """JSON of a tree of dicts, lists, scalars and tensors; a tensor becomes {"shape":[...],"data":[...]}, row-major.

    What is given is printed exactly, results in their form of FORMS. Where that is a function, which gives a unit, the
    tensor becomes {"shape", "unit", "data"}, and its data are whole multiples of the unit.
    """
    if isinstance(value, torch.Tensor):
        data = value.detach().flatten().tolist()
        assert all(math.isfinite(v) for v in data)
        if callable(digits):
            unit = digits(data)
            return '{"shape":%s,"unit":%r,"data":[%s]}' % (dump(list(value.shape)), unit,
                                                           ",".join("%d" % round(v / unit) for v in data))
        return '{"shape":%s,"data":[%s]}' % (dump(list(value.shape)), ",".join(digits % v for v in data))
    if isinstance(value, dict):
        return "{%s}" % ",".join('"%s":%s' % (k, dump(v, FORMS.get(k, digits))) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return "[%s]" % ",".join(dump(v, digits) for v in value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return '"%s"' % value if isinstance(value, str) else repr(value)


def write(path, cases, digits="%r", **head):
    """One line per head entry and per case; digits: see dump."""
    head = {"recorded_by": "tests/golden/" + os.path.basename(sys.argv[0]), "torch": torch.__version__, **head}
    with open(path, "w", newline="\n") as file:
        file.write("{\n" + "".join('"%s":%s,\n' % (k, dump(v, digits)) for k, v in head.items()))
        file.write('"cases":[\n' + ",\n".join(dump(c, digits) for c in cases) + "\n]}\n")
    print("%-20s %3d cases %7d bytes" % (os.path.basename(path), len(cases), os.path.getsize(path)))


def both(compute):
    return {"float": compute(torch.float32), "double": compute(torch.float64)}


def cast(tensors, dtype):
    """Fresh leaves of the given precision: a dict or a list of tensors."""
    fresh = lambda t: t.detach().clone().to(dtype)
    return {k: fresh(t) for k, t in tensors.items()} if isinstance(tensors, dict) else [fresh(t) for t in tensors]


# ---- layers: forward(x, p, b, c) of input, parameters, buffers, config -----------------------------------------------

def per_channel(v, x):
    return v.reshape(1, -1, *[1] * (x.dim() - 2))


def affine(x, p):
    """Scale by gamma and shift by beta per channel (axis 1), each where it exists."""
    x = x * per_channel(p["gamma"], x) if "gamma" in p else x
    return x + per_channel(p["beta"], x) if "beta" in p else x


def seed_norm(x, p):
    """The seed's layer: a scalar mean and a scalar biased variance over the whole tensor; epsilon outside the root."""
    return affine((x - x.mean()) / (x.var(unbiased=False).sqrt() + SEED_EPS), p)


def batch_norm(x, p, b, momentum=MOMENTUM, training=True):
    """PyTorch's; momentum None is the cumulative average, which counts its steps in b["steps"]."""
    if training:
        b["steps"] = b.get("steps", 0) + 1
    return F.batch_norm(x, b["running_mean"], b["running_var"], p.get("gamma"), p.get("beta"), training,
                        1.0 / b["steps"] if momentum is None else momentum, EPS)


def batch_forward(x, p, b, c):
    return batch_norm(x, p, b, c["momentum"], c.get("training", True))


def ghost_forward(x, p, b, c):
    """BN of each sub-batch of c["ghost_size"] rows (the last may be shorter); each updates the running statistics."""
    return torch.cat([batch_norm(part, p, b, c["momentum"]) for part in x.split(c["ghost_size"])])


def noisy_forward(x, p, b, c):
    """Santurkar et al. 2018, appendix: y = scale_noise * BN(x) + shift_noise; no gradient flows to the noise."""
    y = batch_norm(x, p, b, c["momentum"])
    shape = lambda n: n.to(y.dtype).reshape(*(n.shape if n.dim() == 2 else (1, *n.shape)), *[1] * (y.dim() - 2))
    return y * shape(c["scale_noise"]) + shape(c["shift_noise"])


def linear_forward(x, p, b, c):
    y = x @ p["weight"]
    return y + p["bias"] if "bias" in p else y


LAYERS = {
    "linear": linear_forward,
    "sigmoid": lambda x, p, b, c: torch.sigmoid(x),
    "tanh": lambda x, p, b, c: torch.tanh(x),
    "relu": lambda x, p, b, c: torch.relu(x),
    "exp": lambda x, p, b, c: torch.exp(x),
    "log": lambda x, p, b, c: torch.log(x),
    "sqrt": lambda x, p, b, c: torch.sqrt(x),
    "softmax_cross_entropy": lambda x, p, b, c: F.cross_entropy(x, torch.tensor(c["labels"]), reduction="mean"),
    "conv2d": lambda x, p, b, c: F.conv2d(x, p["weight"], p.get("bias"), stride=1, padding=c["padding"]),
    "avg_pool": lambda x, p, b, c: F.avg_pool2d(x, c["size"]),
    "max_pool": lambda x, p, b, c: F.max_pool2d(x, c["size"]),
    "flatten": lambda x, p, b, c: x.flatten(1),
    "batch": batch_forward,
    "batch_no_gamma": batch_forward,
    "batch_no_affine": batch_forward,
    "seed": lambda x, p, b, c: seed_norm(x, p),
    "layer": lambda x, p, b, c: F.group_norm(x, 1, p["gamma"], p["beta"], EPS),
    "group": lambda x, p, b, c: F.group_norm(x, c["groups"], p["gamma"], p["beta"], EPS),
    "instance": lambda x, p, b, c: F.instance_norm(x, weight=p["gamma"], bias=p["beta"], eps=EPS),
    "ghost": ghost_forward,
    "noisy": noisy_forward,
}
TRACKING = {"batch", "batch_no_gamma", "batch_no_affine", "ghost", "noisy"}


def run(layer, x, p, b, c, upstream):
    """Output and gradients of sum(upstream * output)."""
    x = x.detach().requires_grad_()
    p = {k: v.detach().requires_grad_() for k, v in p.items()}
    y = LAYERS[layer](x, p, b, c)
    gradients = torch.autograd.grad(y, [x, *p.values()], upstream.to(y.dtype))
    return {"output": y.detach(), "input_gradient": gradients[0], "parameter_gradients": dict(zip(p, gradients[1:]))}


def statistics(b):
    return {k: b[k].clone() for k in ("running_mean", "running_var")}


def layer_case(name, layer, inputs, parameters=None, upstream=None, **config):
    """inputs: one tensor, or for running statistics three training inputs and one for evaluation."""
    inputs = inputs if isinstance(inputs, list) else [inputs]
    parameters = parameters or {}
    if layer in TRACKING:
        config = {"eps": EPS, "momentum": MOMENTUM, **config}
    channels = inputs[0].shape[1]
    buffers = lambda dtype: {"running_mean": torch.zeros(channels, dtype=dtype),
                             "running_var": torch.ones(channels, dtype=dtype)}
    if upstream is None:
        probe = LAYERS[layer](inputs[0], parameters, buffers(torch.float32), config)
        upstream = normal(generator(name + "/upstream"), *probe.shape)

    def compute(dtype):
        xs, p, b = cast(inputs, dtype), cast(parameters, dtype), buffers(dtype)
        result = run(layer, xs[0], p, b, config, upstream)
        result["buffers"] = statistics(b) if layer in TRACKING else {}
        if len(xs) == 4:
            for x in xs[1:3]:
                LAYERS[layer](x, p, b, config)
            result["buffers_after_3"] = statistics(b)
            result["evaluation"] = run(layer, xs[3], p, b, {**config, "training": False}, upstream)
        return result

    return {"name": name, "layer": layer, "config": config, "parameters": parameters, "inputs": inputs,
            "upstream": upstream, **both(compute)}


def layer_cases():
    cases = []

    def add(name, layer, make, **config):
        """make(g) gives (inputs, parameters)."""
        inputs, parameters = make(generator(name))
        cases.append(layer_case(name, layer, inputs, parameters, **config))

    def dense(n, i, o, bias):
        return lambda g: (normal(g, n, i), {"weight": normal(g, i, o, deviation=0.5),
                                            **({"bias": normal(g, o)} if bias else {})})

    def conv(n, c, h, w, o, k, bias):
        return lambda g: (normal(g, n, c, h, w), {"weight": normal(g, o, c, k, k, deviation=0.5),
                                                  **({"bias": normal(g, o)} if bias else {})})

    def scale_shift(g, channels, gamma=True, beta=True):
        p = {"gamma": normal(g, channels, mean=1, deviation=0.5), "beta": normal(g, channels)}
        return {k: v for k, v in p.items() if (gamma if k == "gamma" else beta)}

    def one(*shape, mean=0.5, deviation=2.0, **parts):
        return lambda g: (normal(g, *shape, mean=mean, deviation=deviation), scale_shift(g, shape[1], **parts))

    def four(*shape, **parts):
        """Three training inputs whose channels differ in mean and deviation from step to step, one for evaluation."""
        def make(g):
            xs = []
            for step in range(4):
                mean, deviation = normal(g, shape[1], deviation=2), normal(g, shape[1]).abs() + 0.5
                x = torch.randn(*shape, generator=g)
                xs.append(quantize(x * per_channel(deviation, x) + per_channel(mean, x)))
            return xs, scale_shift(g, shape[1], **parts)
        return make

    add("linear", "linear", dense(5, 7, 3, True))
    add("linear_no_bias", "linear", dense(5, 7, 3, False))
    add("linear_wide", "linear", dense(3, 17, 19, True))
    add("linear_one_sample", "linear", dense(1, 4, 6, True))

    for activation in ("sigmoid", "tanh"):
        add(activation, activation, lambda g: (normal(g, 6, 7, deviation=2), {}))
        add(activation + "_saturated", activation,
            lambda g: (torch.tensor([[-80.0, -30, -10, 0, 10, 30, 80], [-100, -20, -5, 1, 5, 20, 100]]), {}))
    add("relu", "relu", lambda g: (torch.cat([normal(g, 5, 7), torch.zeros(1, 7)]), {}))
    add("exp", "exp", lambda g: (normal(g, 4, 7, deviation=2), {}))
    add("log", "log", lambda g: (normal(g, 4, 7, deviation=2).abs() + 1 / 64, {}))
    add("sqrt", "sqrt", lambda g: (normal(g, 4, 7, deviation=2).abs() + 1 / 64, {}))
    add("softmax_cross_entropy", "softmax_cross_entropy", lambda g: (normal(g, 6, 5, deviation=2), {}),
        labels=[0, 4, 2, 2, 1, 3], upstream=torch.tensor(0.75))
    add("softmax_cross_entropy_large_logits", "softmax_cross_entropy",
        lambda g: (normal(g, 4, 10, mean=100, deviation=64, grain=16), {}),
        labels=[9, 0, 5, 3], upstream=torch.tensor(1.0))

    add("conv2d_3x3", "conv2d", conv(2, 3, 7, 6, 4, 3, True), padding=0)
    add("conv2d_3x3_no_bias", "conv2d", conv(2, 3, 7, 6, 4, 3, False), padding=0)
    add("conv2d_3x3_one_channel", "conv2d", conv(3, 1, 9, 9, 6, 3, True), padding=0)
    add("conv2d_5x5", "conv2d", conv(2, 2, 8, 9, 3, 5, True), padding=0)
    add("conv2d_3x3_padding_1", "conv2d", conv(2, 3, 5, 6, 4, 3, True), padding=1)
    add("conv2d_5x5_padding_1", "conv2d", conv(1, 2, 6, 5, 3, 5, False), padding=1)
    add("conv2d_3x3_to_1x1", "conv2d", conv(2, 4, 3, 3, 2, 3, True), padding=0)

    def distinct(g, *shape):
        """No two values alike, so that a maximum is never a tie."""
        count = math.prod(shape)
        return quantize((torch.randperm(count, generator=g) - count // 2).reshape(shape) / 16)

    for pool in ("avg_pool", "max_pool"):
        add(pool, pool, lambda g: (distinct(g, 2, 3, 6, 8), {}), size=2)
        add(pool + "_odd", pool, lambda g: (distinct(g, 2, 2, 13, 13), {}), size=2)
    ties = torch.tensor([[[[0.0, 0, 2, 2], [0, 0, 1, 2], [-1, 3, 0, 5], [3, 3, 5, 5]]]])
    add("max_pool_ties", "max_pool", lambda g: (ties, {}), size=2)
    add("flatten", "flatten", lambda g: (normal(g, 2, 3, 2, 4), {}))

    for shape in ((8, 5), (4, 3, 6), (4, 3, 4, 5)):
        name = "batch_" + {2: "nc", 3: "ncl", 4: "nchw"}[len(shape)]
        add(name, "batch", four(*shape))
        add(name + "_cumulative", "batch", four(*shape), momentum=None)
    add("batch_n2", "batch", one(2, 4))
    add("batch_n3", "batch", one(3, 4))
    add("batch_n1_nchw", "batch", one(1, 3, 3, 4))
    add("batch_n37", "batch", one(37, 9))
    add("batch_mean_1e4", "batch", lambda g: (normal(g, 32, 3, mean=1e4, grain=16), scale_shift(g, 3)))
    add("batch_mean_1e4_nchw", "batch", lambda g: (normal(g, 4, 2, 4, 4, mean=1e4, grain=16), scale_shift(g, 2)))

    def constant(g, *shape):
        x = normal(g, *shape)
        x[:, 1], x[:, 2] = 3.25, 0.0
        return x, scale_shift(g, shape[1])

    add("batch_constant_channels", "batch", lambda g: constant(g, 6, 4))
    add("batch_constant_channels_nchw", "batch", lambda g: constant(g, 2, 4, 3, 3))
    add("batch_gamma_zero_and_negative", "batch",
        lambda g: (normal(g, 6, 4), {"gamma": torch.tensor([0.0, -1, -0.5, 2]), "beta": normal(g, 4)}))

    for shape, suffix in (((8, 5), "nc"), ((3, 4, 3, 4), "nchw")):
        add("batch_no_gamma_" + suffix, "batch_no_gamma", four(*shape, gamma=False))
        add("batch_no_affine_" + suffix, "batch_no_affine", four(*shape, gamma=False, beta=False))
        add("seed_hidden_" + suffix, "seed", one(*shape, gamma=False), eps=SEED_EPS)
        add("seed_last_" + suffix, "seed", one(*shape), eps=SEED_EPS)
        add("seed_small_deviation_" + suffix, "seed", one(*shape, mean=0.0, deviation=0.03), eps=SEED_EPS)
        add("layer_" + suffix, "layer", one(*shape), eps=EPS)
    add("layer_ncl", "layer", one(3, 4, 5), eps=EPS)
    add("group_nc", "group", one(5, 6), groups=2, eps=EPS)
    add("group_nchw", "group", one(2, 6, 3, 3), groups=2, eps=EPS)
    add("group_nchw_groups_3", "group", one(2, 6, 3, 2), groups=3, eps=EPS)
    add("instance_nchw", "instance", one(2, 3, 4, 4), eps=EPS)
    add("instance_one_sample", "instance", one(1, 3, 3, 5), eps=EPS)
    add("ghost_nc", "ghost", one(12, 4), ghost_size=4)
    add("ghost_nc_short_last", "ghost", one(11, 4), ghost_size=4)
    add("ghost_nc_one_sub_batch", "ghost", one(6, 4), ghost_size=8)
    add("ghost_nchw", "ghost", one(6, 3, 3, 3), ghost_size=2)
    add("ghost_nchw_short_last", "ghost", one(5, 3, 3, 3), ghost_size=2)
    for shape, suffix in (((8, 5), "nc"), ((3, 4, 3, 4), "nchw")):
        for draw, noise in (("per_sample", shape[:2]), ("per_channel", shape[1:2])):
            name = "noisy_%s_%s" % (suffix, draw)
            g = generator(name + "/noise")
            add(name, "noisy", one(*shape), scale_noise=normal(g, *noise, mean=1, deviation=0.25),
                shift_noise=normal(g, *noise, deviation=0.5))
    return cases


# ---- optimizers -----------------------------------------------------------------------------------------------------

class RMSpropInside(torch.optim.Optimizer):
    """RMSprop with epsilon inside the root, p -= lr * g / sqrt(s + eps): Keras from 2.11 (2022) on.

    Outside the root, p -= lr * g / (sqrt(s) + eps), stand PyTorch and Keras up to 2.10, which the seed used.
    """

    def __init__(self, parameters, lr=1e-3, alpha=0.9, eps=1e-7):
        super().__init__(parameters, {"lr": lr, "alpha": alpha, "eps": eps})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                s = self.state[p].setdefault("s", torch.zeros_like(p))
                s.mul_(group["alpha"]).addcmul_(p.grad, p.grad, value=1 - group["alpha"])
                p.addcdiv_(p.grad, (s + group["eps"]).sqrt_(), value=-group["lr"])


class SGDW(torch.optim.SGD):
    """SGD with decoupled decay: p -= lr * weight_decay * p, then the step of SGD without decay."""

    @torch.no_grad()
    def step(self):
        decays = [group["weight_decay"] for group in self.param_groups]
        for group in self.param_groups:
            for p in group["params"]:
                p.mul_(1 - group["lr"] * group["weight_decay"])
            group["weight_decay"] = 0
        super().step()
        for group, decay in zip(self.param_groups, decays):
            group["weight_decay"] = decay


def make_optimizer(name, parameters, lr, momentum=0.0, weight_decay=0.0, rho=0.9, eps=1e-7, beta1=0.9, beta2=0.999,
                   decay="coupled", decayed="all"):
    if decayed == "weights":
        weights = lambda p: p.dim() >= 2
        parameters = [{"params": [p for p in parameters if weights(p)]},
                      {"params": [p for p in parameters if not weights(p)], "weight_decay": 0.0}]
        parameters = [group for group in parameters if group["params"]]
    if name == "sgd":
        kind = {"coupled": torch.optim.SGD, "decoupled": SGDW}[decay]
        return kind(parameters, lr, momentum=momentum, weight_decay=weight_decay)
    if name == "rmsprop_torch":
        return torch.optim.RMSprop(parameters, lr, alpha=rho, eps=eps, weight_decay=weight_decay)
    if name == "rmsprop_keras":
        return RMSpropInside(parameters, lr, alpha=rho, eps=eps)
    kind = {"coupled": torch.optim.Adam, "decoupled": torch.optim.AdamW}[decay]
    return kind(parameters, lr, betas=(beta1, beta2), eps=eps, weight_decay=weight_decay)


def make_schedule(optimizer, steps, schedule="constant", warmup=0.0):
    """PyTorch's schedulers, to be stepped after each step. Linear and cosine run over the steps after the warm-up; the
    milestones of step are counted from the start."""
    S, w = torch.optim.lr_scheduler, round(warmup * steps)
    rise = lambda: S.LinearLR(optimizer, 1 / w, 1.0, w - 1)  # (step + 1) / w
    if schedule == "step":
        parts = [S.MultiStepLR(optimizer, [math.ceil(steps / 2), math.ceil(3 * steps / 4)])]
        return S.ChainedScheduler(([rise()] if w > 1 else []) + parts)
    fall = {"constant": lambda: S.LambdaLR(optimizer, lambda step: 1.0),
            "linear": lambda: S.LinearLR(optimizer, 1.0, 0.0, steps - w),
            "cosine": lambda: S.CosineAnnealingLR(optimizer, steps - w)}[schedule]
    return S.SequentialLR(optimizer, [rise(), fall()], [w]) if w > 1 else fall()


SGD = {"lr": 0.1, "momentum": 0.0, "weight_decay": 0.0}
RMSPROP = {"lr": 1e-3, "rho": 0.9, "eps": 1e-7}
ADAM = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}


def optimizer_case(name, optimizer, parameter, gradients, config):
    def compute(dtype):
        p = cast([parameter], dtype)[0]
        steps = make_optimizer(optimizer, [p], **config)
        values = []
        for g in cast(gradients, dtype):
            p.grad = g
            steps.step()
            values.append(p.clone())
        return {"values": values}

    return {"name": name, "optimizer": optimizer, "config": config, "parameter": parameter, "gradients": gradients,
            **both(compute)}


def schedule_case(schedule, lr, steps, warmup):
    name = schedule + ("_warmup" if warmup else "") + f"_{steps}"
    rates = []
    optimizer = torch.optim.SGD([torch.zeros(1, dtype=torch.float64)], lr)
    scheduler = make_schedule(optimizer, steps, schedule, warmup)
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return {"name": name, "schedule": schedule, "lr": lr, "steps": steps, "warmup": warmup,
            "double": {"rates": torch.tensor(rates, dtype=torch.float64)}}


def schedule_cases():
    return [schedule_case(schedule, 0.3, steps, warmup) for schedule in ("constant", "linear", "cosine", "step")
            for steps, warmup in ((20, 0.0), (31, 0.0), (31, 0.2), (50, 0.1))]


def clip_case(name, max_norm, gradients):
    def compute(dtype):
        parameters = [torch.zeros_like(g, dtype=dtype) for g in gradients]
        for p, g in zip(parameters, cast(gradients, dtype)):
            p.grad = g  # clipped in place
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        return {"norm": norm, "clipped": [p.grad for p in parameters]}

    return {"name": name, "optimizer": "clip_global_norm", "config": {"max_norm": max_norm}, "gradients": gradients,
            **both(compute)}


def optimizer_cases():
    g = generator("optimizers")
    parameter = normal(g, 3, 5)
    # Columns of falling size, the last always zero: where epsilon stands shows only where gradients are small.
    columns = torch.tensor([1.0, 2.0 ** -4, 2.0 ** -9, 2.0 ** -14, 0.0])
    gradients = [normal(g, 3, 5, grain=16) * columns + 0.0 for _ in range(10)]
    case = lambda name, optimizer, **config: optimizer_case(name, optimizer, parameter, gradients, config)
    clip = [normal(g, 3, 4), normal(g, 4), normal(g, 2, 3, deviation=3)]
    return [
        case("sgd", "sgd", **SGD),
        case("sgd_momentum", "sgd", **{**SGD, "momentum": 0.9}),
        case("sgd_weight_decay", "sgd", **{**SGD, "weight_decay": 5e-4}),
        case("sgd_momentum_weight_decay", "sgd", **{**SGD, "momentum": 0.9, "weight_decay": 5e-4}),
        case("rmsprop_torch", "rmsprop_torch", **RMSPROP),
        case("rmsprop_keras", "rmsprop_keras", **RMSPROP),
        case("adam", "adam", **ADAM),
        case("rmsprop_torch_weight_decay", "rmsprop_torch", **RMSPROP, weight_decay=0.1),
        case("adam_weight_decay", "adam", **{**ADAM, "lr": 1e-2}, weight_decay=0.1),
        case("sgd_decoupled", "sgd", **{**SGD, "weight_decay": 0.1}, decay="decoupled"),
        case("sgd_momentum_decoupled", "sgd", **{**SGD, "momentum": 0.9, "weight_decay": 0.1}, decay="decoupled"),
        case("adam_decoupled", "adam", **{**ADAM, "lr": 1e-2}, weight_decay=0.1, decay="decoupled"),
        clip_case("clip_above", 1.0, clip),
        clip_case("clip_below", 100.0, clip),
    ]


# ---- trajectories ---------------------------------------------------------------------------------------------------

def glorot(name, fan_in, fan_out, shape):
    """Glorot uniform from a stream of the parameter's own name, so that all arms start alike."""
    bound = math.sqrt(6 / (fan_in + fan_out))
    return quantize((torch.rand(*shape, generator=generator(name)) * 2 - 1) * bound, 1024)


def normalize(arm, x, name, p, b, training=True):
    own = {k: p[f"{name}.{k}"] for k in ("gamma", "beta") if f"{name}.{k}" in p}
    if arm == "seed":
        return seed_norm(x, own)
    return F.batch_norm(x, b[name + ".running_mean"], b[name + ".running_var"], own.get("gamma"), own.get("beta"),
                        training, MOMENTUM, EPS)


def block(arm, x, i, layer, p, b, training):
    """The i-th layer, dense or convolutional, with its bias in the arm "none", else with its normalization."""
    weight, bias = p[layer + ".weight"], p.get(layer + ".bias")
    if weight.dim() == 4:
        x = F.conv2d(x, weight, bias)
    else:
        x = x @ weight if bias is None else x @ weight + bias
    return x if arm == "none" else normalize(arm, x, f"norm{i}", p, b, training)


def mlp(x, p, b, arm, activation, training=True):
    for i in (1, 2, 3):
        x = activation(block(arm, x, i, f"linear{i}", p, b, training))
    return block("none", x, 4, "linear4", p, b, training)


def lenet(x, p, b, arm, training=True):
    x = F.avg_pool2d(torch.relu(block(arm, x, 1, "conv1", p, b, training)), 2)
    x = F.avg_pool2d(torch.relu(block(arm, x, 2, "conv2", p, b, training)), 2)
    x = torch.relu(block(arm, x.flatten(1), 3, "linear1", p, b, training))
    if "linear3.weight" in p:
        x = torch.relu(block(arm, x, 4, "linear2", p, b, training))
        return block(arm, x, 5, "linear3", p, b, training)
    return block(arm, x, 4, "linear2", p, b, training)


def norm_parts(arm, channels, last_is_output):
    """Initial gamma, beta and running statistics of the norm layers 1, 2, ..."""
    p, b = {}, {}
    for i, c in enumerate(channels, 1):
        if arm == "batch" or arm == "seed" and last_is_output and i == len(channels):
            p[f"norm{i}.gamma"] = torch.ones(c)
        if arm != "none":
            p[f"norm{i}.beta"] = torch.zeros(c)
        if arm.startswith("batch"):
            b[f"norm{i}.running_mean"], b[f"norm{i}.running_var"] = torch.zeros(c), torch.ones(c)
    return p, b


def mlp_parts(arm, sizes, init):
    """Parameters and buffers: a bias where no normalization follows. init(name, fan_in, fan_out, shape)."""
    p = {}
    for i, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:]), 1):
        p[f"linear{i}.weight"] = init(f"linear{i}.weight", fan_in, fan_out, (fan_in, fan_out))
        if arm == "none" or i == len(sizes) - 1:
            p[f"linear{i}.bias"] = torch.zeros(fan_out)
    norms, b = norm_parts(arm, sizes[1:-1], last_is_output=False)
    return {**p, **norms}, b


def lenet_parts(arm, channels, sizes, init):
    """channels: of the input and the two 3x3 convolutions; sizes: of the dense layers, from the flattened image on."""
    p = {}
    for i, (c, o) in enumerate(zip(channels, channels[1:]), 1):
        p[f"conv{i}.weight"] = init(f"conv{i}.weight", c * 9, o * 9, (o, c, 3, 3))
    for i, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:]), 1):
        p[f"linear{i}.weight"] = init(f"linear{i}.weight", fan_in, fan_out, (fan_in, fan_out))
    outputs = [*channels[1:], *sizes[1:]]
    if arm == "none":
        p.update({name.replace("weight", "bias"): torch.zeros(c) for name, c in zip(list(p), outputs)})
    norms, b = norm_parts(arm, outputs, last_is_output=True)
    return {**p, **norms}, b


def trajectory(name, dataset, model, arm, activation, optimizer, config, steps, batch, data, **schedule):
    images, labels = data
    parameters, buffers = (mlp_parts(arm, [20, 12, 12, 12, 5], glorot) if model == "mlp" else
                           lenet_parts(arm, [1, 3, 4], [16, 8, 5], glorot))
    function = {"sigmoid": torch.sigmoid, "relu": torch.relu}[activation]

    def compute(dtype):
        p = {k: v.requires_grad_() for k, v in cast(parameters, dtype).items()}
        b, x, losses = cast(buffers, dtype), images.to(dtype), []
        update = make_optimizer(optimizer, list(p.values()), **config)
        scheduler = make_schedule(update, steps, **schedule)
        for step in range(steps):
            rows = slice(step * batch % len(x), step * batch % len(x) + batch)
            logits = mlp(x[rows], p, b, arm, function) if model == "mlp" else lenet(x[rows], p, b, arm)
            loss = F.cross_entropy(logits, torch.tensor(labels[rows]))
            update.zero_grad()
            loss.backward()
            update.step()
            scheduler.step()
            losses.append(loss.detach())
        return {"losses": torch.stack(losses), "parameters": p, "buffers": b}

    results = both(compute)
    gap = (results["float"]["losses"] - results["double"]["losses"]).abs().max().item()
    last = results["double"]["losses"][-1].item()
    print("  %-28s last loss %-9.6g largest difference of the loss, float against double %.1e" % (name, last, gap))
    return {"name": name, "model": model, "dataset": dataset, "norm": arm, "activation": activation,
            "optimizer": optimizer, "config": {**config, **schedule}, "steps": steps, "batch_size": batch,
            "parameters": parameters, "buffers": buffers, **results}


def batchnorm_alone():
    """A single BN layer learns an affine map of fresh batches: y, statistics, gamma and beta at every 10th step."""
    g = generator("batchnorm_alone")
    steps, n, c, lr = 100, 16, 8, 0.1
    deviation, mean = quantize(torch.rand(c, generator=g) * 2 + 0.5, 4), normal(g, c, deviation=2, grain=4)
    inputs = quantize(torch.randn(steps, n, c, generator=g) * deviation + mean, 16)
    scale, shift = normal(g, c, grain=4), normal(g, c, grain=4)

    def compute(dtype):
        gamma, beta = torch.ones(c, dtype=dtype, requires_grad=True), torch.zeros(c, dtype=dtype, requires_grad=True)
        b = {"running_mean": torch.zeros(c, dtype=dtype), "running_var": torch.ones(c, dtype=dtype)}
        update = torch.optim.SGD([gamma, beta], lr)
        losses, recorded = [], []
        for step, x in enumerate(inputs.to(dtype), 1):
            y = batch_norm(x, {"gamma": gamma, "beta": beta}, b)
            loss = ((y - (x * scale.to(dtype) + shift.to(dtype))) ** 2).mean()
            update.zero_grad()
            loss.backward()
            update.step()
            losses.append(loss.detach())
            if step % 10 == 0:
                recorded.append({"step": step, "output": y.detach(), **statistics(b), "gamma": gamma.detach().clone(),
                                 "beta": beta.detach().clone()})
        return {"losses": torch.stack(losses), "recorded": recorded}

    return {"name": "batchnorm_alone", "model": "batchnorm_alone", "norm": "batch", "optimizer": "sgd",
            "config": {**SGD, "lr": lr}, "steps": steps, "batch_size": n, "inputs": inputs, "target_scale": scale,
            "target_shift": shift, **both(compute)}


def trajectory_cases():
    g = generator("vectors")
    vectors = normal(g, 64, 20, grain=32), torch.randint(5, (64,), generator=g).tolist()
    g = generator("images")
    images = quantize(torch.rand(64, 1, 14, 14, generator=g) ** 2, 16), torch.randint(5, (64,), generator=g).tolist()
    momentum = {**SGD, "lr": 0.01, "momentum": 0.9}
    cases = []
    for suffix, activation, config in (("sigmoid", "sigmoid", SGD), ("relu", "relu", SGD),
                                       ("sigmoid_momentum", "sigmoid", momentum), ("relu_momentum", "relu", momentum)):
        cases += [trajectory(f"mlp_{suffix}_{arm}", "vectors", "mlp", arm, activation, "sgd", config, 100, 16, vectors)
                  for arm in ("none", "batch")]
    for optimizer, config, steps in (("sgd", SGD, 100), ("rmsprop_torch", RMSPROP, 20), ("rmsprop_keras", RMSPROP, 20),
                                     ("adam", ADAM, 20)):
        # Batch sizes at which PyTorch's own float and double stay within 1e-6 (seed: 3e-5). At others the arm runs apart
        # from rounding alone (batch at 16: 2e-5 and growing; seed at 32: 0.3), and a comparison would test luck.
        cases += [trajectory(f"lenet_{optimizer}_{arm}", "images", "lenet", arm, "relu", optimizer, config, steps,
                             16 if arm == "seed" else 32, images) for arm in ("none", "seed", "batch")]
    decay = {"weight_decay": 0.02, "decayed": "weights"}
    for suffix, optimizer, config, schedule in (
            ("all", "sgd", {**momentum, "weight_decay": 0.02}, {"schedule": "linear"}),
            ("weights", "sgd", {**momentum, **decay}, {"schedule": "step", "warmup": 0.1}),
            ("decoupled_weights", "sgd", {**momentum, **decay, "decay": "decoupled"},
             {"schedule": "cosine", "warmup": 0.1}),
            ("decoupled_weights", "adam", {**ADAM, **decay, "lr": 0.01, "decay": "decoupled"},
             {"schedule": "cosine", "warmup": 0.1})):
        name, steps = f"mlp_{optimizer}_{schedule['schedule']}_decay_{suffix}", 100 if optimizer == "sgd" else 20
        cases.append(trajectory(name, "vectors", "mlp", "batch", "relu", optimizer, config, steps, 16, vectors,
                                **schedule))
    datasets = {name: {"inputs": x, "labels": labels}
                for name, (x, labels) in (("vectors", vectors), ("images", images))}
    return cases + [batchnorm_alone()], datasets


# ---- probes ---------------------------------------------------------------------------------------------------------

PROBED = {"classes": 10, "lr": 0.5, "distances": [0.01, 0.03, 0.1, 0.3, 1.0]}


def probe_case(name, arm, activation, pixels, labels):
    """The measures of Santurkar et al. (2018) on a net as it is, statistics being the batch's own: section 3.1 along
    the gradient, and definition 2.1 with a step of plain gradient descent."""
    g, function = generator(name), {"sigmoid": torch.sigmoid, "relu": torch.relu}[activation]
    parameters, buffers = mlp_parts(arm, [pixels.shape[1], 12, 12, 12, PROBED["classes"]], glorot)
    for key, value in parameters.items():
        if value.dim() == 1:
            parameters[key] = normal(g, len(value), mean=1.0 if key.endswith("gamma") else 0.0, deviation=0.25)
    layer_of = lambda key: int("".join(filter(str.isdigit, key)))

    def compute(dtype):
        start, x, target = cast(parameters, dtype), pixels.to(dtype) / 255, torch.tensor(labels)

        def slope(step):
            """Loss and gradients where every parameter has moved by step(name)."""
            p = {k: (v + step(k)).requires_grad_() for k, v in start.items()}
            loss = F.cross_entropy(mlp(x, p, cast(buffers, dtype), arm, function), target)
            return loss.detach(), dict(zip(p, torch.autograd.grad(loss, list(p.values()))))

        norm = lambda tensors: torch.cat([t.flatten() for t in tensors]).norm()
        loss, gradient = slope(lambda k: 0)
        size = norm(gradient.values())
        along = [slope(lambda k: -distance / size * gradient[k]) for distance in PROBED["distances"]]
        losses = torch.stack([loss, *(there for there, _ in along)])
        changes = torch.stack([norm(there[k] - gradient[k] for k in there) for _, there in along])
        results = {"loss_range": losses.max() - losses.min(), "gradient_range": changes.max(),
                   "effective_beta": (changes / torch.tensor(PROBED["distances"], dtype=dtype)).max(),
                   "gradient_norm": size, "weight_norm": norm(start.values())}
        for layer in (2, 3, 4):
            weight = f"linear{layer}.weight"
            _, after = slope(lambda k: -PROBED["lr"] * gradient[k] if layer_of(k) < layer else 0)
            results[f"cosine_{layer}"] = F.cosine_similarity(gradient[weight].flatten(), after[weight].flatten(), dim=0)
            results[f"change_{layer}"] = norm([after[weight] - gradient[weight]]) / norm([gradient[weight]])
        if activation == "relu":  # whose kinks finite differences see, and derivatives do not
            return results
        # The Hessian, row by row, by differentiating the gradient again.
        p = {k: v.clone().requires_grad_() for k, v in start.items()}
        loss = F.cross_entropy(mlp(x, p, cast(buffers, dtype), arm, function), target)
        flat = lambda tensors: torch.cat([t.flatten() for t in tensors])
        first = flat(torch.autograd.grad(loss, list(p.values()), create_graph=True))
        hessian = torch.stack([flat(torch.autograd.grad(one, list(p.values()), retain_graph=True)) for one in first])
        unit = first.detach() / first.detach().norm()
        results["sharpness"] = torch.linalg.eigvalsh(hessian)[-1]
        results["hessian_along_gradient"] = (hessian @ unit).norm()
        return results

    return {"name": name, "norm": arm, "activation": activation, "parameters": parameters, **both(compute)}


def probe_cases():
    g = generator("pixels")
    pixels, labels = torch.randint(256, (40, 20), generator=g), torch.randint(10, (40,), generator=g).tolist()
    cases = [probe_case(f"{arm}_{activation}", arm, activation, pixels, labels)
             for activation in ("sigmoid", "relu") for arm in ("none", "batch")]
    return cases, {**PROBED, "pixels": pixels, "labels": labels}


def main(folder):
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    print("torch", torch.__version__)
    write(os.path.join(folder, "layers.json"), layer_cases())
    write(os.path.join(folder, "optimizers.json"), optimizer_cases())
    write(os.path.join(folder, "schedules.json"), schedule_cases())
    cases, datasets = trajectory_cases()
    write(os.path.join(folder, "trajectories.json"), cases, datasets=datasets)
    cases, head = probe_cases()
    write(os.path.join(folder, "probes.json"), cases, **head)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))
