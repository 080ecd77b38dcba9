/** The levels of results that stand in the places of nested values: settled by where results are null, then encoded. */
import { type EncodePageTask, levelBitWidth, type ResultLevels } from '../../src/abi/pages.js';
import { corruptColumn, kernelOf, type PageContext } from './page-context.js';

/**
 * Turns the levels of the input's values, in place, into those of the results, and makes null in their bitmap what has no
 * place.
 * @returns the number of rows that begin
 * @throws LW_CORRUPT_INPUT where the input's levels contradict each other
 */
export function settleLevels(
  { name, source, count }: EncodePageTask,
  levels: ResultLevels,
  context: PageContext,
): number {
  const { memory, scratch } = context;
  memory.set(levels.absent, scratch);
  const rowCount = kernelOf(context, 'levels_of_results')(
    levels.definition,
    levels.repetition,
    levels.maxRepetitionLevel,
    count,
    scratch,
    levels.leastPresent,
    levels.maxDefinitionLevel,
    source.validity,
  );
  if (rowCount < 0) throw corruptColumn(name, 'a list goes on behind a value that says it is empty or null');
  return rowCount;
}

/** Writes a page's levels, each kind behind its length; returns how many bytes they take. */
export function writeLevels(levels: ResultLevels, count: number, target: number, context: PageContext): number {
  const encode = kernelOf(context, 'levels_encode');
  let at = target;
  const write = (address: number, maxLevel: number): void => {
    if (maxLevel === 0) return;
    const byteLength = encode(address, count, levelBitWidth(maxLevel), at + 4);
    context.view.setUint32(at, byteLength, true);
    at += 4 + byteLength;
  };
  write(levels.repetition, levels.maxRepetitionLevel);
  write(levels.definition, levels.maxDefinitionLevel);
  return at - target;
}
