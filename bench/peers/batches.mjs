// Batch by batch with apache-arrow and parquet-wasm: reads, hands the logit columns to a function, writes. Untouched
// columns are passed on.
import { closeSync, openAsBlob, openSync, writeSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import {
  AsyncByteQueue,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchReader,
  Table,
  tableFromIPC,
  tableToIPC,
} from 'apache-arrow';
import {
  Compression,
  ParquetFile,
  transformParquetStream,
  Table as WasmTable,
  WriterPropertiesBuilder,
} from 'parquet-wasm';

/**
 * Does the job that the command line names and prints the seconds that it took, imports left out.
 * `compute(name, columns)` returns as many new Float64Arrays, or a promise of them.
 */
export async function run(versions, compute) {
  const [, , name, source, target, compression] = process.argv;
  const startedAt = performance.now();
  const transform = (batch) => replaceColumns(batch, (columns) => compute(name, columns));
  if (source.endsWith('.parquet')) await transformParquet(source, target, compression, transform);
  else await transformArrow(source, target, transform);
  console.log(JSON.stringify({ seconds: (performance.now() - startedAt) / 1e3, versions }));
}

async function replaceColumns(batch, compute) {
  const isLogit = batch.schema.fields.map((field) => field.name.startsWith('logit_'));
  const results = await compute(batch.data.children.filter((_, i) => isLogit[i]).map(({ values }) => values));
  const children = batch.data.children.map((child, i) =>
    isLogit[i] ? makeData({ type: child.type, data: results.shift() }) : child,
  );
  const { type, length } = batch.data;
  return new RecordBatch(batch.schema, makeData({ type, length, children }));
}

async function transformArrow(source, target, transform) {
  const file = openSync(target, 'w');
  const writer = new RecordBatchFileWriter();
  writer.reset(new FileQueue(file));
  for await (const batch of await RecordBatchReader.from(await open(source))) writer.write(await transform(batch));
  writer.finish();
  closeSync(file);
}

/** What the writer hands over goes straight to the file: a queue would hold all of it. */
class FileQueue extends AsyncByteQueue {
  #file;

  constructor(file) {
    super();
    this.#file = file;
  }

  write(value) {
    for (let done = 0; done < value.byteLength; ) done += writeSync(this.#file, value, done);
  }
}

async function transformParquet(source, target, compression, transform) {
  const file = await ParquetFile.fromFile(await openAsBlob(source));
  const batches = (await file.stream({ batchSize: 262_144 })).pipeThrough(
    new TransformStream({
      async transform(wasmBatch, controller) {
        const { batches } = tableFromIPC(wasmBatch.intoIPCStream());
        const table = new Table(await Promise.all(batches.map(transform)));
        for (const batch of WasmTable.fromIPCStream(tableToIPC(table, 'stream')).recordBatches()) {
          controller.enqueue(batch);
        }
      },
    }),
  );
  const codec = { snappy: Compression.SNAPPY, zstd: Compression.ZSTD }[compression];
  const properties = new WriterPropertiesBuilder().setCompression(codec).build();
  await writeFile(target, await transformParquetStream(batches, properties));
}
