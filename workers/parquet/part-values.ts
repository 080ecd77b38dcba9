/** The values of a part of a page: where they stand, and how many of them there are. */
import type { LeveledColumn } from '../../src/abi/pages.js';
import type { PagePart } from '../../src/abi/recode.js';
import { decodeLevels, findParts } from './levels.js';
import { checkPageCrc, openPage } from './page-body.js';
import type { PageContext } from './page-context.js';
import type { PageValues } from './stored-values.js';

/** A column whose pages are opened, with room for a page decompressed and for a byte for each of its values. */
interface PartTask extends LeveledColumn {
  readonly scratch: number;
  readonly levelsScratch: number;
}

/** Decodes a part's levels to their places, and finds its values. */
export function openPart(
  task: PartTask,
  context: PageContext,
  { page, from, to }: PagePart,
  definition: number,
  repetition: number,
): PageValues {
  const { memory } = context;
  const { name, maxDefinitionLevel, maxRepetitionLevel, scratch, levelsScratch } = task;
  checkPageCrc(name, page, context);
  const { start, end } = openPage(name, page, context, scratch);
  const parts = findParts(context, task, page, start, end);
  const rest = { name, encoding: page.encoding, start: parts.values, end: parts.valuesEnd };
  if (maxRepetitionLevel > 0) decodeLevels(context, name, parts.repetition, from, to, repetition);
  if (maxDefinitionLevel === 0) return { ...rest, total: page.valueCount, skip: from, count: to - from };
  decodeLevels(context, name, parts.definition, 0, page.valueCount, levelsScratch);
  const countValid = (first: number, last: number): number => {
    let valid = 0;
    for (let i = first; i < last; i++) valid += memory[levelsScratch + i] === maxDefinitionLevel ? 1 : 0;
    return valid;
  };
  memory.copyWithin(definition, levelsScratch + from, levelsScratch + to);
  const skip = countValid(0, from);
  const count = countValid(from, to);
  return { ...rest, total: skip + count + countValid(to, page.valueCount), skip, count };
}
