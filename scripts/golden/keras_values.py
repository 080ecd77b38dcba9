"""Writes test/golden/keras.json: keras.activations in float64 on the CPU, with the PyTorch backend.

Run by hand: KERAS_BACKEND=torch python scripts/golden/keras_values.py   (last with Keras 3.15.1, PyTorch 2.13.0)
"""
import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import torch
from keras import activations

from common import POINTS, ROWS, encode, write

torch.set_num_threads(1)

# Our function, its parameters where they aren't the dialect's defaults, theirs. Not softplus: that is the backend's.
ELEMENTWISE = [
    ("sigmoid", {}, activations.sigmoid),
    ("tanh", {}, activations.tanh),
    ("relu", {}, activations.relu),
    ("leaky_relu", {}, activations.leaky_relu),
    ("elu", {}, activations.elu),
    ("selu", {}, activations.selu),
    ("celu", {}, activations.celu),
    ("log_sigmoid", {}, activations.log_sigmoid),
    ("silu", {}, activations.silu),
    ("gelu", {}, activations.gelu),
    ("mish", {}, activations.mish),
    ("hard_sigmoid", {}, activations.hard_sigmoid),
    ("hard_swish", {}, activations.hard_silu),
    ("relu6", {}, activations.relu6),
    ("hard_tanh", {}, activations.hard_tanh),
    ("softsign", {}, activations.softsign),
    ("softshrink", {}, activations.soft_shrink),
    ("hardshrink", {}, activations.hard_shrink),
    ("tanhshrink", {}, activations.tanh_shrink),
    ("exp", {}, activations.exponential),
]

ROW = [("softmax", activations.softmax), ("log_softmax", activations.log_softmax)]


def apply(function, values):
    return function(torch.tensor([values], dtype=torch.float64))[0].cpu()


write(
    "keras.json",
    f"keras.activations of Keras {keras.__version__}, backend PyTorch {torch.__version__}, float64, CPU",
    [
        {
            "function": name,
            "parameters": parameters,
            "type": "float64",
            "inputs": [encode(v) for v in POINTS],
            "values": [encode(v) for v in apply(function, POINTS)],
        }
        for name, parameters, function in ELEMENTWISE
    ],
    [
        {
            "function": name,
            "inputs": [[encode(v) for v in row] for row in ROWS],
            "outputs": [[encode(v) for v in apply(function, row)] for row in ROWS],
        }
        for name, function in ROW
    ],
)
