import type * as Arrow from 'apache-arrow';
import type { Region, TaskResult } from '../../abi/task.js';
import { type NumericType, valuesByteLength } from '../../abi/types.js';
import { hasOwnNulls, type Job, type OutputColumn } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import type { Load } from '../../slab/load.js';
import type { JobItem, Sink, SinkPartition, SourcePartition } from '../format.js';
import { PANDAS_KEY, updatePandasMetadata } from '../pandas-metadata.js';
import { RecordBatchPartition, type RecordBatchSource } from './record-batch-source.js';
import { EXTENSION_KEY_PREFIX } from './schema-writer.js';

/** What a record batch takes of a load that is done. */
export type RecordBatchPiece =
  | { readonly kind: 'bytes'; readonly address: number; readonly target: Uint8Array }
  | { readonly kind: 'nulls'; readonly task: number; readonly index: number; readonly result: ResultBuffers };

/** The buffers of one result, which belong to whoever gets the batch. */
interface ResultBuffers {
  readonly count: number;
  readonly values: Uint8Array<ArrayBuffer>;
  readonly validity: Uint8Array<ArrayBuffer> | undefined;
  nullCount: number;
}

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
    return new RecordBatchSink(options, new BatchBuilder(await import('apache-arrow'), options));
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

/** Puts results in their places among the input's fields and data. */
class BatchBuilder {
  readonly #arrow: typeof Arrow;
  readonly #schema: Arrow.Schema;
  readonly #outputs: readonly { readonly output: OutputColumn; readonly job: Job }[];
  readonly #columns: readonly Column[];

  constructor(arrow: typeof Arrow, { source, jobs }: RecordBatchSinkOptions) {
    this.#arrow = arrow;
    this.#columns = source.schema.columns;
    this.#outputs = jobs.flatMap((job) => job.outputs.map((output) => ({ output, job })));
    const { arrowSchema } = source;
    const fields: Arrow.Field[] = [...arrowSchema.fields];
    for (const { output } of this.#outputs) {
      if (output.replaces === undefined) continue;
      const [top, ...inner] = this.#way(output.replaces);
      fields[top!] = this.#replaceField(fields[top!]!, inner, output);
    }
    for (const { output, job } of this.#outputs) {
      if (output.replaces !== undefined) continue;
      const listField = output.shape.kind === 'flat' ? undefined : this.#fieldOf(arrowSchema, job.operands[0]!);
      const type = listField === undefined ? this.#type(output.type) : this.#listType(listField, output);
      fields.push(new arrow.Field(output.name, type, listField?.nullable ?? output.nullable));
    }
    const metadata = new Map(arrowSchema.metadata);
    const pandas = metadata.get(PANDAS_KEY);
    if (pandas !== undefined) {
      const outputs = this.#outputs.map(({ output }) => output);
      metadata.set(PANDAS_KEY, updatePandasMetadata(pandas, outputs));
    }
    this.#schema = new arrow.Schema(fields, metadata, arrowSchema.dictionaries, arrowSchema.metadataVersion);
  }

  build(batch: Arrow.RecordBatch, results: ReadonlyMap<OutputColumn, ResultBuffers>): Arrow.RecordBatch {
    const { Data, RecordBatch, Struct } = this.#arrow;
    const fields = this.#schema.fields;
    const children: Arrow.Data[] = [...batch.data.children];
    for (const { output } of this.#outputs) {
      if (output.replaces === undefined) continue;
      const [top, ...inner] = this.#way(output.replaces);
      children[top!] = this.#replaceData(children[top!]!, fields[top!]!.type, inner, output, results.get(output)!);
    }
    for (const { output, job } of this.#outputs) {
      if (output.replaces !== undefined) continue;
      const data = this.#data(output.type, results.get(output)!);
      const { type } = fields[children.length]!;
      children.push(
        output.shape.kind === 'flat' ? data : this.#withChildren(this.#dataOf(batch, job.operands[0]!), type, [data]),
      );
    }
    const data = new Data(new Struct(fields), 0, batch.numRows, 0, undefined, children);
    return new RecordBatch(this.#schema, data, batch.metadata);
  }

  #replaceField(field: Arrow.Field, way: readonly number[], output: OutputColumn): Arrow.Field {
    const { Field, Struct } = this.#arrow;
    const [next, ...inner] = way;
    if (next !== undefined) {
      const children: Arrow.Field[] = [...field.type.children];
      children[next] = this.#replaceField(children[next]!, inner, output);
      return new Field(field.name, new Struct(children), field.nullable, field.metadata);
    }
    if (output.shape.kind !== 'flat') {
      return new Field(field.name, this.#listType(field, output), field.nullable, field.metadata);
    }
    const type = this.#type(output.type);
    return new Field(field.name, type, output.nullable, keptMetadata(field, type));
  }

  #replaceData(
    data: Arrow.Data,
    type: Arrow.DataType,
    way: readonly number[],
    output: OutputColumn,
    result: ResultBuffers,
  ): Arrow.Data {
    const [next, ...inner] = way;
    if (next !== undefined) {
      const children: Arrow.Data[] = [...data.children];
      children[next] = this.#replaceData(children[next]!, type.children[next]!.type, inner, output, result);
      return this.#withChildren(data, type, children);
    }
    const own = this.#data(output.type, result);
    return output.shape.kind === 'flat' ? own : this.#withChildren(data, type, [own]);
  }

  #listType(field: Arrow.Field, output: OutputColumn): Arrow.DataType {
    const { Field, FixedSizeList, LargeList, List } = this.#arrow;
    const elements: Arrow.Field = field.type.children[0];
    const type = this.#type(output.type);
    const nullable = elements.nullable || output.nullable;
    const child = new Field(elements.name, type, nullable, keptMetadata(elements, type));
    if (output.shape.kind === 'fixed_size_list') return new FixedSizeList(output.shape.listSize, child);
    return output.shape.kind === 'large_list' ? new LargeList(child) : new List(child);
  }

  #data(numericType: NumericType, { count, values, validity, nullCount }: ResultBuffers): Arrow.Data {
    const type = this.#type(numericType);
    const bitsAreBytes = numericType === 'bool' ? values.length : count;
    const array = new type.ArrayType(values.buffer, 0, bitsAreBytes);
    const { Data, BufferType } = this.#arrow;
    const validityBuffer = nullCount > 0 && validity !== undefined ? { [BufferType.VALIDITY]: validity } : {};
    return new Data(type, 0, count, nullCount, { [BufferType.DATA]: array, ...validityBuffer });
  }

  #type(type: NumericType): Arrow.DataType {
    const arrow = this.#arrow;
    switch (type) {
      case 'float64':
        return new arrow.Float64();
      case 'float32':
        return new arrow.Float32();
      case 'float16':
        return new arrow.Float16();
      case 'int8':
        return new arrow.Int8();
      case 'int16':
        return new arrow.Int16();
      case 'int32':
        return new arrow.Int32();
      case 'int64':
        return new arrow.Int64();
      case 'uint8':
        return new arrow.Uint8();
      case 'uint16':
        return new arrow.Uint16();
      case 'uint32':
        return new arrow.Uint32();
      case 'uint64':
        return new arrow.Uint64();
      case 'bool':
        return new arrow.Bool();
    }
  }

  /** The same validity and offsets around other children. */
  #withChildren(data: Arrow.Data, type: Arrow.DataType, children: Arrow.Data[]): Arrow.Data {
    return new this.#arrow.Data(type, data.offset, data.length, data.nullCount, data, children);
  }

  /** Places among children, from the top down. */
  #way(column: Column): readonly number[] {
    const parents = column.path.slice(0, -1).map((_, depth) => this.#ancestor(column, depth + 1));
    return [...parents, column].map((at, depth) => (depth === 0 ? at.fieldIndex : this.#placeAmongSiblings(at)));
  }

  #ancestor(column: Column, depth: number): Column {
    // Columns stand depth first: the nearest one before with fewer steps is the parent.
    return this.#columns.slice(0, column.index).findLast((candidate) => candidate.path.length === depth)!;
  }

  #placeAmongSiblings(column: Column): number {
    let place = 0;
    for (let index = column.index - 1; this.#columns[index]!.path.length >= column.path.length; index--) {
      if (this.#columns[index]!.path.length === column.path.length) place++;
    }
    return place;
  }

  #fieldOf(schema: Arrow.Schema, column: Column): Arrow.Field {
    const [top, ...inner] = this.#way(column);
    return inner.reduce((field: Arrow.Field, child) => field.type.children[child], schema.fields[top!]!);
  }

  #dataOf(batch: Arrow.RecordBatch, column: Column): Arrow.Data {
    return this.#way(column).reduce((data: Arrow.Data, child) => data.children[child]!, batch.data);
  }
}

/** What an extension type says of its storage goes when the storage changes. */
function keptMetadata(field: Arrow.Field, type: Arrow.DataType): Map<string, string> {
  if (String(field.type) === String(type)) return field.metadata;
  return new Map([...field.metadata].filter(([key]) => !key.startsWith(EXTENSION_KEY_PREFIX)));
}
