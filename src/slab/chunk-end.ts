import type { Load } from './load.js';

/** Chunks end at multiples of this, so that bitmaps are cut at whole words. */
export const CHUNK_MULTIPLE = 64;
/** Values of a whole byte of a bitmap. */
export const BITMAP_MULTIPLE = 8;

export interface ChunkEndOptions {
  readonly start: number;
  readonly length: number;
  /** Slot bytes, at most, of a chunk from `start` to an end. */
  readonly byteLengthTo: (end: number) => number;
  /** What an end before `length` is a multiple of, counted from `start`. @default CHUNK_MULTIPLE */
  readonly multiple?: number;
  /** A better end not far before another, that of a page for one, or the other itself. */
  readonly pageEndBefore?: (end: number) => number;
}

/**
 * Where a chunk ends: at `length`, where the load has room for all of it; else before, at as much as fills an empty load;
 * at `start` if the load has too little room.
 */
export function chooseChunkEnd(load: Load<unknown>, options: ChunkEndOptions): number {
  const { start, length, byteLengthTo, multiple = CHUNK_MULTIPLE, pageEndBefore } = options;
  const { free } = load;
  let end = length;
  for (let needed = byteLengthTo(end); needed > free; needed = byteLengthTo(end)) {
    if (!load.isEmpty) return start;
    const count = Math.min(Math.floor(((end - start) * free) / needed), end - start - 1);
    end = start + count - (count % multiple);
    if (end <= start) return start;
    if (pageEndBefore === undefined) continue;
    // A few rows of the next page may take all of it: up to the end of the one before there may be room.
    const pageEnd = pageEndBefore(end);
    if (pageEnd < end && byteLengthTo(pageEnd) <= free) return pageEnd;
  }
  return end;
}
