"""Compares outputs with their inputs through pyarrow. Standard input: a JSON list of
{input, output, replaced: name or null, added: name or null}. Standard output: a JSON list of what differs."""
import json
import sys

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] == b"PAR1":
        return pa.parquet.ParquetFile(pa.BufferReader(data)).read()
    open_reader = pa.ipc.open_file if data[:6] == b"ARROW1" else pa.ipc.open_stream
    return open_reader(pa.BufferReader(data)).read_all()


def equal(a, b):
    """Whether two columns hold the same values; NaN equals NaN, and only the same bits count for floats."""
    if a.type != b.type or len(a) != len(b) or a.null_count != b.null_count:
        return False
    try:
        if a.equals(b):
            return True
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        pass
    return str(a.to_pylist()) == str(b.to_pylist())


def metadata_but_pandas(table):
    """What pandas keeps there names the columns, and changes with them."""
    metadata = dict(table.schema.metadata or {})
    metadata.pop(b"pandas", None)
    return metadata


def differences(case):
    before, after = read(case["input"]), read(case["output"])
    after.validate(full=True)
    found = []
    kept = len(before.schema)
    if len(after.schema) != kept + (case["added"] is not None):
        return [f"{len(after.schema)} columns"]
    if metadata_but_pandas(before) != metadata_but_pandas(after):
        found.append("schema metadata")
    for index in range(kept):
        name = before.schema.field(index).name
        if name == case["replaced"]:
            if after.schema.field(index).name != name:
                found.append(f"name of {name}")
            continue
        if not before.schema.field(index).equals(after.schema.field(index), check_metadata=True):
            found.append(f"field {name}")
        elif not equal(before.column(index), after.column(index)):
            found.append(f"values of {name}")
    if case["added"] is not None and after.schema.field(kept).name != case["added"]:
        found.append("name of the new column")
    return found


report = []
for case in json.load(sys.stdin):
    try:
        report.append(differences(case))
    except Exception as error:  # whatever the reader says against the output is a difference
        report.append([f"{type(error).__name__}: {error}"])
json.dump(report, sys.stdout)
