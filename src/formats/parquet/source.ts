/** The reading side of Parquet: row groups one after the other, each by its metadata alone. */
import { valuesByteLength } from '../../abi/types.js';
import { canStandInPlace } from '../../plan/in-place.js';
import type { Job } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import type { ReadableFile } from '../../storage/file.js';
import type { Source, SourceDescription } from '../format.js';
import { CODEC_NAMES, Codec, ColumnChunk, ColumnMetaData, FileMetaData, KeyValue, RowGroup } from './definitions.js';
import { type Footer, readChunkInfo, readFooter } from './footer.js';
import { levelsColumns } from './leaf-levels.js';
import type { ListReader } from './lists.js';
import { RowGroupPartition } from './partition.js';
import type { ParquetSchema } from './schema.js';

/** Makes what finds the lists of columns, where a job asks for them: with ZSTD or without. */
export type OpenListReader = (needsZstd: boolean) => Promise<ListReader>;

/**
 * Opens a Parquet file by its footer. The source closes the file.
 * @throws LW_CORRUPT_INPUT, LW_UNSUPPORTED_INPUT (encrypted, column chunks in other files)
 */
export function openParquet(file: ReadableFile, openListReader: OpenListReader): ParquetSource {
  return new ParquetSource(file, readFooter(file), openListReader);
}

export class ParquetSource implements Source {
  readonly file: ReadableFile;
  readonly footer: Footer;
  readonly waits = false;
  #next = 0;
  #carried: readonly Column[] = [];
  #leveled: ReadonlySet<number> = new Set();
  #needsLists = false;
  #listReader: ListReader | undefined;
  readonly #openListReader: OpenListReader;

  constructor(file: ReadableFile, footer: Footer, openListReader: OpenListReader) {
    this.file = file;
    this.footer = footer;
    this.#openListReader = openListReader;
  }

  get schema(): ParquetSchema {
    return this.footer.schema;
  }

  get rowCount(): number {
    return this.footer.rowCount;
  }

  async next(): Promise<RowGroupPartition | undefined> {
    if (this.#next >= this.footer.rowGroups.length) return undefined;
    if (this.#needsLists) this.#listReader ??= await this.#openListReader(this.#hasCodec(Codec.zstd));
    return this.#partition(this.#next++);
  }

  /** Room for as many rows of a job's operands as are best decoded together in the largest row group, and its results. */
  wantedSlotByteLength(jobs: readonly Job[]): number {
    this.#leveled = levelsColumns(jobs, this.schema);
    const partition = this.#largestPartition();
    if (partition === undefined) return 0;
    const needs = [
      ...jobs.map((job) => wantedByteLength(partition, job.operands, job)),
      ...this.#carried.map((column) => wantedByteLength(partition, [column])),
    ];
    return Math.max(0, ...needs);
  }

  /** Tells, before the slots are laid out, which columns are loaded without a job. */
  carry(columns: readonly Column[]): void {
    this.#carried = columns;
  }

  useSlots(_slotByteLength: number, jobs: readonly Job[]): void {
    // Pages are the unit, whatever the slots.
    this.#leveled = levelsColumns(jobs, this.schema);
    // An elementwise job needs its column's lists only to compare them with those of its gradient.
    this.#needsLists = jobs.some(
      ({ domain, operands }) => domain === 'lists' || (domain === 'elements' && operands.length > 1),
    );
  }

  async describe(): Promise<SourceDescription> {
    const { metadata, rowGroups } = this.footer;
    const codecs = new Set<string>();
    for (const rowGroup of rowGroups) {
      for (const chunk of rowGroup.structs(RowGroup.columns)) {
        const codec = chunk.struct(ColumnChunk.metaData)?.integer(ColumnMetaData.codec) ?? Codec.uncompressed;
        codecs.add(codec === Codec.uncompressed ? 'none' : (CODEC_NAMES[codec]?.toLowerCase() ?? `codec ${codec}`));
      }
    }
    return {
      format: 'Parquet',
      codec: [...codecs].join(', ') || 'none',
      rowCount: this.rowCount,
      partitionCount: rowGroups.length,
      metadata: metadata.structs(FileMetaData.keyValueMetadata).map((entry) => ({
        key: entry.string(KeyValue.key) ?? '',
        byteLength: entry.binary(KeyValue.value)?.length ?? 0,
      })),
    };
  }

  async close(): Promise<void> {
    this.file.close();
  }

  #hasCodec(codec: number): boolean {
    return this.footer.rowGroups.some((rowGroup) =>
      rowGroup
        .structs(RowGroup.columns)
        .some((chunk) => chunk.struct(ColumnChunk.metaData)?.integer(ColumnMetaData.codec) === codec),
    );
  }

  #largestPartition(): RowGroupPartition | undefined {
    let largest: number | undefined;
    let most = 0;
    for (const [index, rowGroup] of this.footer.rowGroups.entries()) {
      const rows = rowGroup.integer(RowGroup.numRows) ?? 0;
      if (rows <= most) continue;
      most = rows;
      largest = index;
    }
    return largest === undefined ? undefined : this.#partition(largest);
  }

  #partition(index: number): RowGroupPartition {
    const rowGroup = this.footer.rowGroups[index];
    if (rowGroup === undefined) throw new RangeError(`no row group ${index}`);
    const chunks = rowGroup
      .structs(RowGroup.columns)
      .map((chunk) => readChunkInfo(this.file, chunk, this.footer.metadataStart));
    const rowCount = rowGroup.integer(RowGroup.numRows) ?? 0;
    return new RowGroupPartition(this.file, this.schema, index, rowCount, chunks, {
      leveled: this.#leveled,
      listReader: this.#listReader,
    });
  }
}

/** A result that doesn't stand in the place of an operand takes room as values and compressed. */
const RESULT_COPIES = 2;
/** What the allocations for one column may lose to alignment. */
const ALIGNMENT = 256;

function wantedByteLength(partition: RowGroupPartition, operands: readonly Column[], job?: Job): number {
  const count = operands.reduce((most, column) => Math.max(most, partition.wantedValueCount(column)), 0);
  const ends = operands.map((column) => Math.min(count, partition.valueCount(column)));
  let byteLength = 0;
  let scratchByteLength = 0;
  for (const [index, column] of operands.entries()) {
    byteLength += partition.loadByteLength(column, 0, ends[index] ?? 0) + ALIGNMENT;
    scratchByteLength = Math.max(scratchByteLength, partition.scratchByteLength(column, 0, ends[index] ?? 0));
  }
  const end = Math.max(0, ...ends);
  for (const [index, { type }] of job?.outputs.entries() ?? []) {
    const values = valuesByteLength(type, end);
    const operand = job !== undefined && canStandInPlace(job.program, index) ? operands[index] : undefined;
    const spare = operand === undefined ? 0 : partition.spareByteLength(operand, 0, end);
    byteLength += (spare < values ? RESULT_COPIES * values : 0) + Math.ceil(end / 8) + ALIGNMENT;
  }
  return byteLength + scratchByteLength;
}
