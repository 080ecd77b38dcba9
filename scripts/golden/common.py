"""What the golden scripts share: the points, and how values are written so that JSON holds them to the last bit."""
import json
import math
import os

HERE = os.path.dirname(os.path.abspath(__file__))
INF = math.inf

_HALF = [1e-300, 1e-8, 1e-3, 0.1, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 7.5, 10.0, 15.0, 19.5, 20.5, 30.0, 37.5, 100.0, 499.0, 600.0, 1000.0]
POINTS = [-INF] + [-x for x in reversed(_HALF)] + [-0.0, 0.0] + _HALF + [INF, math.nan]

ROWS = [
    [2.0, 1.0, 0.1],
    [-1.5, 0.25, 3.0],
    [1000.0, 999.0, 998.5],
    [-700.0, 0.0, 30.0],
    [1e-9, -1e-9, 0.0],
    [-INF, 0.0, 1.0],
    [INF, 0.0, 1.0],
    [-INF, -INF, -INF],
    [INF, INF, -2.0],
    [math.nan, 1.0, 2.0],
]
GRADIENTS = [0.5, -1.25, 2.0]


def encode(value):
    """A float as JSON holds it: what is no number there, and -0, as text."""
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "-0" if value == 0 and math.copysign(1, value) < 0 else value


def write(name, source, elementwise, rows):
    path = os.path.join(HERE, "..", "..", "test", "golden", name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"source": source, "elementwise": elementwise, "rows": rows}, file, indent=1)
        file.write("\n")
    print(f"{path}: {len(elementwise)} elementwise functions, {len(rows)} row functions")
