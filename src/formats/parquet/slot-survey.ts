/** How large slots have to be for the pages of a file: what the footer tells, and page headers where that isn't enough. */
import type { Job } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import { ColumnChunk, ColumnMetaData, RowGroup } from './definitions.js';
import type { Footer } from './footer.js';
import type { RowGroupPartition } from './partition.js';
import { type ChunkSize, leastByteLength, leastByteLengthBound, wantedByteLength } from './slot-need.js';

/** Row groups by whose pages the best size is chosen. */
const SAMPLED_ROW_GROUPS = 4;
/** Pages, some hundred bytes each, that are remembered until their row group's turn comes. */
const REMEMBERED_PAGES_MAX = 16384;

/** Columns that are loaded together: the operands of a job, or one that is carried over. */
interface Use {
  readonly columns: readonly Column[];
  readonly job?: Job;
}

export class SlotSurvey {
  readonly #uses: readonly Use[];
  readonly #open: (index: number) => RowGroupPartition;
  readonly #samples = new Map<number, RowGroupPartition>();
  #rememberedPageCount = 0;
  /** Of each row group the column chunks of the columns in use, by their index. */
  readonly #sizes: readonly ReadonlyMap<number, ChunkSize>[];

  /**
   * @param carried columns that are loaded without a job
   * @param open makes a partition of a row group
   */
  constructor(
    { schema, rowGroups }: Footer,
    jobs: readonly Job[],
    carried: readonly Column[],
    open: (index: number) => RowGroupPartition,
  ) {
    this.#open = open;
    this.#uses = [
      ...jobs.map((job) => ({ columns: job.operands, job })),
      ...carried.map((column) => ({ columns: [column] })),
    ];
    const columns = new Set(this.#uses.flatMap((use) => use.columns));
    this.#sizes = rowGroups.map((rowGroup) => {
      const chunks = rowGroup.structs(RowGroup.columns);
      const sizes = new Map<number, ChunkSize>();
      for (const { index } of columns) {
        const metadata = chunks[schema.leafOfColumn.get(index)?.index ?? -1]?.struct(ColumnChunk.metaData);
        sizes.set(index, {
          byteLength: metadata?.integer(ColumnMetaData.totalCompressedSize) ?? 0,
          uncompressedByteLength: metadata?.integer(ColumnMetaData.totalUncompressedSize) ?? 0,
          valueCount: metadata?.integer(ColumnMetaData.numValues) ?? 0,
        });
      }
      return sizes;
    });
  }

  /** Room for as many rows of each use as are best decoded together, by the row groups with the largest column chunks. */
  wantedByteLength(): number {
    const largest = this.#sizes.map((sizes) =>
      Math.max(0, ...[...sizes.values()].map(({ uncompressedByteLength }) => uncompressedByteLength)),
    );
    const order = largest.map((_, index) => index).sort((a, b) => (largest[b] ?? 0) - (largest[a] ?? 0));
    let most = 0;
    for (const index of order.slice(0, SAMPLED_ROW_GROUPS)) {
      const partition = this.#sample(index);
      for (const { columns, job } of this.#uses) most = Math.max(most, wantedByteLength(partition, columns, job));
    }
    return most;
  }

  /**
   * Room for one page of each column of a use in any row group, if that is more than `enough`: the headers of pages are
   * read only where the footer leaves that open.
   */
  leastByteLength(enough: number): number {
    let most = 0;
    for (const { columns, job } of this.#uses) {
      const bounds = this.#sizes.map((sizes) =>
        leastByteLengthBound(
          columns.flatMap(({ index }) => sizes.get(index) ?? []),
          job,
        ),
      );
      const order = bounds.map((_, index) => index).sort((a, b) => (bounds[b] ?? 0) - (bounds[a] ?? 0));
      for (const index of order) {
        if ((bounds[index] ?? 0) <= Math.max(most, enough)) break;
        const partition = this.#samples.get(index) ?? this.#open(index);
        const before = partition.scannedPageCount;
        most = Math.max(most, leastByteLength(partition, columns, job));
        this.#rememberedPageCount += partition.scannedPageCount - before;
        if (this.#rememberedPageCount <= REMEMBERED_PAGES_MAX) this.#samples.set(index, partition);
      }
    }
    return most;
  }

  /** A row group whose page headers have been read, for once: they needn't be read again. */
  take(index: number): RowGroupPartition | undefined {
    const partition = this.#samples.get(index);
    this.#samples.delete(index);
    return partition;
  }

  #sample(index: number): RowGroupPartition {
    const partition = this.#samples.get(index) ?? this.#open(index);
    this.#samples.set(index, partition);
    return partition;
  }
}
