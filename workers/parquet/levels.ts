/** The levels of a page: a bitmap of the values that are there, and where they are asked for, the levels themselves. */
import {
  type DataPage,
  type DecodePagesTask,
  type LevelEncoding,
  type LeveledColumn,
  levelBitWidth,
} from '../../src/abi/pages.js';
import { corruptColumn, kernelOf, type PageContext } from './page-context.js';

/** Where a page's levels lead. */
export interface PageLevels {
  /** Address of a bitmap whose bit i stands for value i of the page, or 0 if every value is there. */
  readonly bitmap: number;
  readonly values: number;
  readonly valuesEnd: number;
}

/** The levels of one kind in a page. */
export interface LevelStream {
  readonly address: number;
  readonly byteLength: number;
  readonly encoding: LevelEncoding;
  readonly maxLevel: number;
  readonly valueCount: number;
}

/** Where the parts of a page stand; of levels that the column doesn't have, nowhere. */
export interface PageParts {
  readonly repetition: LevelStream;
  readonly definition: LevelStream;
  readonly values: number;
  readonly valuesEnd: number;
}

/**
 * Finds the parts of a page whose (uncompressed) bytes stand from `start` to `end`; the levels of version 2 stand at the
 * page's own address, apart from them.
 */
export function findParts(
  context: PageContext,
  { name, maxDefinitionLevel, maxRepetitionLevel }: LeveledColumn,
  { address, levels, valueCount }: DataPage,
  start: number,
  end: number,
): PageParts {
  if ('definitionByteLength' in levels) {
    const { repetitionByteLength, definitionByteLength } = levels;
    const stream = { encoding: 'rle', valueCount } as const;
    return {
      repetition: { ...stream, address, byteLength: repetitionByteLength, maxLevel: maxRepetitionLevel },
      definition: {
        ...stream,
        address: address + repetitionByteLength,
        byteLength: definitionByteLength,
        maxLevel: maxDefinitionLevel,
      },
      values: start,
      valuesEnd: end,
    };
  }
  const find = (from: number, encoding: LevelEncoding, maxLevel: number): LevelStream => {
    if (maxLevel === 0) return { address: from, byteLength: 0, encoding, maxLevel, valueCount };
    if (encoding === 'bit_packed') {
      const byteLength = Math.ceil((valueCount * levelBitWidth(maxLevel)) / 8);
      if (from + byteLength > end) {
        throw corruptColumn(name, `a page of ${end - start} bytes ends before its ${valueCount} levels`);
      }
      return { address: from, byteLength, encoding, maxLevel, valueCount };
    }
    if (from + 4 > end) throw corruptColumn(name, `a page of ${end - start} bytes ends before its levels`);
    const byteLength = context.view.getUint32(from, true);
    if (from + 4 + byteLength > end) {
      throw corruptColumn(name, `a page of ${end - start} bytes claims ${byteLength} bytes of levels`);
    }
    return { address: from + 4, byteLength, encoding, maxLevel, valueCount };
  };
  const repetition = find(start, levels.repetition, maxRepetitionLevel);
  const definition = find(repetition.address + repetition.byteLength, levels.definition, maxDefinitionLevel);
  return { repetition, definition, values: definition.address + definition.byteLength, valuesEnd: end };
}

/** Reads a page's definition levels; `start` and `end` as for `findParts`. */
export function readLevels(
  context: PageContext,
  task: DecodePagesTask,
  page: DataPage,
  start: number,
  end: number,
): PageLevels & PageParts {
  const parts = findParts(context, task, page, start, end);
  return { ...parts, bitmap: decodeBitmap(context, task, parts.definition) };
}

/** Decodes the levels of the values `from` to `to` of a page, a byte each. */
export function decodeLevels(
  context: PageContext,
  name: string,
  stream: LevelStream,
  from: number,
  to: number,
  target: number,
): void {
  const { address, byteLength, encoding, maxLevel, valueCount } = stream;
  if (maxLevel === 0) {
    context.memory.fill(0, target, target + to - from);
    return;
  }
  if (encoding === 'bit_packed') {
    unpackLegacy(context.memory, stream, from, to, (place, level) => {
      if (level > maxLevel) throw levelTooHigh(name, maxLevel);
      context.memory[target + place - from] = level;
    });
    return;
  }
  const decode = kernelOf(context, 'levels_decode');
  const count = decode(address, byteLength, levelBitWidth(maxLevel), from, to - from, maxLevel, target);
  if (count === LEVEL_TOO_HIGH) throw levelTooHigh(name, maxLevel);
  if (count !== to - from) throw tooFewLevels(name, valueCount, from + Math.max(0, count));
}

const LEVEL_TOO_HIGH = -2;

function levelTooHigh(name: string, maxLevel: number) {
  return corruptColumn(name, `a page has a level above ${maxLevel}, which is the highest of the column`);
}

function tooFewLevels(name: string, valueCount: number, count: number) {
  return corruptColumn(name, `a page of ${valueCount} values has ${count} levels`);
}

/** @returns the address of the bitmap, or 0 where every level is the highest */
function decodeBitmap(context: PageContext, { name, levelsScratch }: DecodePagesTask, stream: LevelStream): number {
  const { address, byteLength, encoding, maxLevel, valueCount } = stream;
  if (maxLevel === 0) return 0;
  const { memory, scratch } = context;
  if (encoding === 'bit_packed') {
    memory.fill(0, levelsScratch, levelsScratch + Math.ceil(valueCount / 8));
    unpackLegacy(memory, stream, 0, valueCount, (place, level) => {
      if (level === maxLevel) (memory[levelsScratch + (place >> 3)] as number) |= 1 << (place & 7);
    });
    return levelsScratch;
  }
  if (isOneRun(memory, stream)) return 0;
  const decode = kernelOf(context, 'definition_levels_decode');
  const bitWidth = levelBitWidth(maxLevel);
  const count = decode(address, byteLength, bitWidth, 0, valueCount, maxLevel, levelsScratch, 0, scratch);
  if (count !== valueCount) throw tooFewLevels(name, valueCount, Math.max(0, count));
  return levelsScratch;
}

/** Whether levels are a single run of the highest one, as they are in pages without nulls. */
function isOneRun(memory: Uint8Array, { address, byteLength, maxLevel, valueCount }: LevelStream): boolean {
  const end = address + byteLength;
  let at = address;
  let header = 0;
  for (let scale = 1; at < end && scale <= 2 ** 28; scale *= 128) {
    const byte = memory[at++] as number;
    header += (byte & 0x7f) * scale;
    if (byte < 128) break;
  }
  return at < end && header % 2 === 0 && header / 2 >= valueCount && memory[at] === maxLevel;
}

/** The deprecated BIT_PACKED encoding: from the most significant bit on. */
function unpackLegacy(
  memory: Uint8Array,
  { address, maxLevel }: LevelStream,
  from: number,
  to: number,
  put: (place: number, level: number) => void,
): void {
  const bitWidth = levelBitWidth(maxLevel);
  for (let place = from; place < to; place++) {
    let level = 0;
    for (let bit = place * bitWidth; bit < (place + 1) * bitWidth; bit++) {
      level = (level << 1) | (((memory[address + (bit >> 3)] as number) >> (7 - (bit & 7))) & 1);
    }
    put(place, level);
  }
}
