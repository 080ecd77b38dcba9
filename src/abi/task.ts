/**
 * What the coordinator asks of whoever computes a slot, and what it hears back: plain data, cloned between threads.
 * All addresses are byte offsets in the slab's memory; nothing but addresses, lengths and names crosses the boundary.
 */
import type { WireError } from '../errors.js';
import type { MemoryRange } from './memory-range.js';
import type { DecodePagesTask, EncodePageTask } from './pages.js';
import type { HashValuesTask, OpenDictionaryTask, RecodePageTask } from './recode.js';

/** Values of one column in the slot, with their validity bitmap, or 0 where no value is null. */
export interface Region {
  readonly values: number;
  readonly validity: number;
}

/**
 * How the lists of a job over lists stand among the elements in its operands' regions, which begin with the element
 * `firstElement` of the record batch.
 */
export interface ListRows {
  /** What messages call the column. */
  readonly name: string;
  /** Place in the record batch of the first of `count` lists. */
  readonly firstList: number;
  readonly count: number;
  /** Elements of each list, and where the first one starts; or `count + 1` offsets, not checked yet, of as many bytes each. */
  readonly bounds:
    | { readonly listSize: number; readonly start: number }
    | { readonly offsets: number; readonly offsetByteLength: 4 | 8 };
  readonly firstElement: number;
  readonly elementCount: number;
  /** The lists' own bitmap, or 0 where no list is null or no output asks. */
  readonly validity: number;
  /** Elements of the regions whose nulls are counted, from `ownStart`, a multiple of 8, to `ownEnd`. */
  readonly ownStart: number;
  readonly ownEnd: number;
}

/** Runs the program of one job over `count` rows. Its result is the number of nulls of each output. */
export interface ComputeTask {
  readonly kind: 'compute';
  /** Index of the job among the plan's. */
  readonly job: number;
  /** Values of each output: rows, elements, or lists. */
  readonly count: number;
  readonly lists?: ListRows;
  readonly operands: readonly Region[];
  /** An output may stand where an operand of the same index and width stands. */
  readonly outputs: readonly Region[];
  /** Where the values are those of a dictionary: how many values are indices into it, and how many are null. */
  readonly standsFor?: { readonly count: number; readonly nullCount: number };
}

export type CompressionCodec = 'lz4_frame' | 'lz4_raw' | 'lz4_hadoop' | 'zstd' | 'snappy' | 'gzip' | 'brotli';

/** Decompresses one block; it is an error if it doesn't come to `targetByteLength` bytes exactly. */
export interface DecompressTask {
  readonly kind: 'decompress';
  readonly codec: CompressionCodec;
  readonly source: number;
  readonly sourceByteLength: number;
  readonly target: number;
  readonly targetByteLength: number;
}

/** Compresses one block. Its result is the number of bytes at `target`. */
export interface CompressTask {
  readonly kind: 'compress';
  readonly codec: CompressionCodec;
  readonly level: number | undefined;
  readonly source: number;
  readonly sourceByteLength: number;
  readonly target: number;
  readonly targetCapacity: number;
}

/** What turns stored bytes into values or back. */
export type StorageTask =
  | DecompressTask
  | CompressTask
  | DecodePagesTask
  | EncodePageTask
  | HashValuesTask
  | OpenDictionaryTask
  | RecodePageTask;

export type Task = ComputeTask | StorageTask;

/** One answer a task, in the tasks' order: null counts, byte lengths, or nothing, as the task says. */
export type TaskResult = readonly number[];

/** Bytes of an open file that are to stand in the slot before its tasks are carried out. */
export interface FileRead {
  readonly descriptor: number;
  /** What messages call the file. */
  readonly name: string;
  readonly position: number;
  readonly address: number;
  readonly byteLength: number;
}

/** Bytes of the slot that go to an open file, back to back, once the slot's tasks have been carried out. */
export interface FileWrite {
  readonly descriptor: number;
  /** What messages call the file. */
  readonly name: string;
  readonly position: number;
  readonly ranges: readonly Readonly<MemoryRange>[];
}

/** What is done in a slot: reads, tasks, writes, in this order. */
export interface SlotWork {
  readonly reads: readonly FileRead[];
  readonly tasks: readonly Task[];
  readonly writes: readonly FileWrite[];
}

/** To be done one after the other. */
export interface SlotMessage {
  readonly works: readonly SlotWork[];
}

export type SlotReply = { readonly results: readonly (readonly TaskResult[])[] } | { readonly error: WireError };
