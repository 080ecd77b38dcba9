import { closeSync, openSync, writeSync } from 'node:fs';
import {
  AsyncByteQueue,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from 'apache-arrow';
import { type Batch, batchCount, type Dataset, logitName, makeBatch } from './dataset.js';

export interface ArrowOptions {
  readonly form: 'file' | 'stream';
  /** One record batch of all rows, which takes as much memory, instead of one for each batch of the dataset. */
  readonly single: boolean;
}

/** Writes the dataset as uncompressed Arrow IPC. */
export function writeArrow(path: string, dataset: Dataset, { form, single }: ArrowOptions): void {
  const file = openSync(path, 'w');
  try {
    const writer = form === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
    writer.reset(new FileQueue(file));
    const schema = schemaOf(dataset);
    if (single) writer.write(recordBatch(schema, joinBatches(dataset)));
    else
      for (let index = 0; index < batchCount(dataset); index++)
        writer.write(recordBatch(schema, makeBatch(dataset, index)));
    writer.finish();
  } finally {
    closeSync(file);
  }
}

/** What the writer hands over goes straight to the file: a queue would hold all of it. */
class FileQueue extends AsyncByteQueue {
  readonly #file: number;

  constructor(file: number) {
    super();
    this.#file = file;
  }

  override write(value: Uint8Array): void {
    for (let done = 0; done < value.byteLength; ) done += writeSync(this.#file, value, done);
  }
}

function schemaOf({ logitCount }: Dataset): Schema {
  const field = (name: string, type: DataType) => new Field(name, type, false);
  const logits = Array.from({ length: logitCount }, (_, index) => field(logitName(index), new Float64()));
  return new Schema([field('id', new Int64()), ...logits, field('count', new Int32())]);
}

function recordBatch(schema: Schema, { start, end, id, logits, count }: Batch): RecordBatch {
  const children = [
    makeData({ type: new Int64(), data: id }),
    ...logits.map((data) => makeData({ type: new Float64(), data })),
    makeData({ type: new Int32(), data: count }),
  ];
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: end - start, children }));
}

function joinBatches(dataset: Dataset): Batch {
  const { rowCount, logitCount } = dataset;
  const whole = {
    start: 0,
    end: rowCount,
    id: new BigInt64Array(rowCount),
    logits: Array.from({ length: logitCount }, () => new Float64Array(rowCount)),
    count: new Int32Array(rowCount),
  };
  for (let index = 0; index < batchCount(dataset); index++) {
    const batch = makeBatch(dataset, index);
    whole.id.set(batch.id, batch.start);
    whole.count.set(batch.count, batch.start);
    for (const [column, values] of batch.logits.entries()) whole.logits[column]?.set(values, batch.start);
  }
  return whole;
}
