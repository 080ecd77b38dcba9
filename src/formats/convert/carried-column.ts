import type { Region } from '../../abi/task.js';
import type { OutputColumn } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import type { Load } from '../../slab/load.js';
import type { CopyItem, SourcePartition } from '../format.js';

/** A column of numbers that is written as it is read, in another format. */
export interface CarriedColumn {
  readonly column: Column;
  readonly output: OutputColumn;
}

/** Where the rows of a carried column go, as those of a result do. */
export interface RowStore<P> {
  storeByteLength(output: OutputColumn, count: number): number;
  scratchByteLength?(output: OutputColumn, count: number): number;
  store(load: Load<P>, output: OutputColumn, start: number, end: number, region: Region): void;
}

/** Pieces of columns end at multiples of this, so that bitmaps are cut at whole bytes. */
const ROW_MULTIPLE = 64;
/** Rows of a whole byte of a bitmap. */
const BITMAP_ROW_MULTIPLE = 8;

/** The rows of a column as an item that counts rows. */
export function carriedItem<P>(
  partition: SourcePartition,
  target: RowStore<P>,
  { column, output }: CarriedColumn,
): CopyItem<P> {
  const { rowCount } = partition;
  const chooseEnd = (load: Load<P>, start: number): number => {
    const needed = (count: number) =>
      partition.loadByteLength(column, start, start + count) +
      target.storeByteLength(output, count) +
      ROW_MULTIPLE +
      Math.max(
        partition.scratchByteLength?.(column, start, start + count) ?? 0,
        target.scratchByteLength?.(output, count) ?? 0,
      );
    let count = rowCount - start;
    for (let bytes = needed(count); bytes > load.free; bytes = needed(count)) {
      count = Math.min(Math.floor((count * load.free) / bytes), count - 1);
      count -= count % ROW_MULTIPLE;
      if (count <= 0) return start;
    }
    return start + count === rowCount
      ? rowCount
      : partition.chunkEnd([column], start, start + count, BITMAP_ROW_MULTIPLE);
  };
  return {
    kind: 'copy',
    length: rowCount,
    add(load, start) {
      const end = chooseEnd(load, start);
      if (end > start) target.store(load, output, start, end, partition.load(load, column, start, end));
      return end;
    },
  };
}
