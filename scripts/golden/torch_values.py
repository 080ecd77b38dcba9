"""Writes test/golden/torch.json: values and gradients of torch.nn.functional in float64 on the CPU.

Run by hand: python scripts/golden/torch_values.py   (last with PyTorch 2.13.0+cpu)
"""
import torch
import torch.nn.functional as F

from common import GRADIENTS, POINTS, ROWS, encode, write

torch.set_num_threads(1)

# Our function, its parameters where they aren't the dialect's defaults, theirs.
ELEMENTWISE = [
    ("sigmoid", {}, torch.sigmoid),
    ("tanh", {}, torch.tanh),
    ("relu", {}, F.relu),
    ("leaky_relu", {}, F.leaky_relu),
    ("elu", {}, F.elu),
    ("elu", {"alpha": 1.5}, lambda x: F.elu(x, 1.5)),
    ("selu", {}, F.selu),
    ("celu", {}, F.celu),
    ("celu", {"alpha": 1.5}, lambda x: F.celu(x, 1.5)),
    ("softplus", {}, F.softplus),
    ("softplus", {"beta": 2.0, "threshold": 15.0}, lambda x: F.softplus(x, 2.0, 15.0)),
    ("log_sigmoid", {}, F.logsigmoid),
    ("silu", {}, F.silu),
    ("gelu", {}, F.gelu),
    ("gelu", {"approximate": 1}, lambda x: F.gelu(x, approximate="tanh")),
    ("mish", {}, F.mish),
    ("hard_sigmoid", {}, F.hardsigmoid),
    ("hard_swish", {}, F.hardswish),
    ("relu6", {}, F.relu6),
    ("hard_tanh", {}, F.hardtanh),
    ("softsign", {}, F.softsign),
    ("softshrink", {}, F.softshrink),
    ("hardshrink", {}, F.hardshrink),
    ("tanhshrink", {}, F.tanhshrink),
    ("threshold", {"threshold": 0.1, "value": 20.0}, lambda x: F.threshold(x, 0.1, 20.0)),
    ("clip", {"min": -2.0, "max": 3.0}, lambda x: torch.clamp(x, -2.0, 3.0)),
    ("exp", {}, torch.exp),
    ("expm1", {}, torch.expm1),
    ("log1p", {}, torch.log1p),
]

ROW = [
    ("softmax", lambda x: F.softmax(x, 0)),
    ("log_softmax", lambda x: F.log_softmax(x, 0)),
    ("softmin", lambda x: F.softmin(x, 0)),
    ("logsumexp", lambda x: torch.logsumexp(x, 0).reshape(1)),
]


def values_of(name, parameters, function):
    x = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    y = function(x)
    y.sum().backward()
    return {
        "function": name,
        "parameters": parameters,
        "type": "float64",
        "inputs": [encode(v) for v in POINTS],
        "values": [encode(v) for v in y.detach()],
        "derivatives": [encode(v) for v in x.grad],
    }


def row_values_of(name, function):
    outputs = [function(torch.tensor(row, dtype=torch.float64)) for row in ROWS]
    return {"function": name, "inputs": encoded(ROWS), "outputs": encoded(outputs)}


def softmax_gradients():
    outputs = []
    for row in ROWS:
        x = torch.tensor(row, dtype=torch.float64, requires_grad=True)
        F.softmax(x, 0).backward(torch.tensor(GRADIENTS, dtype=torch.float64))
        outputs.append(x.grad)
    return {
        "function": "softmax_deriv",
        "gradients": GRADIENTS,
        "inputs": encoded(ROWS),
        "outputs": encoded(outputs),
    }


def encoded(rows):
    return [[encode(v) for v in row] for row in rows]


write(
    "torch.json",
    f"torch.nn.functional of PyTorch {torch.__version__}, float64, CPU, one thread",
    [values_of(*case) for case in ELEMENTWISE],
    [row_values_of(*case) for case in ROW] + [softmax_gradients()],
)
