/** The levels of results that aren't flat: settled by where results are null, then encoded. */
import {
  type EncodePageTask,
  type LevelBytes,
  type ListLevels,
  levelBitWidth,
  type ResultLevels,
} from '../../src/abi/pages.js';
import type { Region } from '../../src/abi/task.js';
import { readListStarts } from '../list-starts.js';
import { corruptColumn, kernelOf, type PageContext } from './page-context.js';

/** What a page has, once it is known which results are there. */
export interface SettledPage {
  /** The results, with the bitmap of those that are there. */
  readonly source: Region;
  readonly valueCount: number;
  readonly rowCount: number;
  readonly firstRepetitionLevel: number;
  /** Absent for a flat column, whose levels follow from the bitmap. */
  readonly levels: (LevelBytes & Pick<ResultLevels, 'maxDefinitionLevel' | 'maxRepetitionLevel'>) | undefined;
}

/** @throws LW_CORRUPT_INPUT where the input's levels, or the places of its lists, contradict each other */
export function settlePage(task: EncodePageTask, context: PageContext): SettledPage {
  const { source, count, levels } = task;
  if (typeof levels === 'string') {
    return { source, valueCount: count, rowCount: count, firstRepetitionLevel: 0, levels: undefined };
  }
  return 'lists' in levels ? levelLists(source, levels, context) : carryLevels(task, levels, context);
}

/** Turns the levels of the input's values, in place, into those of the results. */
function carryLevels({ name, source, count }: EncodePageTask, levels: ResultLevels, context: PageContext): SettledPage {
  const { memory, scratch } = context;
  const { maxRepetitionLevel } = levels;
  const firstRepetitionLevel = maxRepetitionLevel > 0 ? (memory[levels.repetition] as number) : 0;
  memory.set(levels.absent, scratch);
  const rowCount = kernelOf(context, 'levels_of_results')(
    levels.definition,
    levels.repetition,
    maxRepetitionLevel,
    count,
    scratch,
    levels.leastPresent,
    levels.leastElement,
    levels.maxDefinitionLevel,
    source.validity,
  );
  if (rowCount < 0) throw corruptColumn(name, 'a list goes on behind a value that says it is empty or null');
  return { source, valueCount: count, rowCount, firstRepetitionLevel, levels };
}

/** Makes the levels of lists that stand as Arrow has them. */
function levelLists(
  source: Region,
  { lists, nullLevel, maxDefinitionLevel, scratch }: ListLevels,
  context: PageContext,
) {
  const { memory, view } = context;
  const { count, elementCount } = lists;
  const starts = new Uint32Array(memory.buffer, scratch, count + 1);
  readListStarts(view, lists, starts);
  const definition = scratch + 4 * (count + 1);
  const repetition = definition + elementCount + count;
  const valid = repetition + elementCount + count;
  memory.fill(0, valid, valid + Math.ceil(elementCount / 8));
  const valueCount = kernelOf(context, 'levels_of_lists')(
    scratch,
    count,
    lists.validity,
    source.validity,
    nullLevel,
    maxDefinitionLevel - 1,
    maxDefinitionLevel,
    definition,
    repetition,
    valid,
  );
  return {
    source: { values: source.values, validity: valid },
    valueCount,
    rowCount: count,
    firstRepetitionLevel: 0,
    levels: { definition, repetition, maxDefinitionLevel, maxRepetitionLevel: 1 },
  };
}

/** Writes a page's levels, each kind behind its length; returns how many bytes they take. */
export function writeLevels({ levels, valueCount }: SettledPage, target: number, context: PageContext): number {
  if (levels === undefined) return 0;
  const encode = kernelOf(context, 'levels_encode');
  let at = target;
  const write = (address: number, maxLevel: number): void => {
    if (maxLevel === 0) return;
    const byteLength = encode(address, valueCount, levelBitWidth(maxLevel), at + 4);
    context.view.setUint32(at, byteLength, true);
    at += 4 + byteLength;
  };
  write(levels.repetition, levels.maxRepetitionLevel);
  write(levels.definition, levels.maxDefinitionLevel);
  return at - target;
}
