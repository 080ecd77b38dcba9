"""Files of numbers in structs, lists and maps within each other, and what transforms of them come to.

    deep_numbers.py write FOLDER                writes the inputs
    deep_numbers.py compare FOLDER < RUNS       RUNS: a JSON list of {input, output, replaced: [path], added: {name: path}}, all
                                                of relu; prints a JSON list of what differs
"""
import json
import pathlib
import random
import sys

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

ROWS = 300


def table():
    source = random.Random(11)

    def some(make, share=0.2):
        return None if source.random() < share else make()

    def many(make, lengths=(0, 1, 2, 3, 7)):
        return [make() for _ in range(source.choice(lengths))]

    def number():
        return round(source.uniform(-9, 9) * 8) / 8

    def map_of(make, keys):
        return list({key: make() for key in source.sample(keys, source.randrange(4))}.items())

    def point():
        return {"x": some(number), "y": some(number), "tag": some(lambda: source.choice("abc"))}

    def inner():
        return {"m": some(lambda: map_of(lambda: some(lambda: {"v": some(number)}), ["p", "q", "r", "s"])), "n": some(number)}

    makers = {
        "points": (lambda: some(lambda: many(lambda: some(point))),
                   pa.list_(pa.struct([("x", pa.float64()), ("y", pa.float32()), ("tag", pa.string())]))),
        "prices": (lambda: some(lambda: map_of(lambda: some(number), ["a", "b", "c", "d"])), pa.map_(pa.string(), pa.float64())),
        "counts": (lambda: some(lambda: map_of(lambda: some(lambda: many(lambda: some(lambda: source.randrange(-90, 90)))), range(-9, 9))),
                   pa.map_(pa.int32(), pa.list_(pa.int16()))),
        "grid": (lambda: some(lambda: many(lambda: some(lambda: many(lambda: some(number))))), pa.list_(pa.list_(pa.float32()))),
        "deep": (lambda: some(lambda: {"a": some(lambda: many(lambda: some(inner))), "z": some(number)}),
                 pa.struct([("a", pa.list_(pa.struct([("m", pa.map_(pa.string(), pa.struct([("v", pa.float64())]))), ("n", pa.float64())]))),
                            ("z", pa.float64())])),
        # pyarrow can't read null lists of one size from Parquet.
        "pairs": (lambda: [some(lambda: {"x": some(number)}) for _ in range(2)], pa.list_(pa.struct([("x", pa.float64())]), 2)),
        "large": (lambda: some(lambda: many(lambda: some(lambda: many(number)))), pa.large_list(pa.list_(pa.float64()))),
        "sure": (lambda: many(lambda: {"x": number(), "on": source.random() < 0.5}, (1, 2, 5)),
                 pa.list_(pa.field("item", pa.struct([pa.field("x", pa.float64(), False), pa.field("on", pa.bool_(), False)]), False))),
    }
    columns = {name: pa.array([make() for _ in range(ROWS)], kind) for name, (make, kind) in makers.items()}
    # Below the nulls of these structs there are lists and numbers that aren't null.
    lists = pa.array([some(lambda: many(number)) for _ in range(ROWS)], pa.list_(pa.float64()))
    columns["s"] = pa.StructArray.from_arrays([lists], ["l"], mask=pa.array([source.random() < 0.4 for _ in range(ROWS)]))
    columns["text"] = pa.array([f"text {row}" for row in range(ROWS)])
    fields = [pa.field(name, column.type, name != "sure") for name, column in columns.items()]
    return pa.table(list(columns.values()), schema=pa.schema(fields))


def write(folder):
    data = table()
    pq.write_table(data, folder / "small.parquet", row_group_size=130, data_page_size=300, write_batch_size=16, write_page_index=True)
    pq.write_table(data, folder / "zstd.parquet", data_page_version="2.0", compression="zstd", use_dictionary=False)
    batches = data.to_batches(max_chunksize=170)
    with pa.ipc.new_file(folder / "plain.arrow", data.schema) as file:
        for batch in batches:
            file.write_batch(batch)
    for codec in ("lz4", "zstd"):
        with pa.ipc.new_stream(folder / f"{codec}.arrows", data.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as file:
            for batch in batches:
                file.write_batch(batch)


def read(path):
    if path.suffix == ".parquet":
        return pq.ParquetFile(path, page_checksum_verification=True).read()
    opener = pa.ipc.open_file if path.suffix == ".arrow" else pa.ipc.open_stream
    with pa.OSFile(str(path)) as file:
        return opener(file).read_all()


def relu(value):
    return value if value is None or value != value else max(0.0, float(value))


def step(value, name):
    """A struct's child, or the key or the value of a map's entry."""
    return value[name] if isinstance(value, dict) else value["key value".split().index(name)]


def replaced(value, path):
    if value is None:
        return None
    if isinstance(value, list):
        return [replaced(each, path) for each in value]
    if not path:
        return relu(value)
    if isinstance(value, tuple):
        return tuple(replaced(each, path[1:]) if name == path[0] else each for name, each in zip(("key", "value"), value))
    return {name: replaced(each, path[1:]) if name == path[0] else each for name, each in value.items()}


def added(value, path):
    if value is None:
        return None
    if isinstance(value, list):
        return [added(each, path) for each in value]
    return added(step(value, path[0]), path[1:]) if path else relu(value)


def result_type(kind):
    return kind if pa.types.is_floating(kind) else pa.float64()


def type_text(kind, path, keeps_structs):
    """The type with that of the results, without names and nullability of elements."""
    if pa.types.is_map(kind):
        parts = [type_text(part, path[1:] if path and path[0] == name else None, keeps_structs)
                 for name, part in (("key", kind.key_type), ("value", kind.item_type))]
        if keeps_structs or path is None:
            return f"map<{', '.join(parts)}>"
        return f"list<{parts[path[0] == 'value']}>"
    if pa.types.is_nested(kind) and not pa.types.is_struct(kind):
        inner = type_text(kind.value_type, path, keeps_structs)
        length = f"[{kind.list_size}]" if pa.types.is_fixed_size_list(kind) else ""
        return f"{'large_' * pa.types.is_large_list(kind)}list{length}<{inner}>"
    if pa.types.is_struct(kind):
        parts = {field.name: type_text(field.type, path[1:] if path and path[0] == field.name else None, keeps_structs) for field in kind}
        return parts[path[0]] if path and not keeps_structs else f"struct<{parts}>"
    return str(kind if path is None else result_type(kind))


def readers(path):
    yield "pyarrow", read(path)
    if path.suffix == ".parquet":
        try:
            import duckdb

            yield "DuckDB", duckdb.connect().execute(f"select * from '{path}'").to_arrow_table()
        except ImportError:
            pass


def compare(folder, run):
    before = read(folder / run["input"])
    after = read(folder / run["output"])
    after.validate(full=True)
    paths = {path.split(".")[0]: [] for path in run["replaced"]}
    for path in run["replaced"]:
        paths[path.split(".")[0]].append(path.split(".")[1:])
    wanted, types = {}, {}
    for name in before.schema.names:
        values, kind = before[name].to_pylist(), before.schema.field(name).type
        for path in paths.get(name, []):
            values = [replaced(value, path) for value in values]
        wanted[name] = values
        if len(paths.get(name, [])) <= 1:
            types[name] = type_text(kind, (paths.get(name) or [None])[0], True)
    for name, path in run["added"].items():
        top, *rest = path.split(".")
        wanted[name] = [added(value, rest) for value in before[top].to_pylist()]
        types[name] = type_text(before.schema.field(top).type, rest, False)
    found = []
    if after.schema.names != list(wanted):
        found.append(f"columns {after.schema.names}")
    for reader, table in readers(folder / run["output"]):
        for name in wanted:
            for row, (value, expected) in enumerate(zip(table[name].to_pylist(), wanted[name], strict=True)):
                if value != expected:
                    found.append(f"{reader}: {name}, row {row}: {value!r} is not {expected!r}")
                    break
    for name, kind in types.items():
        own = type_text(after.schema.field(name).type, None, True)
        if own != kind:
            found.append(f"type of {name}: {own}, not {kind}")
    is_same_format = (folder / run["input"]).suffix == (folder / run["output"]).suffix
    for field in before.schema:
        if is_same_format and field.name not in paths and not after.schema.field(field.name).equals(field, check_metadata=True):
            found.append(f"field {after.schema.field(field.name)} was {field}")
    return found


def main(command, folder):
    if command == "write":
        write(folder)
        return None
    report = []
    for run in json.load(sys.stdin):
        try:
            report.append(compare(folder, run))
        except Exception as error:  # whatever a reader says against the output is a difference
            report.append([f"{type(error).__name__}: {error}"])
    return report


if __name__ == "__main__":
    json.dump(main(sys.argv[1], pathlib.Path(sys.argv[2])), sys.stdout)
