import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import type { Region } from '../../abi/task.js';
import { valuesByteLength } from '../../abi/types.js';
import type { Column } from '../../plan/schema.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { ReadableFile } from '../../storage/file.js';
import type { SourcePartition } from '../format.js';
import { AndedBitmaps } from './anded-bitmaps.js';
import { readBuffers, readCodec, readNodes, readRowCount, readVariadicSums } from './batch-reader.js';
import { type BodyCodec, type BufferRange, CompressedBuffer, type Expander } from './compression.js';
import { ArrowLists, type ListElements, nestLists } from './lists.js';
import type { ArrowMessage } from './message.js';
import type { ArrowSchema, FieldPlace } from './schema.js';
import { listForm } from './types.js';

/** A message that a sink passes on as it is: a dictionary batch. */
export interface DictionaryMessage {
  readonly id: number;
  readonly isDelta: boolean;
  readonly metadata: Uint8Array;
  readonly body: BufferRange;
}

/** @throws LW_CORRUPT_INPUT */
export function dictionaryMessage(message: ArrowMessage, body: BufferRange): DictionaryMessage {
  const header: DictionaryBatch | null = message.message.header(new DictionaryBatch());
  if (header === null) throw message.buffer.damaged('the dictionary batch is absent');
  return { id: Number(header.id()), isDelta: header.isDelta(), metadata: message.metadata, body };
}

/** One record batch of a file or a stream. */
export class ArrowPartition implements SourcePartition {
  readonly rowCount: number;
  readonly message: ArrowMessage;
  readonly recordBatch: RecordBatch;
  readonly body: BufferRange;
  readonly codec: BodyCodec | undefined;
  /** What stands between the record batch before and this one. */
  readonly dictionaries: readonly DictionaryMessage[];
  readonly bufferCount: number;
  readonly #schema: ArrowSchema;
  /** Decompresses buffers outside of slots. */
  readonly expander: Expander;
  /** Length and null count of each node. */
  readonly #nodes: readonly number[];
  /** Offset in the body and length of each buffer. */
  readonly #buffers: readonly number[];
  /** For each view field, how many variadic buffers stand before and at it. */
  readonly #variadicSums: readonly number[];
  readonly #compressed = new Map<number, CompressedBuffer>();

  /** @throws LW_CORRUPT_INPUT where the metadata contradicts the schema, itself, or the body's length */
  constructor(
    schema: ArrowSchema,
    message: ArrowMessage,
    body: BufferRange,
    dictionaries: readonly DictionaryMessage[],
    expander: Expander,
  ) {
    this.#schema = schema;
    this.expander = expander;
    this.message = message;
    this.body = body;
    this.dictionaries = dictionaries;
    const header: RecordBatch | null = message.message.header(new RecordBatch());
    if (header === null) throw message.buffer.damaged('the record batch is absent');
    this.recordBatch = header;
    this.rowCount = readRowCount(message, header);
    this.codec = readCodec(message, header);
    this.#variadicSums = readVariadicSums(schema, message, header);
    this.bufferCount = schema.bufferCount + (this.#variadicSums.at(-1) ?? 0);
    this.#nodes = readNodes(schema, message, header, this.rowCount);
    this.#buffers = readBuffers(message, header, this.bufferCount, body.byteLength);
  }

  /**
   * Slot bytes that a whole partition takes of a compressed column, or 0 where the column can be loaded in parts.
   * That is not so where a buffer is decompressed in the slot: all of it is, whatever part of it is needed.
   */
  wholeByteLength(column: Column): number {
    if (this.codec === undefined) return 0;
    return this.#compressedBuffers(column).reduce((sum, buffer) => sum + buffer.loadByteLength, 0);
  }

  /** Has a column decompressed outside of the slots, so that it can be loaded in parts. */
  moveOutside(column: Column): void {
    for (const buffer of this.#compressedBuffers(column)) buffer.moveOutside();
  }

  #compressedBuffers(column: Column): readonly CompressedBuffer[] {
    const { values } = this.#schema.places[column.index]!;
    const buffers = [this.compressedBuffer(this.bufferIndex(values.buffer + 1))];
    if (this.nullCount(values.node) > 0) buffers.push(this.compressedBuffer(this.bufferIndex(values.buffer)));
    return buffers;
  }

  nodeLength(node: number): number {
    return this.#nodes[2 * node]!;
  }

  nullCount(node: number): number {
    return this.#nodes[2 * node + 1]!;
  }

  /** Where a buffer, counted without variadic ones as in `Place`, stands among the batch's. */
  bufferIndex(buffer: number): number {
    const places = this.#schema.variadicPlaces;
    let views = places.length;
    while (views > 0 && places[views - 1]! > buffer) views--;
    return views === 0 ? buffer : buffer + this.#variadicSums[views - 1]!;
  }

  bufferOffset(index: number): number {
    return this.#buffers[2 * index]!;
  }

  bufferByteLength(index: number): number {
    return this.#buffers[2 * index + 1]!;
  }

  /** A buffer of a compressed body, its uncompressed length read from its start. */
  compressedBuffer(index: number): CompressedBuffer {
    let buffer = this.#compressed.get(index);
    if (buffer === undefined) {
      const { file, position } = this.body;
      const range = { file, position: position + this.bufferOffset(index), byteLength: this.bufferByteLength(index) };
      buffer = new CompressedBuffer(range, this.codec!, this.message.buffer.description, this.expander);
      this.#compressed.set(index, buffer);
    }
    return buffer;
  }

  valueCount(column: Column): number {
    return this.nodeLength(this.#schema.places[column.index]!.values.node);
  }

  /** Whether a value of the column is null, of its own or because a struct that it belongs to is. */
  hasNulls(column: Column): boolean {
    return this.#bitmaps(column).length > 0;
  }

  lists(column: Column): ArrowLists {
    const { levels, values } = this.#schema.places[column.index]!;
    return nestLists(levels, this.nodeLength(values.node), (level, elements) => this.#listsAt(level, elements, column));
  }

  #listsAt(level: readonly FieldPlace[], elements: ListElements, column: Column): ArrowLists {
    const { field, node, buffer } = level.at(-1)!;
    const count = this.nodeLength(node);
    const bitmaps = this.nullBitmaps(level).map((index) => this.#plainRange(index, Math.ceil(count / 8), column));
    const form = listForm(field);
    const offsets =
      form.kind === 'fixed_size' || count === 0
        ? undefined
        : this.#plainRange(this.bufferIndex(buffer + 1), (count + 1) * form.offsetByteLength, column);
    return new ArrowLists({ name: column.name, form, count, elements, bitmaps, offsets });
  }

  /** Buffers of the bitmaps that say which values of a column are null. */
  #bitmaps(column: Column): readonly number[] {
    return this.nullBitmaps(this.#schema.places[column.index]!.levels.at(-1)!);
  }

  /** Buffers of the bitmaps that say what is null in a level of a column. */
  nullBitmaps(level: readonly FieldPlace[]): readonly number[] {
    return level.filter(({ node }) => this.nullCount(node) > 0).map(({ buffer }) => this.bufferIndex(buffer));
  }

  loadByteLength(column: Column, start: number, end: number): number {
    const place = this.#schema.places[column.index]!;
    const values = valuesByteLength(column.type!, end - start);
    const validity = this.hasNulls(column) ? valuesByteLength('bool', end - start) : 0;
    if (this.codec === undefined) return values + validity + 2 * ALIGNMENT;
    let byteLength = this.#slotByteLength(this.bufferIndex(place.values.buffer + 1), values);
    if (validity > 0) {
      // Of a struct's child it may be another's bitmap, or several as one.
      byteLength += Math.max(...this.#bitmaps(column).map((index) => this.#slotByteLength(index, validity)));
    }
    return byteLength;
  }

  load(load: Load<unknown>, column: Column, start: number, end: number): Region {
    const place = this.#schema.places[column.index]!;
    const type = column.type!;
    // The bitmap stands before the values in the file: so that small batches come in one read.
    const bitmaps = this.#bitmaps(column);
    const firstByte = start / 8;
    const byteLength = Math.ceil(end / 8) - firstByte;
    let validity = 0;
    if (bitmaps.length === 1) validity = this.#loadBytes(load, bitmaps[0]!, firstByte, byteLength, column);
    else if (bitmaps.length > 1) {
      const ranges = bitmaps.map((index) => this.#plainRange(index, firstByte + byteLength, column));
      validity = load.read(new AndedBitmaps(ranges), firstByte, byteLength);
    }
    const valuesStart = valuesByteLength(type, start);
    const values = this.#loadBytes(
      load,
      this.bufferIndex(place.values.buffer + 1),
      valuesStart,
      valuesByteLength(type, end) - valuesStart,
      column,
    );
    return { values, validity };
  }

  chunkEnd(_columns: readonly Column[], _start: number, limit: number): number {
    return limit;
  }

  /** Has bytes of an uncompressed buffer stand in the slot, and returns where. */
  #loadBytes(load: Load<unknown>, index: number, start: number, byteLength: number, column: Column): number {
    if (this.codec !== undefined) {
      const buffer = this.compressedBuffer(index);
      if (buffer.expandsInSlot) {
        this.#checkLength(index, buffer.byteLength, start + byteLength, column);
        return buffer.load(load) + start;
      }
    }
    const range = this.#plainRange(index, start + byteLength, column);
    return load.read(range.file, range.position + start, byteLength);
  }

  /** A buffer as it is uncompressed, wherever that is. */
  plainBuffer(index: number): BufferRange {
    if (this.codec !== undefined) return this.compressedBuffer(index).expanded();
    const { file, position } = this.body;
    return { file, position: position + this.bufferOffset(index), byteLength: this.bufferByteLength(index) };
  }

  #plainRange(index: number, neededByteLength: number, column: Column): BufferRange {
    const range = this.plainBuffer(index);
    this.#checkLength(index, range.byteLength, neededByteLength, column);
    return range;
  }

  #checkLength(index: number, byteLength: number, neededByteLength: number, column: Column): void {
    if (byteLength >= neededByteLength) return;
    throw this.message.buffer.damaged(
      `column '${column.name}' needs ${neededByteLength} bytes, its buffer ${index} has ${byteLength}`,
    );
  }

  #slotByteLength(index: number, byteLength: number): number {
    const buffer = this.compressedBuffer(index);
    return buffer.expandsInSlot ? buffer.loadByteLength : byteLength + ALIGNMENT;
  }

  /** The bytes of a body as a range of a file, for whoever copies them. */
  range(start: number, end: number): BufferRange {
    const file: ReadableFile = this.body.file;
    return { file, position: this.body.position + start, byteLength: end - start };
  }
}
