/** Data pages to a column of the slot: decompress, read the levels, decode the values, put them where they are valid. */
import type { DataPage, DecodePagesTask } from '../../src/abi/pages.js';
import { BITS_PER_VALUE } from '../../src/abi/types.js';
import { decodeLevels, type PageLevels, type PageParts, readLevels } from './levels.js';
import { apartByteLength, checkPageCrc, openDictionary, openPage } from './page-body.js';
import { corruptColumn, kernelOf, type PageContext } from './page-context.js';
import { DENSE_BYTE_LENGTH, type Dictionary, decodeValues } from './values.js';

/** @throws LW_CORRUPT_INPUT where a page doesn't hold what its header promises */
export function decodePages(task: DecodePagesTask, context: PageContext): void {
  const { start, end, target, targetRow } = task;
  const dictionary = readDictionary(task, context);
  // Nearly every column has no nulls anywhere: then pages needn't say so.
  if (target.validity > 0) {
    const targetEnd = targetRow + end - start;
    const fill = kernelOf(context, 'bitmap_set_range');
    fill(target.validity, targetRow, targetEnd, 1);
    fill(target.validity, targetEnd, Math.ceil(targetEnd / 8) * 8, 0);
  }
  for (const page of task.pages) {
    // The part of the page that the task is about, counted from the page's first value.
    const from = Math.max(0, start - page.firstValue);
    const to = Math.min(page.valueCount, end - page.firstValue);
    if (from < to) decodePage(task, context, page, from, to, dictionary);
  }
  if (task.denseScratch > 0) narrow(context.memory, task, end - start);
}

function decodePage(
  task: DecodePagesTask,
  context: PageContext,
  page: DataPage,
  from: number,
  to: number,
  dictionary: Dictionary | undefined,
): void {
  const { name, physicalValue, target } = task;
  checkPageCrc(name, page, context);
  if (decompressInPlace(task, context, page, from, to)) return;
  const { bitmap, values, valuesEnd, ...parts } = readPage(task, page, context, task.scratch);
  const popcount = kernelOf(context, 'bitmap_popcount');
  const countValid = (end: number) => (bitmap === 0 ? end : popcount(bitmap, end));
  const skip = countValid(from);
  const count = countValid(to) - skip;
  const total = countValid(page.valueCount);
  const width = DENSE_BYTE_LENGTH[physicalValue];
  const place = page.firstValue + from - task.start;
  const row = task.targetRow + place;
  const address = task.denseScratch > 0 ? task.denseScratch + place * width : target.values + row * width;
  if (task.levels !== undefined) {
    decodeLevels(context, name, parts.definition, from, to, task.levels.definition + row);
    if (task.maxRepetitionLevel > 0) {
      decodeLevels(context, name, parts.repetition, from, to, task.levels.repetition + row);
      if (page.firstValue + from === 0 && context.memory[task.levels.repetition] !== 0) {
        throw corruptColumn(name, 'its first value goes on with a list that no value begins');
      }
    }
  }
  if (count > 0) {
    const encoded = { name, physicalValue, start: values, end: valuesEnd, total, skip, count };
    decodeValues(context, page.encoding, encoded, dictionary, address);
  }
  if (bitmap === 0) return;
  if (target.validity > 0) {
    kernelOf(context, 'bitmap_copy_bits')(bitmap, from, target.validity, row, to - from);
  } else if (count < to - from) {
    throw corruptColumn(name, 'a page has nulls where the statistics of the column chunk promise none');
  }
  kernelOf(context, `scatter_by_validity_${width}`)(address, bitmap, from, to - from);
}

/** Levels in front of values that are decompressed to their place; those of a page without nulls take 7 bytes or less. */
const LEVELS_BYTE_LENGTH_MAX = 16;

/**
 * Decompresses a page whose values lie in it as in the column to where they are to stand, which spares a copy. Its levels
 * come in front of them, over bytes that are put back.
 * @returns false where the page has to be decoded otherwise, with nothing changed but values that are to be written
 */
function decompressInPlace(
  task: DecodePagesTask,
  context: PageContext,
  page: DataPage,
  from: number,
  to: number,
): boolean {
  const { codec, encoding, valueCount } = page;
  const { physicalValue, denseScratch, target, targetRow, start } = task;
  if (codec === 'none' || encoding !== 'plain' || physicalValue === 'boolean' || denseScratch > 0) return false;
  if (from > 0 || to < valueCount || task.maxRepetitionLevel > 0 || task.levels !== undefined) return false;
  const width = DENSE_BYTE_LENGTH[physicalValue];
  const levelsByteLength = page.uncompressedByteLength - apartByteLength(page) - valueCount * width;
  if (levelsByteLength < 0 || levelsByteLength > LEVELS_BYTE_LENGTH_MAX) return false;
  const values = target.values + (targetRow + page.firstValue - start) * width;
  const at = values - levelsByteLength;
  const before = context.memory.slice(at, values);
  const levels = readPage(task, page, context, at);
  context.memory.set(before, at);
  return levels.bitmap === 0 && levels.values === values;
}

function readDictionary(task: DecodePagesTask, context: PageContext): Dictionary | undefined {
  const { name, dictionary, dictionaryScratch } = task;
  if (dictionary === undefined) return undefined;
  const { valueCount } = dictionary;
  const { start, end } = openDictionary(name, dictionary, context, dictionaryScratch);
  const needed = valueCount * DENSE_BYTE_LENGTH[task.physicalValue];
  if (needed > end - start) throw corruptColumn(name, `a dictionary of ${valueCount} values in ${end - start} bytes`);
  return { address: start, valueCount };
}

/** @param room for what a compressed page comes to */
function readPage(task: DecodePagesTask, page: DataPage, context: PageContext, room: number): PageLevels & PageParts {
  const { start, end } = openPage(task.name, page, context, room);
  return readLevels(context, task, page, start, end);
}

/** From the width that values have in pages to the column's: small integers, and booleans from bytes to bits. */
function narrow(memory: Uint8Array, { type, target, targetRow, denseScratch }: DecodePagesTask, count: number): void {
  if (type === 'bool') {
    for (let i = 0; i < count; i++) {
      const at = target.values + ((targetRow + i) >> 3);
      const bit = (targetRow + i) & 7;
      const before = bit === 0 ? 0 : (memory[at] as number);
      memory[at] = before | ((memory[denseScratch + i] as number) << bit);
    }
    return;
  }
  const width = BITS_PER_VALUE[type] / 8;
  const values = target.values + targetRow * width;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) memory[values + i * width + j] = memory[denseScratch + 4 * i + j] as number;
  }
}
