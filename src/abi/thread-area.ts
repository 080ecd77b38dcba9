/**
 * The part of the slab that one thread has for itself: parameter blocks of its programs, the address tables that row
 * kernels read, scratch that a row kernel may use, and the tile registers.
 *
 *     | parameters | row addresses | row scratch | codec scratch | list scratch | registers: tile by tile |
 */
import { LIST_LENGTH_MAX, LIST_TILE_LENGTH } from './list-length.js';
import type { Program, Step } from './program.js';

/** What every row kernel may use as it likes: two numbers for each value of the widest row, and 128 bytes. */
export const ROW_SCRATCH_BYTE_LENGTH = 65_664;
/** What ZSTD takes: tables, and the literals and sequences of a block. Its pages cost nothing where nobody asks for it. */
export const CODEC_SCRATCH_BYTE_LENGTH = 329_088;

/** Bytes that the registers of a tile may take, so that a tile stays in the second-level cache at worst. */
const TILE_BYTE_LENGTH = 65536;
const LONGEST_TILE = 2048;
/** Bitmaps are cut at whole bytes, so tiles are cut at multiples of 8 rows. */
const SHORTEST_TILE = 8;

/** A tile of lists turned into columns, with what keeps columns off each other's cache lines. */
export const LIST_COLUMNS_BYTE_LENGTH = 9 * LIST_TILE_LENGTH;
/** Places of a tile's lists, twice; columns of values, of gradients, and of one result a list. */
const LIST_SCRATCH_BYTE_LENGTH = 2 * 4 * LIST_TILE_LENGTH + 3 * LIST_COLUMNS_BYTE_LENGTH;

export interface ThreadArea {
  readonly parameters: number;
  readonly rowAddresses: number;
  readonly rowScratch: number;
  readonly codecScratch: number;
  /** What turning lists into columns takes; nothing where no program has lists as rows. */
  readonly listScratch: number;
  readonly registers: number;
  readonly end: number;
}

/** Lays out a thread's area from `address` on, large enough for each of the programs. */
export function layOutThreadArea(address: number, programs: readonly Program[]): ThreadArea {
  const rowAddresses = roundUp(
    address + [...new Set(programs)].reduce((sum, program) => sum + parameterByteLength(program), 0),
  );
  const rowScratch = roundUp(rowAddresses + 4 * largest(programs, rowAddressCount));
  const codecScratch = rowScratch + ROW_SCRATCH_BYTE_LENGTH;
  const listScratch = codecScratch + CODEC_SCRATCH_BYTE_LENGTH;
  const registers = listScratch + (programs.some(isOverLists) ? LIST_SCRATCH_BYTE_LENGTH : 0);
  const end = roundUp(registers + largest(programs, (program) => 8 * registerSlots(program) * tileLength(program)));
  return { parameters: address, rowAddresses, rowScratch, codecScratch, listScratch, registers, end };
}

/** Whether the rows of a program are lists. */
export function isOverLists(program: Program): boolean {
  return program.steps.some((step) => step.kind === 'row' && step.width === 'list');
}

/** Rows that a program computes at a time, or elements of lists. */
export function tileLength(program: Program): number {
  // Bits have to be taken from the start of their byte on, so up to 7 elements before the first list.
  if (isOverLists(program)) return LIST_TILE_LENGTH + SHORTEST_TILE;
  const rows = Math.floor(TILE_BYTE_LENGTH / 8 / Math.max(1, registerSlots(program)));
  return Math.max(SHORTEST_TILE, Math.min(LONGEST_TILE, rows - (rows % SHORTEST_TILE)));
}

/** Registers of the program, and one more for each row element that nulls may be masked out of. */
function registerSlots(program: Program): number {
  let masks = 0;
  for (const step of program.steps) if (isSkipping(step)) masks += step.sources.length;
  return program.registerCount + masks;
}

export function isSkipping(step: Step): step is Step & { readonly kind: 'row' } {
  return step.kind === 'row' && step.nulls === 'skip';
}

/** Bytes of a program's parameter blocks: equal ones are stored once. */
export function parameterByteLength(program: Program): number {
  const blocks = new Map<string, number>();
  for (const step of program.steps) {
    if (step.kind !== 'multiply') blocks.set(parameterKey(step.params), 8 * step.params.length);
  }
  let byteLength = 0;
  for (const length of blocks.values()) byteLength += Math.max(8, length);
  return byteLength;
}

export function parameterKey(params: readonly number[]): string {
  return params.map((value) => (Object.is(value, -0) ? '-0' : String(value))).join();
}

function rowAddressCount(program: Program): number {
  let count = 0;
  for (const step of program.steps) {
    if (step.kind !== 'row') continue;
    const columns = step.width === 'list' ? LIST_LENGTH_MAX : 1;
    count = Math.max(count, columns * (step.sources.length + step.targets.length));
  }
  return count;
}

function largest(programs: readonly Program[], measure: (program: Program) => number): number {
  return programs.reduce((most, program) => Math.max(most, measure(program)), 0);
}

function roundUp(address: number): number {
  return Math.ceil(address / 64) * 64;
}
