import type { Schema as ArrowJsSchema, Data, DataType, Field, RecordBatch } from 'apache-arrow';
import { Type } from 'apache-arrow/fb/type';
import type { Region } from '../../abi/task.js';
import { BITS_PER_VALUE, type NumericType, valuesByteLength } from '../../abi/types.js';
import { LanewiseError } from '../../errors.js';
import type { Column, Schema, Shape } from '../../plan/schema.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import { MemoryFile } from '../../storage/memory-file.js';
import type { Source, SourceDescription, SourcePartition } from '../format.js';
import { AndedBitmaps } from './anded-bitmaps.js';
import { ArrowLists } from './lists.js';

/** Record batches of the apache-arrow library, in memory. */
export class RecordBatchSource implements Source {
  readonly waits = true;
  readonly schema: Schema;
  readonly arrowSchema: ArrowJsSchema;
  readonly #iterator: AsyncIterator<RecordBatch>;
  readonly #children: readonly (readonly number[])[];
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
    const { columns, children } = listColumns(first.schema.fields);
    this.#children = children;
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
    return new RecordBatchPartition(batch, this.#children);
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
  /** For each column, the way to it: places among children from the top down. */
  readonly #children: readonly (readonly number[])[];

  constructor(batch: RecordBatch, children: readonly (readonly number[])[]) {
    this.batch = batch;
    this.rowCount = batch.numRows;
    this.#children = children;
  }

  valueCount(column: Column): number {
    return this.#values(column).length;
  }

  /** Whether a value of the column is null, of its own or because a struct that it belongs to is. */
  hasNulls(column: Column): boolean {
    return this.#bitmapOwners(column).length > 0;
  }

  loadByteLength(column: Column, start: number, end: number): number {
    return valuesByteLength(column.type!, end - start) + valuesByteLength('bool', end - start) + 2 * ALIGNMENT;
  }

  load(load: Load<unknown>, column: Column, start: number, end: number): Region {
    const type = column.type!;
    const byteLength = Math.ceil(end / 8) - start / 8;
    const bitmaps = this.#bitmapOwners(column).map((data) => {
      const bitmap = alignBits(data.nullBitmap, data.offset, data.length);
      return { file: new MemoryFile('a record batch', bitmap), position: 0, byteLength: bitmap.length };
    });
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
    const way = this.#way(column);
    const own = way.at(-1)!;
    const name = `column '${column.name}' of a record batch`;
    const range = (bytes: Uint8Array) => ({ file: new MemoryFile(name, bytes), position: 0, byteLength: bytes.length });
    const bitmaps = way
      .filter((data) => data.nullCount > 0)
      .map((data) => range(alignBits(data.nullBitmap, data.offset, data.length)));
    const { buffer, byteOffset, byteLength } = own.valueOffsets ?? new Uint8Array(0);
    const offsets =
      column.shape.kind === 'fixed_size_list' || own.length === 0
        ? undefined
        : range(new Uint8Array(buffer, byteOffset, byteLength));
    return new ArrowLists(column, own.length, this.valueCount(column), bitmaps, offsets);
  }

  /** A column's own data, and that of the structs that it belongs to, from the top down. */
  #way(column: Column): readonly Data[] {
    const way: Data[] = [];
    let data: Data = this.batch.data;
    for (const child of this.#children[column.index]!) {
      data = data.children[child]!;
      way.push(data);
    }
    return way;
  }

  #values(column: Column): Data {
    const own = this.#way(column).at(-1)!;
    return column.shape.kind === 'flat' ? own : own.children[0]!;
  }

  #bitmapOwners(column: Column): readonly Data[] {
    const owners = column.shape.kind === 'flat' ? this.#way(column) : [this.#values(column)];
    return owners.filter((data) => data.nullCount > 0);
  }
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

function listColumns(fields: readonly Field[]): {
  readonly columns: readonly Column[];
  readonly children: readonly (readonly number[])[];
} {
  const columns: Column[] = [];
  const children: (readonly number[])[] = [];
  const enter = (field: Field, fieldIndex: number, way: readonly number[], parent: Column | undefined): void => {
    const type = field.type as DataType;
    const shape = shapeOf(type);
    const path = [...(parent?.path ?? []), field.name];
    const column: Column = {
      index: columns.length,
      fieldIndex,
      path,
      name: path.join('.'),
      type: numericTypeOf(shape.kind === 'flat' ? type : type.children[0]!.type),
      typeName: String(type),
      nullable: field.nullable || (parent?.nullable ?? false),
      shape,
    };
    columns.push(column);
    children.push(way);
    if (type.typeId !== STRUCT) return;
    for (const [i, child] of type.children.entries()) enter(child, fieldIndex, [...way, i], column);
  };
  for (const [i, field] of fields.entries()) enter(field, i, [i], undefined);
  return { columns, children };
}

const STRUCT: number = Type.Struct_;

function shapeOf(type: DataType): Shape {
  const [elements] = type.children ?? [];
  if (elements === undefined || numericTypeOf(elements.type) === undefined) return { kind: 'flat' };
  switch (type.typeId as number) {
    case Type.FixedSizeList:
      return { kind: 'fixed_size_list', listSize: (type as DataType & { readonly listSize: number }).listSize };
    case Type.List:
      return { kind: 'list' };
    case Type.LargeList:
      return { kind: 'large_list' };
    default:
      return { kind: 'flat' };
  }
}

const FLOAT_TYPES: readonly NumericType[] = ['float16', 'float32', 'float64'];

function numericTypeOf(type: DataType): NumericType | undefined {
  const typeId: number = type.typeId;
  if (typeId === Type.Bool) return 'bool';
  if (typeId === Type.FloatingPoint) return FLOAT_TYPES[(type as DataType & { readonly precision: number }).precision];
  if (typeId !== Type.Int) return undefined;
  const { bitWidth, isSigned } = type as DataType & { readonly bitWidth: number; readonly isSigned: boolean };
  const name = `${isSigned ? '' : 'u'}int${bitWidth}`;
  return (Object.keys(BITS_PER_VALUE) as NumericType[]).find((candidate) => candidate === name);
}

function fieldList({ fields }: ArrowJsSchema): string {
  return fields.map(({ name, type }) => `${name}: ${type}`).join(', ');
}

async function* iterate(batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>): AsyncGenerator<RecordBatch> {
  yield* batches;
}
