/**
 * What a format offers to the run: a source of partitions on the reading side, a sink for them on the writing side.
 * Neither does I/O on column data: they describe it in loads, which the run carries out.
 */
import type { ListRows, Region, TaskResult } from '../abi/task.js';
import type { Job, OutputColumn } from '../plan/job.js';
import type { Column, Schema } from '../plan/schema.js';
import type { Load } from '../slab/load.js';

/** An open input file. */
export interface Source {
  readonly schema: Schema;
  /** Whether `next` may wait for whoever makes the input: then no partition is held back to fill a load with the next. */
  readonly waits: boolean;
  /** The next record batch or row group, or `undefined` at the end. Reads metadata only. */
  next(): Promise<SourcePartition | undefined>;
  /** Slot bytes with which each job can load a partition in one piece, or pages whole; 0 where any slot will do. */
  wantedSlotByteLength(jobs: readonly Job[]): number;
  /**
   * Slot bytes without which the smallest part of a partition can't be loaded, if they are more than `enough`; else that
   * or less. Absent where any slot will do.
   */
  leastSlotByteLength?(jobs: readonly Job[], enough: number): number;
  /** Bytes that are taken beside the slots for as long as the source is read; absent where they are few. */
  outsideByteLength?(jobs: readonly Job[]): number;
  /** Told once, before `next`, how large slots are. */
  useSlots(slotByteLength: number, jobs: readonly Job[]): void;
  /** Reads the metadata of all partitions. Nothing else can be read from a pipe after it. */
  describe(): Promise<SourceDescription>;
  /** Closes the input and gives back temporary files. Called once, last, however the run has ended. */
  close(): Promise<void>;
}

/** What a file's metadata tells; counts are `undefined` where only reading it to its end would. */
export interface SourceDescription {
  /** `Arrow IPC file`, `Arrow IPC stream`, `Parquet`. */
  readonly format: string;
  /** Names of the codecs in use, `none` where nothing is compressed. */
  readonly codec: string;
  readonly rowCount: number | undefined;
  readonly partitionCount: number | undefined;
  /** Keys of the schema's metadata with the byte length of each value. */
  readonly metadata: readonly { readonly key: string; readonly byteLength: number }[];
}

/** A column of a partition in the slot. */
export interface LoadedColumn extends Region {
  /** Bytes of the slot that nothing needs any more once the tasks of `load` are done: for whoever stores a result. */
  readonly spare?: { readonly address: number; readonly byteLength: number };
}

/** A record batch or a row group: the rows that the format keeps together. */
export interface SourcePartition {
  readonly rowCount: number;
  /** What the `start`s of loads may have to be multiples of. @default 64 */
  readonly rowMultiple?: number;
  /** Values of a column: the rows, or for a list column the elements of all its lists. */
  valueCount(column: Column): number;
  /** Slot bytes, at most, that `load` takes for the values `start` to `end`. */
  loadByteLength(column: Column, start: number, end: number): number;
  /** Scratch, at most, that the tasks of `load` share with all others of the slot; absent where they need none. */
  scratchByteLength?(column: Column, start: number, end: number): number;
  /** Spare bytes that `load` leaves; absent where it leaves none. */
  spareByteLength?(column: Column, start: number, end: number): number;
  /**
   * Adds to the load what brings the values `start` to `end` of the column into the slot, as Arrow lays them out.
   * `start` is a multiple of 8, or what `chunkEnd` came to.
   */
  load(load: Load<unknown>, column: Column, start: number, end: number): LoadedColumn;
  /**
   * Where to end a chunk that starts at `start` and may go to `limit`: `limit`, or before it, at a multiple of
   * `rowMultiple`, where less is read or decoded twice (a page's end). More than `start`.
   */
  chunkEnd(columns: readonly Column[], start: number, limit: number, rowMultiple: number): number;
  /** The lists of a list column; absent where the format's lists aren't read as such. */
  lists?(column: Column): PartitionLists;
}

/** The lists of a list column in a partition: which elements belong to which. */
export interface PartitionLists {
  readonly count: number;
  /** Whether `load` takes any `start`, so that chunks can end where lists do. */
  readonly isCutAtLists: boolean;
  /** Of lists of lists, those that the elements are; absent where the format doesn't tell them apart. */
  readonly elementLists?: PartitionLists | undefined;
  /**
   * The first element of a list, or with `count` the end of the last one's.
   * @throws LW_CORRUPT_INPUT where the column has fewer elements
   */
  elementStart(index: number): number;
  /** The first list from `from` on whose elements begin at `element` or behind it, `count` where none does. */
  firstStartingAt(element: number, from: number): number;
  /** Slot bytes, at most, that `loadBounds` and `loadValidity` take. */
  loadByteLength(start: number, end: number): number;
  /** Adds to the load what tells where the lists `start` to `end` begin and end. */
  loadBounds(load: Load<unknown>, start: number, end: number): ListRows['bounds'];
  /** Adds the lists' own bitmap to the load, from `start` on, a multiple of 8; returns where, or 0 where none is null. */
  loadValidity(load: Load<unknown>, start: number, end: number): number;
}

/** Untouched bytes of a partition, or anything else that a sink moves without a job. */
export interface CopyItem<P> {
  readonly kind: 'copy';
  readonly length: number;
  /**
   * Adds as much of the item as the load has room for, from `start` (bytes or rows, as the item counts its length);
   * returns where it stopped, `start` if nothing fits.
   */
  add(load: Load<P>, start: number): number;
}

/** The place of a job's outputs among the items of a partition. */
export interface JobItem<P = never> {
  readonly kind: 'job';
  readonly job: Job;
  /** Whose values the job computes, and what takes its results, where it isn't the partition itself. */
  readonly apart?: { readonly source: SourcePartition; readonly sink: SinkPartition<P> };
}

/** The writing side of one partition. */
export interface SinkPartition<P> {
  /** Rows by which a source may cut chunks: 1 where no bitmap of one goes on with the next. @default 8 */
  readonly rowMultiple?: number;
  /** In the order in which they lie in the output. */
  readonly items: readonly (CopyItem<P> | JobItem<P>)[];
  /** Slot bytes, at most, that `store` takes for `count` values of an output beyond the output's own region. */
  storeByteLength(output: OutputColumn, count: number): number;
  /** Scratch, at most, that the tasks of `store` share with all others of the slot; absent where they need none. */
  scratchByteLength?(output: OutputColumn, count: number): number;
  /**
   * Adds to the load what brings the values `start` to `end` of an output from the slot to the file. The region's spare
   * bytes are the output's to use. `task` and `index` find the output's null count among the load's results.
   */
  store(
    load: Load<P>,
    output: OutputColumn,
    start: number,
    end: number,
    region: LoadedColumn,
    task: number,
    index: number,
  ): void;
  /** Absent where the values of lists are stored one behind the other, and where each list begins stands elsewhere. */
  readonly lists?: ListStore<P>;
  /** Called when everything of the partition has been written. */
  end(): Promise<void>;
}

/** Stores results that are lists together with where each of them begins. */
export interface ListStore<P> {
  /** Elements, about, that are best stored at a time. */
  readonly pageLength: number;
  /** Slot bytes, at most, that `store` takes beyond the output's own region; scratch is shared by all tasks of a slot. */
  byteLengths(
    output: OutputColumn,
    elementCount: number,
    listCount: number,
  ): { readonly byteLength: number; readonly scratchByteLength: number };
  /**
   * Adds to the load what brings the lists `start` to `end` of an output from the slot to the file.
   * `lists` tells how they stand among the region's elements.
   */
  store(load: Load<P>, output: OutputColumn, start: number, end: number, region: Region, lists: ListRows): void;
}

/** An output file being written. */
export interface Sink<P> {
  /** Whether loads have to be written in the order in which they were described. */
  readonly ordered: boolean;
  /** Whether `write` reads the slot. */
  readonly readsSlots: boolean;
  begin(partition: SourcePartition): Promise<SinkPartition<P>>;
  /** Writes the pieces of a load whose tasks are done. The slot is free on return. */
  write(load: Load<P>, results: readonly TaskResult[]): void;
  /** Writes what stands at the end of the file. Does not commit it. */
  finish(): Promise<void>;
  /** Gives back temporary files. Called once, last, however the run has ended. */
  close(): void;
}
