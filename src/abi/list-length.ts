import { LanewiseError } from '../errors.js';

/** The longest list that can be a row. */
export const LIST_LENGTH_MAX = 4096;
/** Elements, and lists, that a tile of lists holds at most: two of the longest, so that they share one call. */
export const LIST_TILE_LENGTH = 2 * LIST_LENGTH_MAX;

/**
 * @param list its place in the record batch
 * @throws LW_UNSUPPORTED_INPUT
 */
export function checkListLength(name: string, list: number, length: number): void {
  if (length <= LIST_LENGTH_MAX) return;
  throw new LanewiseError(
    'LW_UNSUPPORTED_INPUT',
    `column '${name}': list ${list} of a record batch or row group has ${length} elements, a row has ${LIST_LENGTH_MAX} at most; shorten it, or leave the column out`,
  );
}
