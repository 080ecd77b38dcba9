/** Record batches of the apache-arrow library with results in their places among the input's fields and data. */
import type * as Arrow from 'apache-arrow';
import { Type } from 'apache-arrow/fb/type';
import type { NumericType } from '../../abi/types.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import { PANDAS_KEY, updatePandasMetadata } from '../pandas-metadata.js';
import { AndedBitmaps } from './anded-bitmaps.js';
import { countBits } from './bits.js';
import { dataLevels, nullBitmaps, type RecordBatchSource } from './record-batch-source.js';
import { ELEMENT, EXTENSION_KEY_PREFIX } from './schema-writer.js';

/** The buffers of one result, which belong to whoever gets the batch. */
export interface ResultBuffers {
  readonly count: number;
  readonly values: Uint8Array<ArrayBuffer>;
  readonly validity: Uint8Array<ArrayBuffer> | undefined;
  nullCount: number;
}

export class BatchBuilder {
  readonly #arrow: typeof Arrow;
  readonly #source: RecordBatchSource;
  readonly #schema: Arrow.Schema;
  readonly #outputs: readonly { readonly output: OutputColumn; readonly job: Job }[];

  constructor(arrow: typeof Arrow, source: RecordBatchSource, jobs: readonly Job[]) {
    this.#arrow = arrow;
    this.#source = source;
    this.#outputs = jobs.flatMap((job) => job.outputs.map((output) => ({ output, job })));
    const { arrowSchema } = source;
    const fields: Arrow.Field[] = [...arrowSchema.fields];
    for (const { output } of this.#outputs) {
      const [top, ...inner] = this.#wayTo(output);
      if (top !== undefined) fields[top] = this.#replaceField(fields[top]!, inner, output);
    }
    for (const { output, job } of this.#outputs) {
      if (output.replaces === undefined) fields.push(this.#newField(output, job));
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
      const [top, ...inner] = this.#wayTo(output);
      if (top === undefined) continue;
      const own = this.#data(output.type, results.get(output)!);
      children[top] = this.#replaceData(children[top]!, fields[top]!.type, inner, own);
    }
    for (const { output, job } of this.#outputs) {
      if (output.replaces !== undefined) continue;
      const own = this.#data(output.type, results.get(output)!);
      const lists = output.shape.kind === 'flat' ? [] : dataLevels(batch.data, this.#levelsOf(job)).slice(0, -1);
      children.push(this.#newData(lists, fields[children.length]!.type, own));
    }
    const data = new Data(new Struct(fields), 0, batch.numRows, 0, undefined, children);
    return new RecordBatch(this.#schema, data, batch.metadata);
  }

  /** The way to what an output takes the place of; empty for a new one. */
  #wayTo({ replaces, shape }: OutputColumn): readonly number[] {
    if (replaces === undefined) return [];
    const { own, levels } = this.#source.wayOf(replaces);
    return shape.kind === 'flat' ? own : levels.flat();
  }

  #levelsOf(job: Job) {
    return this.#source.wayOf(job.operands[0]!);
  }

  #replaceField(field: Arrow.Field, way: readonly number[], output: OutputColumn): Arrow.Field {
    const { Field } = this.#arrow;
    const [next, ...inner] = way;
    if (next !== undefined) {
      const children: Arrow.Field[] = [...field.type.children];
      children[next] = this.#replaceField(children[next]!, inner, output);
      return new Field(field.name, this.#withFields(field.type, children), field.nullable, field.metadata);
    }
    const type = this.#type(output.type);
    const nullable = output.nullable || (output.shape.kind !== 'flat' && field.nullable);
    return new Field(field.name, type, nullable, keptMetadata(field, type));
  }

  /** The same type of other children. */
  #withFields(type: Arrow.DataType, children: Arrow.Field[]): Arrow.DataType {
    const { FixedSizeList, LargeList, List, Map_, Struct } = this.#arrow;
    const [child] = children;
    const typeId: number = type.typeId;
    if (child === undefined || typeId === Type.Struct_) return new Struct(children);
    if (typeId === Type.FixedSizeList) return new FixedSizeList((type as Arrow.FixedSizeList).listSize, child);
    if (typeId === Type.LargeList) return new LargeList(child);
    return typeId === Type.Map ? new Map_(child, (type as Arrow.Map_).keysSorted) : new List(child);
  }

  /** A new field; one over a column in lists has these lists, and not the structs that they are in. */
  #newField(output: OutputColumn, job: Job): Arrow.Field {
    const { Field } = this.#arrow;
    if (output.shape.kind === 'flat') return new Field(output.name, this.#type(output.type), output.nullable);
    let children: readonly Arrow.Field[] = this.#source.arrowSchema.fields;
    const levels = this.#levelsOf(job).levels.map((level) =>
      level.map((child) => {
        const field = children[child]!;
        children = field.type.children ?? [];
        return field;
      }),
    );
    return this.#newLists(levels, output, output.name);
  }

  #newLists(
    [level = [], ...inner]: readonly (readonly Arrow.Field[])[],
    output: OutputColumn,
    name: string,
  ): Arrow.Field {
    const { Field, List } = this.#arrow;
    const own = level.at(-1)!;
    const nullable = level.some((field) => field.nullable);
    if (inner.length === 0) {
      const type = this.#type(output.type);
      return new Field(
        name,
        type,
        nullable || output.nullable,
        level.length === 1 ? keptMetadata(own, type) : undefined,
      );
    }
    const isMap = (own.type.typeId as number) === Type.Map;
    const elements = this.#newLists(inner, output, isMap ? ELEMENT : own.type.children[0].name);
    return new Field(name, isMap ? new List(elements) : this.#withFields(own.type, [elements]), nullable);
  }

  #replaceData(data: Arrow.Data, type: Arrow.DataType, way: readonly number[], result: Arrow.Data): Arrow.Data {
    const [next, ...inner] = way;
    if (next === undefined) return result;
    const children: Arrow.Data[] = [...data.children];
    children[next] = this.#replaceData(children[next]!, type.children[next]!.type, inner, result);
    return new this.#arrow.Data(type, data.offset, data.length, data.nullCount, data, children);
  }

  /** Lists as the input has them, null where a struct that they are in is, around a result. */
  #newData(
    [level, ...inner]: readonly (readonly Arrow.Data[])[],
    type: Arrow.DataType,
    result: Arrow.Data,
  ): Arrow.Data {
    const lists = level?.at(-1);
    if (level === undefined || lists === undefined) return result;
    const { Data, BufferType } = this.#arrow;
    const elements = this.#newData(inner, type.children[0]!.type, result);
    const bitmaps = nullBitmaps(level);
    const validity = new Uint8Array(Math.ceil(lists.length / 8));
    if (bitmaps.length > 0) new AndedBitmaps(bitmaps).read(validity, 0);
    const nullCount = bitmaps.length === 0 ? 0 : lists.length - countBits(validity, lists.length);
    const buffers = {
      [BufferType.OFFSET]: lists.valueOffsets,
      ...(nullCount > 0 && { [BufferType.VALIDITY]: validity }),
    };
    return new Data(type, 0, lists.length, nullCount, buffers, [elements]);
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
}

/** What an extension type says of its storage goes when the storage changes. */
function keptMetadata(field: Arrow.Field, type: Arrow.DataType): Map<string, string> {
  if (String(field.type) === String(type)) return field.metadata;
  return new Map([...field.metadata].filter(([key]) => !key.startsWith(EXTENSION_KEY_PREFIX)));
}
