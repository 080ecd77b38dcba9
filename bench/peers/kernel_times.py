"""Times NumPy's and torch's ways to compute functions, on one core, over an array that stays in cache.

    python kernel_times.py VALUE_COUNT SECONDS WIDTH,... prints {"versions": {...}, "times": {"sigmoid": {"numpy": ns, "torch": ns}}}

A row function's name carries the width: "softmax 8". Either library may be missing.
"""

import json
import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

VALUE_COUNT, SECONDS = int(sys.argv[1]), float(sys.argv[2])
WIDTHS = [int(width) for width in sys.argv[3].split(",")]
CALLS_PER_SAMPLE = 8


def median_nanoseconds(call):
    samples = []
    until = time.perf_counter() + SECONDS
    call()
    while len(samples) < 5 or time.perf_counter() < until:
        started = time.perf_counter_ns()
        for _ in range(CALLS_PER_SAMPLE):
            call()
        samples.append(time.perf_counter_ns() - started)
    return sorted(samples)[len(samples) // 2] / CALLS_PER_SAMPLE / VALUE_COUNT


def numpy_calls():
    import numpy as np

    x = np.random.default_rng(1).normal(0, 3, VALUE_COUNT)
    y = np.empty_like(x)

    def sigmoid():
        np.negative(x, out=y)
        np.exp(y, out=y)
        np.add(y, 1, out=y)
        np.reciprocal(y, out=y)

    def softplus():
        np.logaddexp(x, 0, out=y)

    def silu():
        sigmoid()
        np.multiply(x, y, out=y)

    def elu():
        np.minimum(x, 0, out=y)
        np.expm1(y, out=y)
        np.copyto(y, x, where=x > 0)

    def softsign():
        np.abs(x, out=y)
        np.add(y, 1, out=y)
        np.divide(x, y, out=y)

    def softmax(width):
        # Columns of rows, as a column store has them.
        rows = x[: VALUE_COUNT // width * width].reshape(width, -1)
        out = np.empty_like(rows)

        def call():
            np.subtract(rows, rows.max(axis=0), out=out)
            np.exp(out, out=out)
            np.divide(out, out.sum(axis=0), out=out)

        return call

    calls = {
        "linear": lambda: np.copyto(y, x),
        "exp": lambda: np.exp(x, out=y),
        "expm1": lambda: np.expm1(x, out=y),
        "tanh": lambda: np.tanh(x, out=y),
        "relu": lambda: np.maximum(x, 0, out=y),
        "clip": lambda: np.clip(x, -500, 500, out=y),
        "sigmoid": sigmoid,
        "softplus": softplus,
        "silu": silu,
        "elu": elu,
        "softsign": softsign,
    }
    calls.update({f"softmax {width}": softmax(width) for width in WIDTHS})
    return np.__version__, calls


def torch_calls():
    import torch
    import torch.nn.functional as f

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    x = torch.randn(VALUE_COUNT, dtype=torch.float64) * 3
    y = torch.empty_like(x)

    def row(function, width):
        rows = x[: VALUE_COUNT // width * width].reshape(width, -1)
        return lambda: function(rows, dim=0)

    calls = {
        "linear": lambda: y.copy_(x),
        "exp": lambda: torch.exp(x, out=y),
        "expm1": lambda: torch.expm1(x, out=y),
        "log1p": lambda: torch.log1p(x, out=y),
        "tanh": lambda: torch.tanh(x, out=y),
        "sigmoid": lambda: torch.sigmoid(x, out=y),
        "clip": lambda: torch.clamp(x, -500, 500, out=y),
        "relu": lambda: f.relu(x),
        "relu6": lambda: f.relu6(x),
        "leaky_relu": lambda: f.leaky_relu(x),
        "elu": lambda: f.elu(x),
        "selu": lambda: f.selu(x),
        "celu": lambda: f.celu(x),
        "softplus": lambda: f.softplus(x),
        "log_sigmoid": lambda: f.logsigmoid(x),
        "softsign": lambda: f.softsign(x),
        "hard_sigmoid": lambda: f.hardsigmoid(x),
        "hard_tanh": lambda: f.hardtanh(x),
        "hard_swish": lambda: f.hardswish(x),
        "softshrink": lambda: f.softshrink(x),
        "hardshrink": lambda: f.hardshrink(x),
        "tanhshrink": lambda: f.tanhshrink(x),
        "threshold": lambda: f.threshold(x, 0.0, 0.0),
        "silu": lambda: f.silu(x),
        "gelu": lambda: f.gelu(x),
        "mish": lambda: f.mish(x),
    }
    for width in WIDTHS:
        calls[f"softmax {width}"] = row(torch.softmax, width)
        calls[f"log_softmax {width}"] = row(torch.log_softmax, width)
        calls[f"softmin {width}"] = row(f.softmin, width)
        calls[f"logsumexp {width}"] = row(torch.logsumexp, width)
    return torch.__version__, calls


versions, times = {}, {}
for library, prepare in (("numpy", numpy_calls), ("torch", torch_calls)):
    try:
        versions[library], calls = prepare()
    except ImportError:
        continue
    for name, call in calls.items():
        times.setdefault(name, {})[library] = median_nanoseconds(call)
if not versions:
    sys.exit("neither numpy nor torch can be imported")
print(json.dumps({"versions": versions, "times": times}))
