/** The reading side of Parquet: row groups one after the other, each by its metadata alone. */
import type { Job } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import type { ReadableFile } from '../../storage/file.js';
import type { Source, SourceDescription } from '../format.js';
import { CODEC_NAMES, Codec, ColumnChunk, ColumnMetaData, FileMetaData, KeyValue, RowGroup } from './definitions.js';
import { type Footer, readChunkInfo, readFooter } from './footer.js';
import { levelsColumns } from './leaf-levels.js';
import type { PageReader } from './lists.js';
import { RowGroupPartition } from './partition.js';
import type { ParquetSchema } from './schema.js';
import { leastByteLength, wantedByteLength } from './slot-need.js';

/** Makes what reads pages outside of slots, where a job asks for lists or row groups are cut. */
export type OpenPageReader = () => Promise<PageReader>;

/**
 * Opens a Parquet file by its footer. The source closes the file.
 * @throws LW_CORRUPT_INPUT, LW_UNSUPPORTED_INPUT (encrypted, column chunks in other files)
 */
export function openParquet(file: ReadableFile, openPageReader: OpenPageReader): ParquetSource {
  return new ParquetSource(file, readFooter(file), openPageReader);
}

/** Row groups whose page headers are read to lay out the slots. */
const SAMPLED_ROW_GROUPS = 4;

export class ParquetSource implements Source {
  readonly file: ReadableFile;
  readonly footer: Footer;
  readonly waits = false;
  #next = 0;
  #carried: readonly Column[] = [];
  #leveled: ReadonlySet<number> = new Set();
  #needsLists = false;
  #pageReader: PageReader | undefined;
  /** Row groups whose pages have been looked at to lay out the slots. */
  readonly #samples = new Map<number, RowGroupPartition>();
  readonly #openPageReader: OpenPageReader;

  constructor(file: ReadableFile, footer: Footer, openPageReader: OpenPageReader) {
    this.file = file;
    this.footer = footer;
    this.#openPageReader = openPageReader;
  }

  get schema(): ParquetSchema {
    return this.footer.schema;
  }

  get rowCount(): number {
    return this.footer.rowCount;
  }

  /** The end of the last column chunk; 0 where none has bytes. */
  get dataEnd(): number {
    return this.footer.dataEnd;
  }

  async next(): Promise<RowGroupPartition | undefined> {
    if (this.#next >= this.footer.rowGroups.length) return undefined;
    if (this.#needsLists) await this.pageReader();
    return this.#partition(this.#next++);
  }

  /** What reads pages outside of slots. */
  async pageReader(): Promise<PageReader> {
    this.#pageReader ??= await this.#openPageReader();
    return this.#pageReader;
  }

  /** Columns whose levels are loaded with their values, by their index. */
  get leveled(): ReadonlySet<number> {
    return this.#leveled;
  }

  /** Tells that lists will be asked for even where no job needs them. */
  readLists(): void {
    this.#needsLists = true;
  }

  /** Room for as many rows of a job's operands as are best decoded together, and its results. */
  wantedSlotByteLength(jobs: readonly Job[]): number {
    return this.#largestNeed(jobs, wantedByteLength);
  }

  /** Room for one page of each of a job's operands, and its results. */
  leastSlotByteLength(jobs: readonly Job[]): number {
    return this.#largestNeed(jobs, leastByteLength);
  }

  /** Tells, before the slots are laid out, which columns are loaded without a job. */
  carry(columns: readonly Column[]): void {
    this.#carried = columns;
  }

  useSlots(_slotByteLength: number, jobs: readonly Job[]): void {
    this.#samples.clear();
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

  /** The most that a use of columns needs in any of the row groups that are likely to have the largest pages. */
  #largestNeed(jobs: readonly Job[], need: typeof wantedByteLength): number {
    this.#leveled = levelsColumns(jobs, this.schema);
    const columns = [...this.#carried, ...jobs.flatMap((job) => job.operands)];
    let most = 0;
    for (const partition of this.#largestPartitions(columns)) {
      for (const job of jobs) most = Math.max(most, need(partition, job.operands, job));
      for (const column of this.#carried) most = Math.max(most, need(partition, [column]));
    }
    return most;
  }

  /** The row groups with the largest column chunks: which pages they have, only reading their headers tells. */
  #largestPartitions(columns: readonly Column[]): readonly RowGroupPartition[] {
    const leaves = new Set(columns.map((column) => this.schema.leafOfColumn.get(column.index)?.index));
    const byteLengths = this.footer.rowGroups.map((rowGroup) =>
      rowGroup.structs(RowGroup.columns).reduce((most, chunk, leaf) => {
        if (!leaves.has(leaf)) return most;
        return Math.max(most, chunk.struct(ColumnChunk.metaData)?.integer(ColumnMetaData.totalUncompressedSize) ?? 0);
      }, 0),
    );
    const order = byteLengths.map((_, index) => index).sort((a, b) => (byteLengths[b] ?? 0) - (byteLengths[a] ?? 0));
    return order.slice(0, SAMPLED_ROW_GROUPS).map((index) => this.#sample(index));
  }

  #sample(index: number): RowGroupPartition {
    const partition = this.#samples.get(index) ?? this.#partition(index);
    this.#samples.set(index, partition);
    return partition;
  }

  #partition(index: number): RowGroupPartition {
    const rowGroup = this.footer.rowGroups[index];
    if (rowGroup === undefined) throw new RangeError(`no row group ${index}`);
    const chunks = rowGroup.structs(RowGroup.columns).map((chunk) => readChunkInfo(this.file, chunk, this.footer));
    const rowCount = rowGroup.integer(RowGroup.numRows) ?? 0;
    return new RowGroupPartition(this.file, this.schema, index, rowCount, chunks, {
      leveled: this.#leveled,
      pageReader: this.#pageReader,
    });
  }
}
