import type { ListRows } from '../src/abi/task.js';
import { LanewiseError } from '../src/errors.js';

/**
 * Writes where each list begins among the elements of the regions, and behind the last one where it ends.
 * @throws LW_CORRUPT_INPUT for offsets that contradict each other
 */
export function readListStarts(memory: DataView, lists: ListRows, starts: Uint32Array): void {
  const { bounds, count, elementCount, firstElement } = lists;
  if ('listSize' in bounds) {
    const { listSize } = bounds;
    starts[0] = bounds.start - firstElement;
    for (let list = 0; list < count; list++) starts[list + 1] = starts[list]! + listSize;
    return;
  }
  const { offsets, offsetByteLength } = bounds;
  let before = 0;
  for (let list = 0; list <= count; list++) {
    const offset =
      offsetByteLength === 4
        ? memory.getInt32(offsets + 4 * list, true)
        : Number(memory.getBigInt64(offsets + 8 * list, true));
    const start = offset - firstElement;
    if (start < before || start > elementCount) throw damagedOffsets(lists, list, offset);
    starts[list] = start;
    before = start;
  }
}

function damagedOffsets({ name, firstList, firstElement, elementCount }: ListRows, list: number, offset: number) {
  return new LanewiseError(
    'LW_CORRUPT_INPUT',
    `column '${name}' is damaged: offset ${firstList + list} of a record batch or row group is ${offset}, which is less than the one before or more than ${firstElement + elementCount}; write the file again from its source`,
  );
}
