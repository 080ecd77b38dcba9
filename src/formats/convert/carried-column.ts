import type { Region } from '../../abi/task.js';
import type { OutputColumn } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import { BITMAP_MULTIPLE, chooseChunkEnd } from '../../slab/chunk-end.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
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

/** The rows of a column as an item that counts rows. */
export function carriedItem<P>(
  partition: SourcePartition,
  target: RowStore<P>,
  { column, output }: CarriedColumn,
): CopyItem<P> {
  const { rowCount } = partition;
  const chooseEnd = (load: Load<P>, start: number): number =>
    chooseChunkEnd(load, {
      start,
      length: rowCount,
      byteLengthTo: (end) =>
        partition.loadByteLength(column, start, end) +
        target.storeByteLength(output, end - start) +
        ALIGNMENT +
        Math.max(
          partition.scratchByteLength?.(column, start, end) ?? 0,
          target.scratchByteLength?.(output, end - start) ?? 0,
        ),
      pageEndBefore: (end) => partition.chunkEnd([column], start, end, BITMAP_MULTIPLE),
    });
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
