"""Reads {"values": {function: [inputs]}, "rows": {function: [{"rows": [row], "gradients": [row]}]}} from standard input and
writes {"values": {function: {peer: [values]}}, "rows": {function: {peer: [[values of a row]]}}}: what NumPy formulas as in
textbooks, SciPy and PyTorch (with autograd for derivatives) make of them. The rows of a block have one width. Peers that
aren't installed are left out."""
import json
import math
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
np.seterr(all="ignore")

try:
    import scipy
    import scipy.special as special
except ImportError:
    scipy = None
try:
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
except ImportError:
    torch = None


def np_sigmoid(x):
    return 1 / (1 + np.exp(-x))


def np_softplus(x):
    return np.log(1 + np.exp(x))


def np_gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


ALPHA, LAMBDA = 1.6732632423543772, 1.0507009873554805

NUMPY = {
    "exp": np.exp,
    "exp_deriv": np.exp,
    "expm1": np.expm1,
    "expm1_deriv": np.exp,
    "log1p": np.log1p,
    "log1p_deriv": lambda x: 1 / (1 + x),
    "sigmoid": np_sigmoid,
    "sigmoid_deriv": lambda x: np_sigmoid(x) * (1 - np_sigmoid(x)),
    "tanh": np.tanh,
    "tanh_deriv": lambda x: 1 - np.tanh(x) ** 2,
    "softplus": np_softplus,
    "softplus_deriv": np_sigmoid,
    "log_sigmoid": lambda x: -np_softplus(-x),
    "log_sigmoid_deriv": lambda x: 1 - np_sigmoid(x),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "softsign_deriv": lambda x: 1 / (1 + np.abs(x)) ** 2,
    "elu": lambda x: np.where(x >= 0, x, np.exp(x) - 1),
    "elu_deriv": lambda x: np.where(x >= 0, 1, np.exp(x)),
    "selu": lambda x: LAMBDA * np.where(x >= 0, x, ALPHA * (np.exp(x) - 1)),
    "selu_deriv": lambda x: LAMBDA * np.where(x >= 0, 1, ALPHA * np.exp(x)),
    "celu": lambda x: np.maximum(0, x) + np.minimum(0, np.exp(x) - 1),
    "celu_deriv": lambda x: np.where(x >= 0, 1, np.exp(x)),
    "tanhshrink": lambda x: x - np.tanh(x),
    "tanhshrink_deriv": lambda x: np.tanh(x) ** 2,
    "silu": lambda x: x * np_sigmoid(x),
    "silu_deriv": lambda x: np_sigmoid(x) * (1 + x * (1 - np_sigmoid(x))),
    "mish": lambda x: x * np.tanh(np_softplus(x)),
    "mish_deriv": lambda x: np.tanh(np_softplus(x)) + x * np_sigmoid(x) * (1 - np.tanh(np_softplus(x)) ** 2),
    "gelu approximate=tanh": np_gelu_tanh,
    "hard_swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_swish_deriv": lambda x: np.where(x <= -3, 0, np.where(x >= 3, 1, (2 * x + 3) / 6)),
}

SCIPY = {}
if scipy is not None:
    erf = np.vectorize(math.erf)
    NUMPY["gelu"] = lambda x: 0.5 * x * (1 + erf(x / np.sqrt(2)))
    SCIPY = {
        "expm1": special.expm1,
        "log1p": special.log1p,
        "sigmoid": special.expit,
        "sigmoid_deriv": lambda x: special.expit(x) * special.expit(-x),
        "softplus": getattr(special, "softplus", lambda x: np.logaddexp(0, x)),
        "softplus_deriv": special.expit,
        "log_sigmoid": special.log_expit,
        "log_sigmoid_deriv": lambda x: special.expit(-x),
        "gelu": lambda x: x * special.ndtr(x),
        "gelu_deriv": lambda x: special.ndtr(x) + x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi),
        "silu": lambda x: x * special.expit(x),
    }

TORCH = {}
if torch is not None:
    TORCH = {
        "exp": torch.exp,
        "expm1": torch.expm1,
        "log1p": torch.log1p,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softplus": F.softplus,
        "log_sigmoid": F.logsigmoid,
        "softsign": F.softsign,
        "elu": F.elu,
        "selu": F.selu,
        "celu": F.celu,
        "tanhshrink": F.tanhshrink,
        "silu": F.silu,
        "mish": F.mish,
        "gelu": F.gelu,
        "gelu approximate=tanh": lambda x: F.gelu(x, approximate="tanh"),
        "hard_swish": F.hardswish,
    }


def torch_values(name, values):
    base = name.replace("_deriv", "")
    x = torch.tensor(values, dtype=torch.float64, requires_grad="_deriv" in name)
    y = TORCH[base](x)
    if "_deriv" not in name:
        return y.numpy()
    y.sum().backward()
    return x.grad.numpy()


def text(value):
    """As JavaScript reads it."""
    return repr(value).replace("inf", "Infinity").replace("nan", "NaN")


def peers_of(name, inputs):
    values = np.array(inputs, dtype=np.float64)
    results = {}
    if name in NUMPY:
        results["NumPy"] = NUMPY[name](values)
    if name in SCIPY:
        results["SciPy"] = SCIPY[name](values)
    if name.replace("_deriv", "") in TORCH:
        results["PyTorch"] = torch_values(name, values)
    return {peer: [text(float(v)) for v in result] for peer, result in results.items()}


def np_softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def np_logsumexp(x):
    m = x.max(axis=1, keepdims=True)
    return m + np.log(np.exp(x - m).sum(axis=1, keepdims=True))


def np_entropy(p):
    return -np.sum(np.where(p > 0, p * np.log(p), 0), axis=1, keepdims=True)


def np_vector_jacobian(x, g):
    p = np_softmax(x)
    return p * (g - np.sum(p * g, axis=1, keepdims=True))


NUMPY_ROWS = {
    "softmax": lambda x, g: np_softmax(x),
    "softmin": lambda x, g: np_softmax(-x),
    "log_softmax": lambda x, g: x - np_logsumexp(x),
    "logsumexp": lambda x, g: np_logsumexp(x),
    "entropy": lambda x, g: np_entropy(np_softmax(x)),
    "softmax_deriv": lambda x, g: np_softmax(x) * (1 - np_softmax(x)),
    "softmax_deriv grad": np_vector_jacobian,
}

SCIPY_ROWS = {}
if scipy is not None:
    SCIPY_ROWS = {
        "softmax": lambda x, g: special.softmax(x, axis=1),
        "softmin": lambda x, g: special.softmax(-x, axis=1),
        "log_softmax": lambda x, g: special.log_softmax(x, axis=1),
        "logsumexp": lambda x, g: special.logsumexp(x, axis=1, keepdims=True),
        "entropy": lambda x, g: special.entr(special.softmax(x, axis=1)).sum(axis=1, keepdims=True),
    }

TORCH_ROWS = {}
if torch is not None:

    def torch_vector_jacobian(x, g):
        leaf = torch.tensor(x, requires_grad=True)
        torch.softmax(leaf, 1).backward(torch.tensor(g))
        return leaf.grad.numpy()

    TORCH_ROWS = {
        "softmax": lambda x, g: torch.softmax(torch.tensor(x), 1).numpy(),
        "softmin": lambda x, g: F.softmin(torch.tensor(x), 1).numpy(),
        "log_softmax": lambda x, g: torch.log_softmax(torch.tensor(x), 1).numpy(),
        "logsumexp": lambda x, g: torch.logsumexp(torch.tensor(x), 1, keepdim=True).numpy(),
        "entropy": lambda x, g: torch.distributions.Categorical(logits=torch.tensor(x)).entropy().numpy()[:, None],
        "softmax_deriv grad": torch_vector_jacobian,
    }


def row_peers_of(name, blocks):
    results = {}
    for peer, functions in (("NumPy", NUMPY_ROWS), ("SciPy", SCIPY_ROWS), ("PyTorch", TORCH_ROWS)):
        if name not in functions:
            continue
        rows = []
        for block in blocks:
            x, g = (np.array(block[key], dtype=np.float64) for key in ("rows", "gradients"))
            rows += [[text(float(v)) for v in row] for row in functions[name](x, g)]
        results[peer] = rows
    return results


versions = [f"NumPy {np.__version__}"]
if scipy is not None:
    versions.append(f"SciPy {scipy.__version__}")
if torch is not None:
    versions.append(f"PyTorch {torch.__version__}")
request = json.load(sys.stdin)
answer = {
    "versions": versions,
    "values": {name: peers_of(name, inputs) for name, inputs in request["values"].items()},
    "rows": {name: row_peers_of(name, blocks) for name, blocks in request["rows"].items()},
}
json.dump(answer, sys.stdout)
