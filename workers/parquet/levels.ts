/** Definition levels as a bitmap of the values that are there. */
import type { DataPage, DecodePagesTask } from '../../src/abi/pages.js';
import { corruptColumn, kernelOf, type PageContext } from './page-context.js';

/** Where a page's levels lead. */
export interface PageLevels {
  /** Address of a bitmap whose bit i stands for value i of the page, or 0 if every value is there. */
  readonly bitmap: number;
  readonly values: number;
  readonly valuesEnd: number;
}

/**
 * Reads the definition levels of a page whose (uncompressed) bytes stand from `start` to `end`; those of version 2 stand
 * at the page's own address, apart from them.
 */
export function readLevels(
  context: PageContext,
  task: DecodePagesTask,
  page: DataPage,
  start: number,
  end: number,
): PageLevels {
  const { name, maxDefinitionLevel } = task;
  if (maxDefinitionLevel === 0) return { bitmap: 0, values: start, valuesEnd: end };
  const { levels, valueCount } = page;
  const bitWidth = 32 - Math.clz32(maxDefinitionLevel);
  if (typeof levels === 'object') {
    const from = page.address + levels.repetitionByteLength;
    return {
      bitmap: decodeHybrid(context, task, page, from, levels.definitionByteLength),
      values: start,
      valuesEnd: end,
    };
  }
  if (levels === 'bit_packed') {
    const values = start + Math.ceil((valueCount * bitWidth) / 8);
    if (values > end) throw corruptColumn(name, `a page of ${end - start} bytes ends before its ${valueCount} levels`);
    unpackLegacy(context.memory, start, valueCount, bitWidth, maxDefinitionLevel, task.levelsScratch);
    return { bitmap: task.levelsScratch, values, valuesEnd: end };
  }
  if (start + 4 > end) throw corruptColumn(name, `a page of ${end - start} bytes ends before its levels`);
  const byteLength = context.view.getUint32(start, true);
  const values = start + 4 + byteLength;
  if (values > end) throw corruptColumn(name, `a page of ${end - start} bytes claims ${byteLength} bytes of levels`);
  return { bitmap: decodeHybrid(context, task, page, start + 4, byteLength), values, valuesEnd: end };
}

function decodeHybrid(
  context: PageContext,
  { name, maxDefinitionLevel, levelsScratch }: DecodePagesTask,
  { valueCount }: DataPage,
  address: number,
  byteLength: number,
): number {
  if (isOneRun(context.memory, address, byteLength, maxDefinitionLevel, valueCount)) return 0;
  const decode = kernelOf(context, 'definition_levels_decode');
  const bitWidth = 32 - Math.clz32(maxDefinitionLevel);
  const { scratch } = context;
  const count = decode(address, byteLength, bitWidth, 0, valueCount, maxDefinitionLevel, levelsScratch, 0, scratch);
  if (count !== valueCount) {
    throw corruptColumn(name, `a page of ${valueCount} values has ${Math.max(0, count)} definition levels`);
  }
  return levelsScratch;
}

/** Whether levels are a single run of the highest one, as they are in pages without nulls. */
function isOneRun(memory: Uint8Array, address: number, byteLength: number, maxLevel: number, count: number): boolean {
  const end = address + byteLength;
  let at = address;
  let header = 0;
  for (let scale = 1; at < end && scale <= 2 ** 28; scale *= 128) {
    const byte = memory[at++] as number;
    header += (byte & 0x7f) * scale;
    if (byte < 128) break;
  }
  return at < end && header % 2 === 0 && header / 2 >= count && memory[at] === maxLevel;
}

/** The deprecated BIT_PACKED encoding: from the most significant bit on. */
function unpackLegacy(
  memory: Uint8Array,
  start: number,
  count: number,
  bitWidth: number,
  maxLevel: number,
  bitmap: number,
): void {
  memory.fill(0, bitmap, bitmap + Math.ceil(count / 8));
  for (let i = 0; i < count; i++) {
    let level = 0;
    for (let j = i * bitWidth; j < (i + 1) * bitWidth; j++) {
      level = (level << 1) | (((memory[start + (j >> 3)] as number) >> (7 - (j & 7))) & 1);
    }
    if (level === maxLevel) memory[bitmap + (i >> 3)] = (memory[bitmap + (i >> 3)] as number) | (1 << (i & 7));
  }
}
