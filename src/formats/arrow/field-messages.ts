/** The messages of a stream that has only some of the input's fields: for a library that is to write just those. */
import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { Field } from 'apache-arrow/fb/field';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import type { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema as FbSchema } from 'apache-arrow/fb/schema';
import { Builder, type Offset } from 'flatbuffers';
import { MemoryFile } from '../../storage/memory-file.js';
import type { ArrowPartition, DictionaryMessage } from './batch.js';
import { readBuffers, readCodec } from './batch-reader.js';
import { coarseTimeOf, createFineType, refineTimes } from './coarse-times.js';
import { type BufferRange, CompressedBuffer, type Expander } from './compression.js';
import { EmbeddedBuffer } from './embedded.js';
import { FieldBatch, type FieldRange, type FieldResult, type RecordBatchMessage } from './field-batch.js';
import { parseMessage } from './message.js';
import { assembleMessage, frameMessage } from './message-assembly.js';
import type { ArrowSchema } from './schema.js';
import { FieldWriter } from './schema-writer.js';

export class FieldMessages {
  readonly #schema: ArrowSchema;
  readonly #fields: readonly Field[];
  readonly #ranges: readonly FieldRange[];
  readonly #results: readonly FieldResult[];
  readonly #dictionaryIds = new Set<number>();

  /**
   * @param fieldIndexes top-level fields, in ascending order
   * @param results those that take places within the fields, and those that are fields behind them
   */
  constructor(schema: ArrowSchema, fieldIndexes: readonly number[], results: readonly FieldResult[] = []) {
    this.#schema = schema;
    this.#results = results;
    this.#fields = fieldIndexes.map((index) => schema.table.fields(index)!);
    this.#ranges = fieldIndexes.map((index) => rangeOf(schema, index));
    for (const field of this.#fields) collectDictionaryIds(field, this.#dictionaryIds);
  }

  /** Whether one of the fields, or one within them, is such that the test says so. */
  some(test: (field: Field) => boolean): boolean {
    const isOrContains = (field: Field): boolean =>
      test(field) || Array.from({ length: field.childrenLength() }, (_, i) => field.children(i)!).some(isOrContains);
    return this.#fields.some(isOrContains);
  }

  /** The schema message of these fields, without the schema's own metadata. */
  schema(): Uint8Array {
    const { buffer, start } = this.#schema;
    const builder = new Builder(1024 + buffer.capacity());
    const old = new EmbeddedBuffer(builder, buffer, start);
    const jobs = new Set(this.#results.map(({ job }) => job));
    const writer = new FieldWriter(builder, old, this.#schema, [...jobs]);
    const added = this.#results.filter(({ output }) => output.replaces === undefined);
    const fields = FbSchema.createFieldsVector(builder, [
      ...this.#fields.map((field) => writeField(builder, old, field, writer)),
      ...added.map(({ output, job }) => writer.create(output, job)),
    ]);
    FbSchema.startSchema(builder);
    FbSchema.addFields(builder, fields);
    return frameMessage(builder, MessageHeader.Schema, FbSchema.endSchema(builder), 0);
  }

  /** The record batch with these fields only, uncompressed, with room where results are to stand. */
  recordBatch(partition: ArrowPartition): RecordBatchMessage {
    const { variadicPlaces } = this.#schema;
    const variadicCounts: bigint[] = [];
    const batch = new FieldBatch(this.#schema, partition);
    for (const [at, range] of this.#ranges.entries()) {
      batch.addField(range, this.#results);
      this.#refine(this.#fields[at]!, batch.buffers, partition.nullCount(range.nodeStart) > 0);
      for (const [view, place] of variadicPlaces.entries()) {
        if (place > range.bufferStart && place <= range.bufferEnd) {
          variadicCounts.push(partition.recordBatch.variadicBufferCounts(view) ?? 0n);
        }
      }
    }
    for (const result of this.#results) if (result.output.replaces === undefined) batch.addResult(result);
    return batch.assemble(variadicCounts);
  }

  /** Replaces the values of a field, whose buffers are the last ones, where Parquet has no such unit. */
  #refine(field: Field, buffers: BufferRange[], hasNulls: boolean): void {
    const time = coarseTimeOf(field);
    const values = buffers.at(-1);
    const validity = buffers.at(-2);
    if (time === undefined || values === undefined || validity === undefined) return;
    const bits = hasNulls ? readRange(validity) : undefined;
    const isValid = (row: number) => bits === undefined || ((bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
    const name = field.name() ?? '';
    const refined = refineTimes(readRange(values), time, name, isValid);
    buffers[buffers.length - 1] = { file: new MemoryFile(name, refined), position: 0, byteLength: refined.length };
  }

  /** Whether one of these fields, or one within them, has its values in the dictionary. */
  uses({ id }: DictionaryMessage): boolean {
    return this.#dictionaryIds.has(id);
  }

  /** A dictionary batch, uncompressed. @throws LW_CORRUPT_INPUT */
  dictionary({ id, isDelta, metadata, body }: DictionaryMessage, expander: Expander): readonly Uint8Array[] {
    const parsed = parseMessage(metadata, `dictionary ${id} of ${body.file.name}`);
    const batch: RecordBatch | null = parsed.message.header(new DictionaryBatch())?.data() ?? null;
    if (batch === null) throw parsed.buffer.damaged('the dictionary has no values');
    const codec = readCodec(parsed, batch);
    const places = readBuffers(parsed, batch, batch.buffersLength(), body.byteLength);
    const buffers: BufferRange[] = [];
    for (let i = 0; i < places.length; i += 2) {
      const range = { file: body.file, position: body.position + places[i]!, byteLength: places[i + 1]! };
      const plain =
        codec === undefined
          ? range
          : new CompressedBuffer(range, codec, parsed.buffer.description, expander).expanded();
      buffers.push(plain);
    }
    const nodes: number[] = [];
    for (let i = 0; i < batch.nodesLength(); i++) {
      const node = batch.nodes(i)!;
      nodes.push(Number(node.length()), Number(node.nullCount()));
    }
    const counts = Array.from({ length: batch.variadicBufferCountsLength() }, (_, i) => batch.variadicBufferCounts(i)!);
    const wrap = (builder: Builder, header: Offset): Offset => {
      DictionaryBatch.startDictionaryBatch(builder);
      DictionaryBatch.addId(builder, BigInt(id));
      DictionaryBatch.addData(builder, header);
      DictionaryBatch.addIsDelta(builder, isDelta);
      return DictionaryBatch.endDictionaryBatch(builder);
    };
    return assembleMessage(nodes, buffers, counts, Number(batch.length()), MessageHeader.DictionaryBatch, wrap).views;
  }
}

/** What a stream ends with. */
export const END_OF_STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** Slots of the Field table, in the order of Arrow's Schema.fbs. */
const SLOT = { name: 0, metadata: 6 } as const;

/** The output's field, but for times in units that Parquet doesn't have. */
function writeField(builder: Builder, old: EmbeddedBuffer, field: Field, writer: FieldWriter): Offset {
  const time = coarseTimeOf(field);
  if (time === undefined) return writer.write(field);
  const type = createFineType(builder, field, time);
  const children = Field.createChildrenVector(builder, []);
  Field.startField(builder);
  Field.addName(builder, old.target(field, SLOT.name));
  Field.addNullable(builder, field.nullable());
  Field.addTypeType(builder, field.typeType());
  Field.addType(builder, type);
  Field.addChildren(builder, children);
  Field.addCustomMetadata(builder, old.target(field, SLOT.metadata));
  return Field.endField(builder);
}

function readRange({ file, position, byteLength }: BufferRange): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  file.read(bytes, position);
  return bytes;
}

function rangeOf(schema: ArrowSchema, fieldIndex: number): FieldRange {
  const place = (index: number) => {
    const column = schema.schema.columns.find((other) => other.fieldIndex === index && other.path.length === 1);
    return column === undefined ? undefined : schema.places[column.index];
  };
  const start = place(fieldIndex);
  const next = place(fieldIndex + 1);
  return {
    nodeStart: start?.node ?? 0,
    nodeEnd: next?.node ?? schema.nodeCount,
    bufferStart: start?.buffer ?? 0,
    bufferEnd: next?.buffer ?? schema.bufferCount,
  };
}

function collectDictionaryIds(field: Field, ids: Set<number>): void {
  const dictionary = field.dictionary();
  if (dictionary !== null) ids.add(Number(dictionary.id()));
  for (let i = 0; i < field.childrenLength(); i++) collectDictionaryIds(field.children(i)!, ids);
}
