"""Writes Parquet files of lists and structs in every form that pyarrow has, and compares outputs with what was asked for.

    nested.py write FOLDER     writes the inputs, prints their names as JSON
    nested.py compare FOLDER   reads NAME.parquet and NAME.out.parquet with pyarrow, and with DuckDB and polars where they are
                               installed; prints what differs as JSON
"""
import json
import math
import pathlib
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 500
FORMS = {
    "snappy": dict(row_group_size=230, data_page_size=2000, write_page_index=True),
    "zstd-v2": dict(row_group_size=230, data_page_size=2000, data_page_version="2.0", compression="zstd"),
    "plain": dict(compression="none", use_dictionary=False, use_compliant_nested_type=False, write_page_checksum=True),
    "gzip-encodings": dict(
        compression="gzip",
        use_dictionary=False,
        column_encoding={"l.list.element": "BYTE_STREAM_SPLIT", "i.list.element": "DELTA_BINARY_PACKED"},
    ),
    "brotli": dict(compression="brotli", data_page_version="2.0"),
    "lz4": dict(compression="lz4", data_page_size=500),
}


def table():
    source = random.Random(7)

    def some(make, share=0.15):
        return None if source.random() < share else make()

    def numbers():
        length = source.choice((0, 1, 2, 3, 5, 8, 17))
        return [some(lambda: round(source.uniform(-5, 5), 3)) for _ in range(length)]

    def struct():
        deep = some(lambda: {"z": some(lambda: source.uniform(-2, 2)), "l": some(numbers)})
        return {"a": some(lambda: source.uniform(-3, 3)), "b": source.uniform(-3, 3), "deep": deep}

    def column(make, type):
        return pa.array([make() for _ in range(ROWS)], type)

    def scaled(make):
        return lambda: some(lambda: [None if x is None else make(x) for x in numbers()])

    deep_type = pa.struct([("z", pa.float32()), ("l", pa.list_(pa.float32()))])
    struct_type = pa.struct([pa.field("a", pa.float64()), pa.field("b", pa.float64(), nullable=False), ("deep", deep_type)])
    return pa.table(
        {
            "id": pa.array(range(ROWS), pa.int64()),
            "s": column(lambda: some(struct), struct_type),
            "l": column(lambda: some(numbers), pa.list_(pa.float64())),
            "large": column(lambda: some(numbers), pa.large_list(pa.float32())),
            "i": column(scaled(lambda x: int(x * 10)), pa.list_(pa.int16())),
            "flags": column(scaled(lambda x: x > 0), pa.list_(pa.bool_())),
            "sure": column(lambda: some(lambda: [source.uniform(-1, 1) for _ in range(3)]), pa.list_(pa.field("x", pa.float64(), nullable=False))),
            "fixed": column(lambda: [some(lambda: source.uniform(-4, 4)) for _ in range(4)], pa.list_(pa.float64(), 4)),
            "nested": column(lambda: some(lambda: [some(numbers) for _ in range(source.choice((0, 1, 3)))]), pa.list_(pa.list_(pa.float64()))),
            "text": pa.array([f"text {row}" for row in range(ROWS)]),
        }
    )


def relu(value):
    if value is None:
        return None
    if isinstance(value, list):
        return [relu(each) for each in value]
    return max(0.0, float(value))


def softmax(row):
    if row is None or None in row:
        return row and [None] * len(row)
    largest = max(map(float, row), default=0.0)
    weights = [math.exp(float(each) - largest) for each in row]
    return [weight / sum(weights) for weight in weights]


def logsumexp(row):
    if not row or None in row:
        return None
    largest = max(map(float, row))
    return largest + math.log(sum(math.exp(float(each) - largest) for each in row))


def expected(before):
    """What the transforms of nested.test.ts come to."""

    def struct(value):
        if value is None:
            return None
        deep = value["deep"]
        if deep is not None:
            deep = {"z": relu(deep["z"]), "l": softmax(deep["l"])}
        return {"a": relu(value["a"]), "b": relu(value["b"]), "deep": deep}

    def deep_list(value):
        return None if value is None or value["deep"] is None else value["deep"]["l"]

    after = {name: before[name] for name in ("id", "i", "flags", "text")}
    after["s"] = [struct(value) for value in before["s"]]
    after["l"] = [softmax(row) for row in before["l"]]
    after["large"] = [softmax(row) for row in before["large"]]
    after["sure"] = [relu(row) for row in before["sure"]]
    after["sure_softmax"] = [softmax(row) for row in before["sure"]]
    after["fixed"] = [relu(row) for row in before["fixed"]]
    after["nested"] = [relu(row) for row in before["nested"]]
    after["l_relu"] = [relu(row) for row in before["l"]]
    after["sum"] = [logsumexp(row) for row in before["l"]]
    after["i_softmax"] = [softmax(row) for row in before["i"]]
    after["flags_relu"] = [relu(row) for row in before["flags"]]
    after["fixed_softmax"] = [softmax(row) for row in before["fixed"]]
    after["nested_relu"] = after["nested"]
    after["deep"] = [softmax(deep_list(value)) for value in before["s"]]
    return after


def difference(a, b, path):
    """The first place where two values differ by more than float32 has, or None."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return next(filter(None, (difference(a[key], b[key], f"{path}.{key}") for key in a)), None)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return next(filter(None, (difference(x, y, f"{path}[{i}]") for i, (x, y) in enumerate(zip(a, b)))), None)
    if isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12):
        return None
    return None if a == b and type(a) is type(b) else f"{path}: {a!r} is not {b!r}"


def readers(path):
    yield "pyarrow", pq.ParquetFile(path, page_checksum_verification=True).read()
    yield "pyarrow dataset", pq.read_table(path)
    try:
        import duckdb

        yield "DuckDB", duckdb.connect().execute(f"select * from '{path}'").to_arrow_table()
    except ImportError:
        pass
    try:
        import polars

        yield "polars", polars.read_parquet(path).to_arrow()
    except ImportError:
        pass


def types(schema):
    """Types without the names of list elements, which some writers choose anew."""
    return {name: str(schema.field(name).type).replace("item: ", "").replace("element: ", "") for name in schema.names}


def statistics(path, column, values):
    """Whether null counts and bounds of a column of lists are right, over all row groups."""
    metadata = pq.read_metadata(path)
    chunks = [
        chunk
        for group in range(metadata.num_row_groups)
        for chunk in map(metadata.row_group(group).column, range(metadata.num_columns))
        if chunk.path_in_schema.split(".")[0] == column
    ]
    there = [x for row in values for x in row or [] if x is not None]
    entries = sum(max(1, len(row or [])) for row in values)
    found = (sum(c.num_values for c in chunks), sum(c.statistics.null_count for c in chunks))
    bounds = (min(c.statistics.min for c in chunks), max(c.statistics.max for c in chunks))
    if found != (entries, entries - len(there)):
        return f"{column}: {found} values and nulls, not {(entries, entries - len(there))}"
    return difference(list(bounds), [min(there) or -0.0, max(there)], f"bounds of {column}")


def compare(folder, name):
    before = pq.read_table(folder / f"{name}.parquet")
    out = folder / f"{name}.out.parquet"
    wanted = expected(before.to_pydict())
    found = []
    for reader, after in readers(str(out)):
        values = after.to_pydict()
        if values.keys() != wanted.keys():
            found.append(f"{reader}: columns {list(values)}")
        found += [f"{reader}: {text}" for column in wanted if (text := difference(values.get(column), wanted[column], column))]
    kept, made = types(before.schema), types(pq.read_schema(out))
    for column, like in (("l", "l"), ("large", "large"), ("fixed", "fixed"), ("nested", "nested"), ("s", "s"), ("text", "text"), ("l_relu", "l"), ("fixed_softmax", "fixed"), ("nested_relu", "nested")):
        if made[column] != kept[like]:
            found.append(f"type of {column}: {made[column]}, not {kept[like]}")
    found += filter(None, (statistics(out, column, wanted[column]) for column in ("l", "l_relu", "i_softmax")))
    return found


folder = pathlib.Path(sys.argv[2])
if sys.argv[1] == "write":
    for name, options in FORMS.items():
        pq.write_table(table(), folder / f"{name}.parquet", **options)
    json.dump(list(FORMS), sys.stdout)
else:
    report = {}
    for name in FORMS:
        try:
            report[name] = compare(folder, name)
        except Exception as error:  # whatever a reader says against the output is a difference
            report[name] = [f"{type(error).__name__}: {error}"]
    json.dump(report, sys.stdout)
