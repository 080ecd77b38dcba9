/** The end of the output: bloom filters and page indexes, moved, and the metadata with all that has changed. */
import { LanewiseError } from '../../errors.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import type { ReadableFile } from '../../storage/file.js';
import type { Appender } from './appender.js';
import type { ChunkWriter } from './chunk-writer.js';
import type { OutputChunk } from './copied-row-group.js';
import {
  BloomFilterHeader,
  ColumnChunk,
  ColumnMetaData,
  FileMetaData,
  Repetition,
  RowGroup,
  SchemaElement,
  SortingColumn,
} from './definitions.js';
import type { ChunkInfo } from './footer.js';
import { updateKeyValues } from './key-values.js';
import { movedOffsetIndex } from './moved-chunk.js';
import type { OutputLeaf } from './output-leaf.js';
import { appendColumnIndex, appendOffsetIndex } from './page-indexes.js';
import type { RowGroupPartition } from './partition.js';
import type { RecutPartition } from './recut/recut-partition.js';
import type { ParquetSource } from './source.js';
import { readStruct, type ThriftStruct } from './thrift.js';
import {
  encodedStructsField,
  i16Field,
  i32Field,
  i64Field,
  structField,
  structOfFields,
  structsField,
  writeStruct,
} from './thrift-writer.js';
import { type WrittenColumn, WrittenRowGroup } from './written-row-group.js';

const COPY_BYTE_LENGTH = 1 << 20;
const ORDINAL_END = 1 << 15;
/** A bloom filter whose length the metadata doesn't tell begins with a header of a few bytes that does. */
const BLOOM_FILTER_HEADER_BYTE_LENGTH = 64;

export interface FooterWriterOptions {
  readonly source: ParquetSource;
  readonly jobs: readonly Job[];
  readonly leaves: readonly OutputLeaf[];
  /** Bytes of the input that stand in the output where they stood. */
  readonly keptByteLength: number;
}

export class FooterWriter {
  readonly #source: ParquetSource;
  readonly #jobs: readonly Job[];
  readonly #leaves: readonly OutputLeaf[];
  readonly #keptByteLength: number;
  readonly #rowGroups: WrittenRowGroup[] = [];
  #hasBloomFilters = false;
  #hasPageIndexes = false;

  constructor({ source, jobs, leaves, keptByteLength }: FooterWriterOptions) {
    this.#source = source;
    this.#jobs = jobs;
    this.#leaves = leaves;
    this.#keptByteLength = keptByteLength;
  }

  /** Notes a row group of which all column chunks have been written or copied. */
  addRowGroup(partition: RowGroupPartition, chunks: readonly OutputChunk[]): void {
    this.#add(this.#rowGroupOf(partition), partition.chunks, chunks);
    for (const { chunk, metadata } of partition.chunks) {
      this.#hasBloomFilters ||= metadata.has(ColumnMetaData.bloomFilterOffset);
      this.#hasPageIndexes ||= hasPageIndex(chunk);
    }
  }

  /** The same for a row group that is made of rows of others. */
  addRecutRowGroup({ ranges, rowCount }: RecutPartition, writers: readonly ChunkWriter[]): void {
    const [first, ...others] = ranges;
    if (first === undefined) throw new RangeError('a row group of no rows at all');
    const rowGroup = this.#rowGroupOf(first.partition).set(i64Field(RowGroup.numRows, rowCount));
    // Each may be sorted, but nobody has sorted them together.
    if (others.length > 0) rowGroup.delete(RowGroup.sortingColumns);
    const inputs = ranges.flatMap(({ partition }) => partition.chunks);
    this.#add(
      rowGroup,
      inputs,
      writers.map((writer) => ({ kind: 'written', writer })),
    );
    this.#hasPageIndexes ||= inputs.some(({ chunk }) => hasPageIndex(chunk));
  }

  #rowGroupOf({ index }: RowGroupPartition): ThriftStruct {
    const rowGroup = this.#source.footer.rowGroups[index]?.copy();
    if (rowGroup === undefined) throw new RangeError(`no row group ${index}`);
    return rowGroup;
  }

  #add(rowGroup: ThriftStruct, inputs: readonly ChunkInfo[], chunks: readonly OutputChunk[]): void {
    this.#trimSortingColumns(rowGroup);
    const ordinal = this.#rowGroups.length;
    // It has 16 bits.
    if (ordinal >= ORDINAL_END) rowGroup.delete(RowGroup.ordinal);
    else if (rowGroup.has(RowGroup.ordinal)) rowGroup.set(i16Field(RowGroup.ordinal, ordinal));
    this.#rowGroups.push(new WrittenRowGroup(rowGroup, inputs, chunks));
  }

  /** Writes all that stands between the last column chunk and the closing magic. */
  async write(appender: Appender): Promise<void> {
    if (this.#hasBloomFilters) this.#copyBloomFilters(appender);
    if (this.#hasPageIndexes) this.#writePageIndexes(appender);
    const metadata = writeStruct(await this.#metadata());
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, metadata.length, true);
    appender.append([metadata, length]);
  }

  async #metadata(): Promise<ThriftStruct> {
    const { metadata } = this.#source.footer;
    const output = metadata.copy();
    output.set(structsField(FileMetaData.schema, this.#schemaElements()));
    const rowGroups = this.#rowGroups.map(({ bytes }) => bytes);
    output.set(encodedStructsField(FileMetaData.rowGroups, rowGroups));
    if (metadata.has(FileMetaData.keyValueMetadata)) {
      const entries = await updateKeyValues(metadata.structs(FileMetaData.keyValueMetadata), this.#storedJobs());
      output.set(structsField(FileMetaData.keyValueMetadata, entries));
    }
    if (metadata.has(FileMetaData.columnOrders)) {
      const typeDefinedOrder = structOfFields(structField(1, structOfFields()));
      const added = this.#newLeaves().map(() => typeDefinedOrder);
      output.set(structsField(FileMetaData.columnOrders, [...metadata.structs(FileMetaData.columnOrders), ...added]));
    }
    return output;
  }

  /** The jobs with outputs that are nullable as their leaves are: readers go wrong where Arrow's schema says otherwise. */
  #storedJobs(): readonly Job[] {
    const elements = new Map(this.#leaves.map((leaf) => [leaf.output, leaf.elements.at(-1)]));
    const isNullable = (output: OutputColumn): boolean =>
      elements.get(output)?.integer(SchemaElement.repetitionType) === Repetition.optional;
    return this.#jobs.map((job) => ({
      ...job,
      outputs: job.outputs.map((output) => ({ ...output, nullable: isNullable(output) })),
    }));
  }

  #newLeaves(): readonly OutputLeaf[] {
    return this.#leaves.filter((leaf) => leaf.replaces === undefined);
  }

  #schemaElements(): ThriftStruct[] {
    const { schema, metadata } = this.#source.footer;
    const elements: (ThriftStruct | undefined)[] = metadata.structs(FileMetaData.schema);
    const added = this.#newLeaves();
    const [root] = elements;
    if (root !== undefined && added.length > 0) {
      root.set(i32Field(SchemaElement.numChildren, schema.root.children.length + added.length));
    }
    for (const { replaces, replacedElement, elements: own } of this.#leaves) {
      if (replaces === undefined || replacedElement === undefined) continue;
      // One value a row in the place of a list: its groups go.
      elements.fill(undefined, replacedElement, replaces.elementIndex + 1);
      elements[replacedElement] = own[0];
    }
    return [...elements, ...added.flatMap((leaf) => leaf.elements)].filter((element) => element !== undefined);
  }

  /** Rows are still sorted by the columns before the first one that was replaced. */
  #trimSortingColumns(rowGroup: ThriftStruct): void {
    if (!rowGroup.has(RowGroup.sortingColumns)) return;
    const sorting = rowGroup.structs(RowGroup.sortingColumns);
    const replaced = new Set(this.#leaves.map((leaf) => leaf.replaces?.index));
    const end = sorting.findIndex((column) => replaced.has(column.integer(SortingColumn.columnIndex)));
    if (end === 0) rowGroup.delete(RowGroup.sortingColumns);
    else if (end > 0) rowGroup.set(structsField(RowGroup.sortingColumns, sorting.slice(0, end)));
  }

  #copyBloomFilters(appender: Appender): void {
    this.#updateColumns((chunk, column) => {
      const metadata = chunk.struct(ColumnChunk.metaData);
      const offset = metadata?.integer(ColumnMetaData.bloomFilterOffset);
      if (column.kind !== 'copied' || metadata === undefined || offset === undefined) return;
      const byteLength = metadata.integer(ColumnMetaData.bloomFilterLength) ?? this.#bloomFilterByteLength(offset);
      if (offset + byteLength <= this.#keptByteLength) return;
      const position = this.#copy(appender, offset, byteLength);
      metadata.set(i64Field(ColumnMetaData.bloomFilterOffset, position));
      chunk.set(structField(ColumnChunk.metaData, metadata));
    });
  }

  #bloomFilterByteLength(offset: number): number {
    const { file } = this.#source;
    const head = readRange(file, offset, Math.min(BLOOM_FILTER_HEADER_BYTE_LENGTH, file.byteLength - offset));
    const { struct, end } = readStruct(head, 0);
    return end + (struct.integer(BloomFilterHeader.numBytes) ?? 0);
  }

  /** All column indexes, then all offset indexes. */
  #writePageIndexes(appender: Appender): void {
    this.#updateColumns((chunk, column) => {
      const offset = chunk.integer(ColumnChunk.columnIndexOffset);
      if (column.kind === 'copied' && offset !== undefined) {
        const position = this.#copy(appender, offset, chunk.integer(ColumnChunk.columnIndexLength) ?? 0);
        chunk.set(i64Field(ColumnChunk.columnIndexOffset, position));
      } else if (column.kind === 'written') appendColumnIndex(appender, chunk, column.columnIndex);
    });
    this.#updateColumns((chunk, column) => {
      const bytes = column.kind === 'written' ? column.offsetIndex : this.#movedOffsetIndex(chunk, column.delta);
      appendOffsetIndex(appender, chunk, bytes);
    });
  }

  #updateColumns(change: (chunk: ThriftStruct, column: WrittenColumn) => void): void {
    for (const rowGroup of this.#rowGroups) rowGroup.update(change);
  }

  #movedOffsetIndex(chunk: ThriftStruct, delta: number): Uint8Array | undefined {
    const offset = chunk.integer(ColumnChunk.offsetIndexOffset);
    const byteLength = chunk.integer(ColumnChunk.offsetIndexLength);
    if (offset === undefined || byteLength === undefined) return undefined;
    return movedOffsetIndex(readRange(this.#source.file, offset, byteLength), delta);
  }

  #copy(appender: Appender, offset: number, byteLength: number): number {
    let position: number | undefined;
    for (let done = 0; done < byteLength; done += COPY_BYTE_LENGTH) {
      const piece = readRange(this.#source.file, offset + done, Math.min(COPY_BYTE_LENGTH, byteLength - done));
      const at = appender.append([piece]);
      appender.flush();
      position ??= at;
    }
    return position ?? appender.append([]);
  }
}

/** @throws LW_CORRUPT_INPUT where the file has no such bytes */
function readRange(file: ReadableFile, position: number, byteLength: number): Uint8Array {
  if (position < 0 || byteLength < 0 || position + byteLength > file.byteLength) {
    throw new LanewiseError(
      'LW_CORRUPT_INPUT',
      `${file.name}: an index or filter of ${byteLength} bytes at byte ${position} of a file of ${file.byteLength}; write the file again from its source`,
    );
  }
  const bytes = new Uint8Array(byteLength);
  file.read(bytes, position);
  return bytes;
}

function hasPageIndex(chunk: ThriftStruct): boolean {
  return chunk.has(ColumnChunk.columnIndexOffset) || chunk.has(ColumnChunk.offsetIndexOffset);
}
