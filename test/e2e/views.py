"""Views that pyarrow wrote, and what it reads of outputs.

    views.py write FOLDER     writes in.arrow and in.parquet
    views.py compare FOLDER   reads the outputs made of them, prints what differs from in.arrow as JSON
"""
import json
import pathlib
import sys

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

ROWS = 1000


def table():
    strings = [None if i % 7 == 0 else f"é{i}" * (i % 5) for i in range(ROWS)]
    columns = {
        "x": pa.array([float(i) for i in range(ROWS)]),
        "s": pa.array(strings, pa.string_view()),
        "b": pa.array([None if s is None else s.encode() for s in strings], pa.binary_view()),
        "l": pa.array([None if s is None else [s, None, s * 2] for s in strings], pa.list_(pa.string_view())),
        "d": pa.array(strings).dictionary_encode(),
    }
    return pa.table(columns)


def write(folder):
    with ipc.new_file(folder / "in.arrow", table().schema) as writer:
        writer.write_table(table(), max_chunksize=300)
    pq.write_table(table(), folder / "in.parquet", row_group_size=400)


def compare(folder):
    expected = table()
    differences = []
    for path in sorted(folder.glob("out*")):
        read = pq.read_table(path) if path.suffix == ".parquet" else ipc.open_file(path).read_all()
        read.validate(full=True)
        for name in expected.column_names:
            column = read[name]
            types = [str(t).replace("item:", "element:") for t in (column.type, expected[name].type)]
            if types[0] != types[1] or column.to_pylist() != expected[name].to_pylist():
                differences.append(f"{path.name}: {name}: {types}")
    return differences


command, folder = sys.argv[1], pathlib.Path(sys.argv[2])
print(json.dumps(write(folder) if command == "write" else compare(folder)))
