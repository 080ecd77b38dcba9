/** Fields of an Arrow input that parquet-wasm writes: their schema elements, and their column chunks row group by row group. */
import type { Field } from 'apache-arrow/fb/field';
import { Interval } from 'apache-arrow/fb/interval';
import { IntervalUnit } from 'apache-arrow/fb/interval-unit';
import { Type } from 'apache-arrow/fb/type';
import { LanewiseError } from '../../errors.js';
import { MemoryFile } from '../../storage/memory-file.js';
import type { ArrowPartition, DictionaryMessage } from '../arrow/batch.js';
import type { Expander } from '../arrow/compression.js';
import type { FieldResult, RecordBatchMessage, ResultPlace } from '../arrow/field-batch.js';
import { END_OF_STREAM, FieldMessages } from '../arrow/field-messages.js';
import type { ArrowSource } from '../arrow/source.js';
import { ColumnChunk, RowGroup } from '../parquet/definitions.js';
import { type ChunkInfo, type Footer, readChunkInfo, readFooter } from '../parquet/footer.js';
import { movedMetadata, movedOffsetIndex } from '../parquet/moved-chunk.js';
import type { SchemaNode } from '../parquet/schema.js';
import type { ThriftStruct } from '../parquet/thrift.js';
import { i64Field, structField, structOfFields } from '../parquet/thrift-writer.js';
import { oneLine, ParquetLibrary } from './parquet-library.js';
import type { NewColumnChunk } from './parquet-metadata.js';

/** The column chunks of one row group, as the library wrote them. */
export interface EncodedFields {
  /** The pages of all chunks. */
  bytes(): Uint8Array;
  /** By field: the column chunks for the bytes standing at `position`. */
  chunksAt(position: number): readonly (readonly NewColumnChunk[])[];
}

export class BridgedFields {
  readonly #library: ParquetLibrary;
  readonly #messages: FieldMessages;
  readonly #codec: number;
  /** The schema elements of each field, its own first. */
  readonly elements: readonly (readonly ThriftStruct[])[];
  /** By id: dictionary batches that hold at this point of the input. */
  readonly #dictionaries = new Map<number, (readonly Uint8Array[])[]>();

  /** @throws LW_UNSUPPORTED_OPTION for a field whose type isn't written */
  static async open(
    source: ArrowSource,
    fieldIndexes: readonly number[],
    results: readonly FieldResult[],
    codec: number,
  ): Promise<BridgedFields> {
    const library = await ParquetLibrary.load();
    const { arrowSchema } = source;
    for (const fieldIndex of fieldIndexes) checkField(library, source, fieldIndex);
    const messages = new FieldMessages(arrowSchema, fieldIndexes, results);
    const empty = library.encode(concatenate([messages.schema(), END_OF_STREAM]), codec, 1);
    const { schema } = readFooter(new MemoryFile('converted columns', empty));
    return new BridgedFields(library, messages, codec, schema.root.children.map(elementsOf));
  }

  private constructor(
    library: ParquetLibrary,
    messages: FieldMessages,
    codec: number,
    elements: readonly (readonly ThriftStruct[])[],
  ) {
    this.#library = library;
    this.#messages = messages;
    this.#codec = codec;
    this.elements = elements;
  }

  /** Rows to come, behind the dictionaries of what came before. */
  begin(): BridgedRows {
    return new BridgedRows(this, [...this.#dictionaries.values()].flat(2));
  }

  /** The messages of a record batch with these fields, behind those of the dictionaries that it brings. */
  messages(partition: ArrowPartition): RecordBatchMessage {
    const messages = partition.dictionaries.flatMap((dictionary) => this.#take(dictionary, partition.expander));
    const { views, results } = this.#messages.recordBatch(partition);
    return { views: [...messages, ...views], results };
  }

  /** The row groups made of the messages that the rows were begun with and those of their record batches. */
  encode(messages: readonly Uint8Array[], rowGroupRows: number): readonly EncodedFields[] {
    const stream = concatenate([this.#messages.schema(), ...messages, END_OF_STREAM]);
    const file = new MemoryFile('converted columns', this.#encode(stream, rowGroupRows));
    const footer = readFooter(file);
    return footer.rowGroups.map((rowGroup) => encodedFields(file, footer, rowGroup));
  }

  #encode(stream: Uint8Array, rowGroupRows: number): Uint8Array {
    try {
      return this.#library.encode(stream, this.#codec, rowGroupRows);
    } catch (error) {
      throw new LanewiseError(
        'LW_CORRUPT_INPUT',
        `the input has values that can't be written as Parquet: ${oneLine(error)}; write it again from its source, or write Arrow`,
        { cause: error },
      );
    }
  }

  #take(dictionary: DictionaryMessage, expander: Expander): readonly Uint8Array[] {
    if (!this.#messages.uses(dictionary)) return [];
    const messages = this.#messages.dictionary(dictionary, expander);
    const before = dictionary.isDelta ? (this.#dictionaries.get(dictionary.id) ?? []) : [];
    this.#dictionaries.set(dictionary.id, [...before, messages]);
    return messages;
  }
}

/** Rows of bridged fields that are encoded together: several record batches as one row group, or one as several. */
export class BridgedRows {
  readonly #fields: BridgedFields;
  readonly #messages: Uint8Array[];
  #rowGroups: (EncodedFields | undefined)[] | undefined;
  byteLength = 0;

  /** @param messages what the stream begins with behind its schema */
  constructor(fields: BridgedFields, messages: readonly Uint8Array[]) {
    this.#fields = fields;
    this.#messages = [...messages];
    for (const { length } of messages) this.byteLength += length;
  }

  /** @returns where results are to be put, before the rows are taken */
  add(partition: ArrowPartition): readonly ResultPlace[] {
    const { views, results } = this.#fields.messages(partition);
    for (const message of views) {
      this.#messages.push(message);
      this.byteLength += message.length;
    }
    return results;
  }

  /** One of the row groups of `rowGroupRows` each that the rows come to; each is asked for once. */
  takeRowGroup(index: number, rowGroupRows: number): EncodedFields {
    this.#rowGroups ??= [...this.#fields.encode(this.#messages, rowGroupRows)];
    this.#messages.length = 0;
    const rowGroup = this.#rowGroups[index];
    if (rowGroup === undefined) throw new RangeError(`no row group ${index} among ${this.#rowGroups.length}`);
    this.#rowGroups[index] = undefined;
    return rowGroup;
  }
}

function checkField(library: ParquetLibrary, { arrowSchema }: ArrowSource, fieldIndex: number): void {
  const { columns } = arrowSchema.schema;
  const column = columns.find((other) => other.fieldIndex === fieldIndex && other.path.length === 1);
  const refuse = (reason: string): LanewiseError =>
    new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `column "${column?.name}" of type ${column?.typeName} can't be written as Parquet: ${reason}; drop it first, or write Arrow`,
    );
  const messages = new FieldMessages(arrowSchema, [fieldIndex]);
  // The library doesn't survive a union, and refuses intervals only when there are values.
  if (messages.some((field) => field.typeType() === Type.Union)) throw refuse('Parquet has no unions');
  if (messages.some(isMonthDayNano)) throw refuse('Parquet has no intervals of months, days and nanoseconds');
  // The library writes such values as if they had lengths of their own, and no reader finds them again.
  if (messages.some((field) => field.dictionary() !== null && field.typeType() === Type.FixedSizeBinary)) {
    throw refuse("a dictionary of values of a fixed length can't be converted");
  }
  const stream = concatenate([messages.schema(), END_OF_STREAM]);
  try {
    library.encode(stream, 0, 1);
  } catch (error) {
    throw refuse(oneLine(error));
  }
}

function isMonthDayNano(field: Field): boolean {
  if (field.typeType() !== Type.Interval) return false;
  const interval: Interval | null = field.type(new Interval());
  return interval?.unit() === IntervalUnit.MONTH_DAY_NANO;
}

function elementsOf(node: SchemaNode): readonly ThriftStruct[] {
  return [node.element, ...node.children.flatMap(elementsOf)];
}

function leafIndexesOf(node: SchemaNode): readonly number[] {
  return node.leaf === undefined ? node.children.flatMap(leafIndexesOf) : [node.leaf.index];
}

function encodedFields(file: MemoryFile, footer: Footer, rowGroup: ThriftStruct): EncodedFields {
  const infos = rowGroup.structs(RowGroup.columns).map((chunk) => readChunkInfo(file, chunk, footer));
  const start = Math.min(...infos.map((info) => info.start));
  const end = Math.max(...infos.map((info) => info.end));
  return {
    bytes() {
      const bytes = new Uint8Array(end - start);
      file.read(bytes, start);
      return bytes;
    },
    chunksAt: (position) =>
      footer.schema.root.children.map((node) =>
        leafIndexesOf(node).map((index) => movedChunk(file, infos[index]!, position - start)),
      ),
  };
}

/** A column chunk of another file, with the page indexes that it has there. */
function movedChunk(file: MemoryFile, { chunk, metadata }: ChunkInfo, delta: number): NewColumnChunk {
  const index = (offsetId: number, lengthId: number): Uint8Array | undefined => {
    const offset = chunk.integer(offsetId);
    if (offset === undefined) return undefined;
    const bytes = new Uint8Array(chunk.integer(lengthId) ?? 0);
    file.read(bytes, offset);
    return bytes;
  };
  const offsetIndex = index(ColumnChunk.offsetIndexOffset, ColumnChunk.offsetIndexLength);
  return {
    struct: structOfFields(
      i64Field(ColumnChunk.fileOffset, 0),
      structField(ColumnChunk.metaData, movedMetadata(metadata, delta)),
    ),
    columnIndex: index(ColumnChunk.columnIndexOffset, ColumnChunk.columnIndexLength),
    offsetIndex: offsetIndex && movedOffsetIndex(offsetIndex, delta),
  };
}

function concatenate(views: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(views.reduce((sum, view) => sum + view.length, 0));
  let at = 0;
  for (const view of views) {
    bytes.set(view, at);
    at += view.length;
  }
  return bytes;
}
