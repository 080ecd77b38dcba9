"""Writes test/golden/onnx.json: operators of ONNX opset 22 with their default attributes, run by ONNX Runtime on the CPU.

Operators for which ONNX Runtime has no float64 kernel are run in float32.

Run by hand: python scripts/golden/onnx_values.py   (last with ONNX Runtime 1.30.0, onnx 1.23.1)
"""
import numpy as np
import onnx
import onnxruntime
from onnx import helper

from common import POINTS, ROWS, encode, write

# Our function, its parameters where they aren't the dialect's defaults, the operator, its attributes, the type.
ELEMENTWISE = [
    ("sigmoid", {}, "Sigmoid", {}, "float64"),
    ("tanh", {}, "Tanh", {}, "float64"),
    ("relu", {}, "Relu", {}, "float64"),
    ("exp", {}, "Exp", {}, "float64"),
    ("clip", {}, "Clip", {}, "float64"),
    ("hardshrink", {}, "Shrink", {}, "float64"),
    ("leaky_relu", {}, "LeakyRelu", {}, "float32"),
    ("elu", {}, "Elu", {}, "float32"),
    ("selu", {}, "Selu", {}, "float32"),
    ("celu", {}, "Celu", {}, "float32"),
    ("softplus", {}, "Softplus", {}, "float32"),
    ("softsign", {}, "Softsign", {}, "float32"),
    ("hard_sigmoid", {}, "HardSigmoid", {}, "float32"),
    ("hard_swish", {}, "HardSwish", {}, "float32"),
    ("mish", {}, "Mish", {}, "float32"),
    ("gelu", {}, "Gelu", {}, "float32"),
    ("gelu", {"approximate": 1}, "Gelu", {"approximate": "tanh"}, "float32"),
    ("threshold", {}, "ThresholdedRelu", {}, "float32"),
]

ROW = [("softmax", "Softmax"), ("log_softmax", "LogSoftmax")]


def run(operator, attributes, values):
    element_type = helper.np_dtype_to_tensor_dtype(values.dtype)
    graph = helper.make_graph(
        [helper.make_node(operator, ["x"], ["y"], **attributes)],
        operator,
        [helper.make_tensor_value_info("x", element_type, [None])],
        [helper.make_tensor_value_info("y", element_type, [None])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": values})[0]


def values_of(name, parameters, operator, attributes, type_name):
    values = np.array(POINTS, dtype=type_name)
    return {
        "function": name,
        "parameters": parameters,
        "type": type_name,
        "inputs": [encode(v) for v in values],
        "values": [encode(v) for v in run(operator, attributes, values)],
    }


def row_values_of(name, operator):
    outputs = [run(operator, {"axis": -1}, np.array(row, dtype=np.float64)) for row in ROWS]
    return {"function": name, "inputs": encoded(ROWS), "outputs": encoded(outputs)}


def encoded(rows):
    return [[encode(v) for v in row] for row in rows]


write(
    "onnx.json",
    f"ONNX opset 22 by ONNX Runtime {onnxruntime.__version__} (onnx {onnx.__version__}), CPU",
    [values_of(*case) for case in ELEMENTWISE],
    [row_values_of(*case) for case in ROW],
)
