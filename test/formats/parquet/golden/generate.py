"""Writes the files of this folder: python generate.py (pyarrow 21 or later).

Every file holds the same 1200 rows, whose values follow from the row number as golden.test.ts computes them, in two
row groups and small pages; the file's name says how they are stored.
"""

import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = range(1200)


def column(value, type_, null_every=None):
    return pa.array([None if null_every and i % null_every == 3 else value(i) for i in ROWS], type_)


TABLE = pa.table(
    {
        "double": column(lambda i: i * 0.5 - 100, pa.float64()),
        "double_null": column(lambda i: i / 8, pa.float64(), 7),
        "float_null": column(lambda i: i / 4, pa.float32(), 5),
        "half": column(lambda i: (i % 100) / 4, pa.float16()),
        "int8_null": column(lambda i: i % 200 - 100, pa.int8(), 11),
        "uint16": column(lambda i: i * 50, pa.uint16()),
        "uint32": column(lambda i: i + 4294960000, pa.uint32()),
        "int64_null": column(lambda i: i * 10**15, pa.int64(), 13),
        "bool_null": column(lambda i: i % 3 == 0, pa.bool_(), 6),
        "text": column(lambda i: f"text {i % 17}", pa.string(), 9),
        "struct": column(
            lambda i: {"x": None if i % 4 == 1 else float(i)}, pa.struct([("x", pa.float64())]), 10
        ),
    }
).replace_schema_metadata({"origin": "generate.py"})

FOLDER = pathlib.Path(__file__).parent
COMMON = {"row_group_size": 700, "data_page_size": 1000, "write_batch_size": 128}
INTEGERS = ["int8_null", "uint16", "uint32", "int64_null"]

for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    for version in ["1.0", "2.0"]:
        pq.write_table(
            TABLE,
            FOLDER / f"dictionary-{codec}-v{version[0]}.parquet",
            compression=codec,
            data_page_version=version,
            dictionary_pagesize_limit=2000,
            write_page_index=version == "1.0",
            **COMMON,
        )
pq.write_table(TABLE, FOLDER / "plain-none.parquet", compression="none", use_dictionary=False, **COMMON)
pq.write_table(
    TABLE,
    FOLDER / "split-zstd.parquet",
    compression="zstd",
    use_dictionary=False,
    use_byte_stream_split=["double", "double_null", "float_null", "half", "uint32", "int64_null"],
    **COMMON,
)
pq.write_table(
    TABLE,
    FOLDER / "delta-snappy.parquet",
    compression="snappy",
    use_dictionary=False,
    data_page_version="2.0",
    column_encoding={name: "DELTA_BINARY_PACKED" for name in INTEGERS} | {"bool_null": "RLE"},
    **COMMON,
)
