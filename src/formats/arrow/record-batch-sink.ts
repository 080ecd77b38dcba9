import type * as Arrow from 'apache-arrow';
import type { Region, TaskResult } from '../../abi/task.js';
import { type NumericType, valuesByteLength } from '../../abi/types.js';
import { hasOwnNulls, type Job, type OutputColumn } from '../../plan/job.js';
import type { Load } from '../../slab/load.js';
import type { JobItem, Sink, SinkPartition, SourcePartition } from '../format.js';
import { BatchBuilder, type ResultBuffers } from './batch-builder.js';
import { RecordBatchPartition, type RecordBatchSource } from './record-batch-source.js';

/** What a record batch takes of a load that is done. */
export type RecordBatchPiece =
  | { readonly kind: 'bytes'; readonly address: number; readonly target: Uint8Array }
  | { readonly kind: 'nulls'; readonly task: number; readonly index: number; readonly result: ResultBuffers };

export interface RecordBatchSinkOptions {
  readonly source: RecordBatchSource;
  readonly jobs: readonly Job[];
  /** All of the slab: pieces name their bytes by addresses in it. */
  readonly memory: Uint8Array;
  /** Takes each finished batch; the next ones wait until it resolves. */
  readonly deliver: (batch: Arrow.RecordBatch) => Promise<void>;
}

/**
 * Makes record batches of the apache-arrow library: columns that no job writes are the input's objects, results stand
 * in memory of their own.
 */
export class RecordBatchSink implements Sink<RecordBatchPiece> {
  readonly ordered = false;
  readonly readsSlots = true;
  readonly #options: RecordBatchSinkOptions;
  readonly #builder: BatchBuilder;

  static async create(options: RecordBatchSinkOptions): Promise<RecordBatchSink> {
    return new RecordBatchSink(options, new BatchBuilder(await import('apache-arrow'), options.source, options.jobs));
  }

  private constructor(options: RecordBatchSinkOptions, builder: BatchBuilder) {
    this.#options = options;
    this.#builder = builder;
  }

  async begin(partition: SourcePartition): Promise<SinkPartition<RecordBatchPiece>> {
    if (!(partition instanceof RecordBatchPartition)) throw new TypeError('a record batch sink takes record batches');
    const { jobs, deliver } = this.#options;
    const results = new Map<OutputColumn, ResultBuffers>();
    for (const job of jobs) {
      for (const [index, column] of job.outputs.entries()) results.set(column, reserve(partition, job, column, index));
    }
    const items: readonly JobItem[] = jobs.map((job) => ({ kind: 'job', job }));
    return {
      items,
      storeByteLength: () => 0,
      store: (load, output, start, end, region, task, index) =>
        store(load, results.get(output)!, output.type, start, end, region, task, index),
      end: () => deliver(this.#builder.build(partition.batch, results)),
    };
  }

  write(load: Load<RecordBatchPiece>, results: readonly TaskResult[]): void {
    const { memory } = this.#options;
    for (const piece of load.pieces) {
      if (piece.kind === 'nulls') piece.result.nullCount += results[piece.task]![piece.index]!;
      else piece.target.set(memory.subarray(piece.address, piece.address + piece.target.length));
    }
  }

  async finish(): Promise<void> {}

  close(): void {}
}

function reserve(partition: RecordBatchPartition, job: Job, column: OutputColumn, index: number): ResultBuffers {
  const [first] = job.operands;
  const count = column.shape.kind === 'flat' ? partition.rowCount : partition.valueCount(first!);
  const { validityFrom } = job.program.results[index]!;
  const hasValidity =
    hasOwnNulls(job, column, index) || validityFrom.some((operand) => partition.hasNulls(job.operands[operand]!));
  return {
    count,
    // The library takes typed arrays of whole words.
    values: new Uint8Array(Math.ceil(valuesByteLength(column.type, count) / 8) * 8),
    validity: hasValidity ? new Uint8Array(Math.ceil(count / 64) * 8) : undefined,
    nullCount: 0,
  };
}

function store(
  load: Load<RecordBatchPiece>,
  result: ResultBuffers,
  type: NumericType,
  start: number,
  end: number,
  region: Region,
  task: number,
  index: number,
): void {
  if (region.validity !== 0 && result.validity !== undefined) {
    const target = result.validity.subarray(start / 8, Math.ceil(end / 8));
    load.pieces.push({ kind: 'bytes', address: region.validity, target }, { kind: 'nulls', task, index, result });
  }
  const target = result.values.subarray(valuesByteLength(type, start), valuesByteLength(type, end));
  load.pieces.push({ kind: 'bytes', address: region.values, target });
}
