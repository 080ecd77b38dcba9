"""Batch by batch with pyarrow: reads, hands the logit columns to a function, writes. Untouched columns are passed on."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def transform(source, target, compression, compute):
    """compute(list of float64 arrays) returns as many new ones."""
    if source.endswith(".parquet"):
        file = pq.ParquetFile(source)
        with pq.ParquetWriter(target, file.schema_arrow, compression=compression) as writer:
            for batch in file.iter_batches(batch_size=262_144):
                writer.write_batch(replaced(batch, compute))
    else:
        with pa.memory_map(source) as mapped, pa.ipc.open_file(mapped) as file:
            with pa.OSFile(target, "wb") as sink, pa.ipc.new_file(sink, file.schema) as writer:
                for index in range(file.num_record_batches):
                    writer.write_batch(replaced(file.get_batch(index), compute))


def replaced(batch, compute):
    places = [i for i, name in enumerate(batch.schema.names) if name.startswith("logit_")]
    results = compute([batch.column(i).to_numpy() for i in places])
    columns = list(batch.columns)
    for place, result in zip(places, results):
        columns[place] = pa.array(np.asarray(result))
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)
