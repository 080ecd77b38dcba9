/** The reading side of Parquet: row groups one after the other, each by its metadata alone. */
import type { Job } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import type { ReadableFile } from '../../storage/file.js';
import type { Source, SourceDescription } from '../format.js';
import { CODEC_NAMES, Codec, ColumnChunk, ColumnMetaData, FileMetaData, KeyValue, RowGroup } from './definitions.js';
import { type Footer, readChunkInfo, readFooter } from './footer.js';
import { levelsColumns } from './leaf-levels.js';
import type { PageReader } from './lists.js';
import { outsideByteLength } from './outside-need.js';
import { RowGroupPartition } from './partition.js';
import type { Leaf, ParquetSchema } from './schema.js';
import { SlotSurvey } from './slot-survey.js';

/** Makes what reads pages outside of slots, of so many bytes for one, where a job asks for lists or row groups are cut. */
export type OpenPageReader = (byteLength: number) => Promise<PageReader>;

/**
 * Opens a Parquet file by its footer. The source closes the file.
 * @throws LW_CORRUPT_INPUT, LW_UNSUPPORTED_INPUT (encrypted, column chunks in other files)
 */
export function openParquet(file: ReadableFile, openPageReader: OpenPageReader): ParquetSource {
  return new ParquetSource(file, readFooter(file), openPageReader);
}

export class ParquetSource implements Source {
  readonly file: ReadableFile;
  readonly footer: Footer;
  readonly waits = false;
  #next = 0;
  #carried: readonly Column[] = [];
  #leveled: ReadonlySet<number> = new Set();
  #needsLists = false;
  #outsideByteLength = 0;
  #pageReader: PageReader | undefined;
  /** Made when the slots are laid out. */
  #survey: SlotSurvey | undefined;
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
    const index = this.#next++;
    const surveyed = this.#survey?.take(index);
    // What was made before there was a reader of pages outside of slots has none.
    return surveyed === undefined || this.#pageReader !== undefined ? this.#partition(index) : surveyed;
  }

  /** What reads pages outside of slots. */
  async pageReader(): Promise<PageReader> {
    this.#pageReader ??= await this.#openPageReader(this.#outsideByteLength);
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

  wantedSlotByteLength(jobs: readonly Job[]): number {
    return this.#surveyFor(jobs).wantedByteLength();
  }

  leastSlotByteLength(jobs: readonly Job[], enough: number): number {
    return this.#surveyFor(jobs).leastByteLength(enough);
  }

  /** Room for the largest page of those whose lists are found. */
  outsideByteLength(jobs: readonly Job[]): number {
    const columns = jobs.filter(needsLists).flatMap(({ operands }) => operands);
    return this.outsideOf(
      columns.flatMap(({ index }) => this.schema.leafOfColumn.get(index) ?? []),
      false,
    );
  }

  /** The same for any leaves, with dictionaries or without. */
  outsideOf(leaves: readonly Leaf[], readsDictionaries: boolean): number {
    this.#outsideByteLength = outsideByteLength(this.file, this.footer, new Set(leaves), { readsDictionaries });
    return this.#outsideByteLength;
  }

  /** Tells, before the slots are laid out, which columns are loaded without a job. */
  carry(columns: readonly Column[]): void {
    this.#carried = columns;
  }

  useSlots(_slotByteLength: number, jobs: readonly Job[]): void {
    // Pages are the unit, whatever the slots.
    this.#leveled = levelsColumns(jobs, this.schema);
    this.#needsLists = jobs.some(needsLists);
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

  #surveyFor(jobs: readonly Job[]): SlotSurvey {
    this.#leveled = levelsColumns(jobs, this.schema);
    this.#survey ??= new SlotSurvey(this.footer, jobs, this.#carried, (index) => this.#partition(index));
    return this.#survey;
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

/** An elementwise job needs its column's lists only to compare them with those of its gradient. */
function needsLists({ domain, operands }: Job): boolean {
  return domain === 'lists' || (domain === 'elements' && operands.length > 1);
}
