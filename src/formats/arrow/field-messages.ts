/** The messages of a stream that has only some of the input's fields: for a library that is to write just those. */
import { Buffer as FbBuffer } from 'apache-arrow/fb/buffer';
import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { Field } from 'apache-arrow/fb/field';
import { FieldNode } from 'apache-arrow/fb/field-node';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema as FbSchema } from 'apache-arrow/fb/schema';
import { Builder, type Offset } from 'flatbuffers';
import { MemoryFile } from '../../storage/memory-file.js';
import type { ArrowPartition, DictionaryMessage } from './batch.js';
import { readBuffers, readCodec } from './batch-reader.js';
import { coarseTimeOf, createFineType, refineTimes } from './coarse-times.js';
import { type BufferRange, CompressedBuffer, type Expander } from './compression.js';
import { EmbeddedBuffer } from './embedded.js';
import { frameMetadata, parseMessage } from './message.js';
import type { ArrowSchema } from './schema.js';

/** Nodes and buffers of a field and all that is in it, counted as in `Place`. */
interface FieldRange {
  readonly nodeStart: number;
  readonly nodeEnd: number;
  readonly bufferStart: number;
  readonly bufferEnd: number;
}

const ALIGNMENT = 8;

export class FieldMessages {
  readonly #schema: ArrowSchema;
  readonly #fields: readonly Field[];
  readonly #ranges: readonly FieldRange[];
  readonly #dictionaryIds = new Set<number>();

  /** @param fieldIndexes top-level fields, in ascending order */
  constructor(schema: ArrowSchema, fieldIndexes: readonly number[]) {
    this.#schema = schema;
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
    const fields = FbSchema.createFieldsVector(
      builder,
      this.#fields.map((field) => writeField(builder, old, field)),
    );
    FbSchema.startSchema(builder);
    FbSchema.addFields(builder, fields);
    return frame(builder, MessageHeader.Schema, FbSchema.endSchema(builder), 0);
  }

  /** The record batch with these fields only, uncompressed. */
  recordBatch(partition: ArrowPartition): readonly Uint8Array[] {
    const { variadicPlaces } = this.#schema;
    const nodes: number[] = [];
    const buffers: BufferRange[] = [];
    const variadicCounts: bigint[] = [];
    for (const [at, { nodeStart, nodeEnd, bufferStart, bufferEnd }] of this.#ranges.entries()) {
      for (let node = nodeStart; node < nodeEnd; node++)
        nodes.push(partition.nodeLength(node), partition.nullCount(node));
      const end = partition.bufferIndex(bufferEnd);
      for (let index = partition.bufferIndex(bufferStart); index < end; index++)
        buffers.push(partition.plainBuffer(index));
      this.#refine(this.#fields[at]!, buffers, partition.nullCount(nodeStart) > 0);
      for (const [view, place] of variadicPlaces.entries()) {
        if (place > bufferStart && place <= bufferEnd) {
          variadicCounts.push(partition.recordBatch.variadicBufferCounts(view) ?? 0n);
        }
      }
    }
    const { rowCount } = partition;
    return message(nodes, buffers, variadicCounts, rowCount, MessageHeader.RecordBatch, (_, header) => header);
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
    return message(nodes, buffers, counts, Number(batch.length()), MessageHeader.DictionaryBatch, (builder, header) => {
      DictionaryBatch.startDictionaryBatch(builder);
      DictionaryBatch.addId(builder, BigInt(id));
      DictionaryBatch.addData(builder, header);
      DictionaryBatch.addIsDelta(builder, isDelta);
      return DictionaryBatch.endDictionaryBatch(builder);
    });
  }
}

/** What a stream ends with. */
export const END_OF_STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** Slots of the Field table, in the order of Arrow's Schema.fbs. */
const SLOT = { name: 0, metadata: 6 } as const;

/** The input's field, but for times in units that Parquet doesn't have. */
function writeField(builder: Builder, old: EmbeddedBuffer, field: Field): Offset {
  const time = coarseTimeOf(field);
  if (time === undefined) return old.at(field.bb_pos);
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

/** Metadata and body of a message that is a record batch or holds one. */
function message(
  nodes: readonly number[],
  ranges: readonly BufferRange[],
  variadicCounts: readonly bigint[],
  rowCount: number,
  headerType: MessageHeader,
  wrap: (builder: Builder, recordBatch: Offset) => Offset,
): readonly Uint8Array[] {
  const offsets: number[] = [];
  let bodyByteLength = 0;
  for (const { byteLength } of ranges) {
    offsets.push(bodyByteLength);
    bodyByteLength += Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
  }
  const builder = new Builder(256 + 16 * (nodes.length + ranges.length));
  const counts =
    variadicCounts.length === 0 ? 0 : RecordBatch.createVariadicBufferCountsVector(builder, [...variadicCounts]);
  RecordBatch.startBuffersVector(builder, ranges.length);
  for (let i = ranges.length - 1; i >= 0; i--) {
    FbBuffer.createBuffer(builder, BigInt(offsets[i]!), BigInt(ranges[i]!.byteLength));
  }
  const buffersVector = builder.endVector();
  RecordBatch.startNodesVector(builder, nodes.length / 2);
  for (let i = nodes.length - 2; i >= 0; i -= 2) {
    FieldNode.createFieldNode(builder, BigInt(nodes[i]!), BigInt(nodes[i + 1]!));
  }
  const nodesVector = builder.endVector();
  RecordBatch.startRecordBatch(builder);
  RecordBatch.addLength(builder, BigInt(rowCount));
  RecordBatch.addNodes(builder, nodesVector);
  RecordBatch.addBuffers(builder, buffersVector);
  RecordBatch.addVariadicBufferCounts(builder, counts);
  const header = wrap(builder, RecordBatch.endRecordBatch(builder));
  const body = new Uint8Array(bodyByteLength);
  for (const [i, { file, position, byteLength }] of ranges.entries()) {
    file.read(body.subarray(offsets[i]!, offsets[i]! + byteLength), position);
  }
  return [frame(builder, headerType, header, bodyByteLength), body];
}

function frame(builder: Builder, headerType: MessageHeader, header: Offset, bodyByteLength: number): Uint8Array {
  builder.finish(Message.createMessage(builder, MetadataVersion.V5, headerType, header, BigInt(bodyByteLength), 0));
  return frameMetadata(builder.asUint8Array(), 0, ALIGNMENT);
}
