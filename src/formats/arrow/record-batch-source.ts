import type { Schema as ArrowJsSchema, Data, RecordBatch } from 'apache-arrow';
import type { Region } from '../../abi/task.js';
import { BITS_PER_VALUE, type NumericType, valuesByteLength } from '../../abi/types.js';
import { LanewiseError } from '../../errors.js';
import type { Column, Schema } from '../../plan/schema.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import { MemoryFile } from '../../storage/memory-file.js';
import type { Source, SourceDescription, SourcePartition } from '../format.js';
import { AndedBitmaps } from './anded-bitmaps.js';
import type { BufferRange } from './compression.js';
import { ArrowLists, type ListElements, nestLists } from './lists.js';
import { type ColumnWay, listColumns, listForm } from './record-batch-columns.js';

/** Record batches of the apache-arrow library, in memory. */
export class RecordBatchSource implements Source {
  readonly waits = true;
  readonly schema: Schema;
  readonly arrowSchema: ArrowJsSchema;
  readonly #iterator: AsyncIterator<RecordBatch>;
  readonly #ways: readonly ColumnWay[];
  #first: RecordBatch | undefined;
  #count = 0;

  /** Takes the first batch, whose schema is that of all; `undefined` where there is none. */
  static async open(
    batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  ): Promise<RecordBatchSource | undefined> {
    const iterator = iterate(batches);
    const first = await iterator.next();
    return first.done === true ? undefined : new RecordBatchSource(iterator, first.value);
  }

  private constructor(iterator: AsyncIterator<RecordBatch>, first: RecordBatch) {
    this.#iterator = iterator;
    this.#first = first;
    this.arrowSchema = first.schema;
    const { columns, ways } = listColumns(first.schema.fields);
    this.#ways = ways;
    this.schema = { columns, fieldNames: first.schema.fields.map(({ name }) => name) };
  }

  async next(): Promise<RecordBatchPartition | undefined> {
    let batch = this.#first;
    this.#first = undefined;
    if (batch === undefined) {
      const next = await this.#iterator.next();
      if (next.done === true) return undefined;
      batch = next.value;
    }
    this.#checkSchema(batch);
    this.#count++;
    return new RecordBatchPartition(batch, this.#ways);
  }

  /** Where a column's field stands, and its values. */
  wayOf({ index }: Column): ColumnWay {
    return this.#ways[index]!;
  }

  wantedSlotByteLength(): number {
    return 0;
  }

  useSlots(): void {}

  async describe(): Promise<SourceDescription> {
    const metadata = [...this.arrowSchema.metadata].map(([key, value]) => ({
      key,
      byteLength: Buffer.byteLength(value),
    }));
    return { format: 'Arrow record batches', codec: 'none', rowCount: undefined, partitionCount: undefined, metadata };
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  #checkSchema({ schema }: RecordBatch): void {
    if (schema === this.arrowSchema || fieldList(schema) === fieldList(this.arrowSchema)) return;
    throw new LanewiseError(
      'LW_UNSUPPORTED_INPUT',
      `record batch ${this.#count} has the fields ${fieldList(schema)}, the first one ${fieldList(this.arrowSchema)}; all batches of a run need the same schema`,
    );
  }
}

/** One record batch. Its buffers are read where they are. */
export class RecordBatchPartition implements SourcePartition {
  readonly batch: RecordBatch;
  readonly rowCount: number;
  /** By column. */
  readonly #ways: readonly ColumnWay[];

  constructor(batch: RecordBatch, ways: readonly ColumnWay[]) {
    this.batch = batch;
    this.rowCount = batch.numRows;
    this.#ways = ways;
  }

  valueCount(column: Column): number {
    return this.#values(column).length;
  }

  /** Whether a value of the column is null, of its own or because a struct that it belongs to is. */
  hasNulls(column: Column): boolean {
    return nullBitmaps(this.#levels(column).at(-1)!).length > 0;
  }

  loadByteLength(column: Column, start: number, end: number): number {
    return valuesByteLength(column.type!, end - start) + valuesByteLength('bool', end - start) + 2 * ALIGNMENT;
  }

  load(load: Load<unknown>, column: Column, start: number, end: number): Region {
    const type = column.type!;
    const byteLength = Math.ceil(end / 8) - start / 8;
    const bitmaps = nullBitmaps(this.#levels(column).at(-1)!);
    const [first] = bitmaps;
    let validity = 0;
    if (first !== undefined) {
      const file = bitmaps.length === 1 ? first.file : new AndedBitmaps(bitmaps);
      validity = load.read(file, start / 8, byteLength);
    }
    const bytes = valueBytes(this.#values(column), type);
    const valuesStart = valuesByteLength(type, start);
    const file = new MemoryFile(`column '${column.name}' of a record batch`, bytes);
    return { values: load.read(file, valuesStart, valuesByteLength(type, end) - valuesStart), validity };
  }

  chunkEnd(_columns: readonly Column[], _start: number, limit: number): number {
    return limit;
  }

  lists(column: Column): ArrowLists {
    return nestLists(this.#levels(column), this.valueCount(column), (level, elements) =>
      listsAt(level, elements, column.name),
    );
  }

  #values(column: Column): Data {
    return this.#levels(column).at(-1)!.at(-1)!;
  }

  #levels(column: Column): readonly (readonly Data[])[] {
    return dataLevels(this.batch.data, this.#ways[column.index]!);
  }
}

function listsAt(level: readonly Data[], elements: ListElements, name: string): ArrowLists {
  const own = level.at(-1)!;
  const count = own.length;
  const { buffer, byteOffset, byteLength } = own.valueOffsets ?? new Uint8Array(0);
  const form = listForm(own.type);
  const offsets =
    form.kind === 'fixed_size' || count === 0 ? undefined : range(new Uint8Array(buffer, byteOffset, byteLength));
  return new ArrowLists({ name, form, count, elements, bitmaps: nullBitmaps(level), offsets });
}

/** The data of what leads to a column's values, by what it is counted in. */
export function dataLevels(batch: Data, { levels }: ColumnWay): readonly (readonly Data[])[] {
  let data = batch;
  return levels.map((level) =>
    level.map((child) => {
      data = data.children[child]!;
      return data;
    }),
  );
}

/** Of data of the same length, the bitmaps of those that have nulls. */
export function nullBitmaps(level: readonly Data[]): readonly BufferRange[] {
  return level
    .filter(({ nullCount }) => nullCount > 0)
    .map((data) => range(alignBits(data.nullBitmap, data.offset, data.length)));
}

function range(bytes: Uint8Array): BufferRange {
  return { file: new MemoryFile('a record batch', bytes), position: 0, byteLength: bytes.length };
}

/** The bytes of a column's values, from its first value on. */
function valueBytes(data: Data, type: NumericType): Uint8Array {
  const values: ArrayBufferView | undefined = data.values;
  const bytes =
    values === undefined ? new Uint8Array(0) : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return BITS_PER_VALUE[type] === 1 ? alignBits(bytes, data.offset, data.length) : bytes;
}

/** Bits from `offset` on: the library slices bitmaps by counting from somewhere else. */
function alignBits(bits: Uint8Array, offset: number, count: number): Uint8Array {
  const start = offset >> 3;
  const shift = offset & 7;
  const byteLength = Math.ceil(count / 8);
  if (shift === 0) return bits.subarray(start, start + byteLength);
  const aligned = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) {
    aligned[i] = (bits[start + i]! >> shift) | ((bits[start + i + 1] ?? 0) << (8 - shift));
  }
  return aligned;
}

function fieldList({ fields }: ArrowJsSchema): string {
  return fields.map(({ name, type }) => `${name}: ${type}`).join(', ');
}

async function* iterate(batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>): AsyncGenerator<RecordBatch> {
  yield* batches;
}
