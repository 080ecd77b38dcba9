/*
 * Sequences of ZSTD, of RFC 8878, section 3.1.1.3.2: so many literals, then so many bytes that stood so far back.
 */
import { copyMatch } from './lz4-window';
import {
  COUNTS,
  LITERAL_LENGTH_TABLE,
  MATCH_LENGTH_TABLE,
  OFFSET_TABLE,
  PRESENT,
  STATES,
  markBits,
  peekBits,
  remainingBits,
} from './zstd-bits';
import { buildTable, countsAccuracy, countsEnd, readCounts } from './zstd-fse';

export const LITERAL_LENGTH_COUNT: u32 = 36;
export const MATCH_LENGTH_COUNT: u32 = 53;
const OFFSET_COUNT: u32 = 32;
export const PREDEFINED_OFFSET_COUNT: u32 = 29;

// prettier-ignore
const LITERAL_LENGTH_BASES: usize = memory.data<u32>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048,
  4096, 8192, 16384, 32768, 65536,
]);
// prettier-ignore
export const LITERAL_LENGTH_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
// prettier-ignore
const MATCH_LENGTH_BASES: usize = memory.data<u32>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34,
  35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539,
]);
// prettier-ignore
export const MATCH_LENGTH_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4,
  4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
// prettier-ignore
export const LITERAL_LENGTH_COUNTS: usize = memory.data<i16>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]);
// prettier-ignore
export const MATCH_LENGTH_COUNTS: usize = memory.data<i16>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
]);
// prettier-ignore
export const OFFSET_COUNTS: usize = memory.data<i16>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
]);

/** The last three offsets, from block to block of a frame. */
let offset1: usize = 0;
let offset2: usize = 0;
let offset3: usize = 0;

/** To be called where a frame begins. */
export function resetSequences(scratch: usize): void {
  offset1 = 1;
  offset2 = 4;
  offset3 = 8;
  store<u32>(scratch + PRESENT, 0);
}

/** Where `readTable` has found the description's end. */
let tableEnd: usize = 0;

/**
 * Makes one of the three tables as its mode says, of eight bytes a state: which state follows, but for some bits (bits 0 to 15),
 * how many (16 to 23), and the value that the state stands for, but for some bits as well (32 to 63), and how many those are
 * (24 to 31). Returns 0 if the description is malformed.
 *
 * @param bases values of the symbols, 0 where they are the powers of two
 */
@inline
function readTable(
  mode: u32,
  kind: usize,
  table: usize,
  at: usize,
  end: usize,
  accuracyMax: u32,
  symbolCountMax: u32,
  predefined: usize,
  predefinedCount: u32,
  predefinedAccuracy: u32,
  bases: usize,
  extraBits: usize,
  scratch: usize,
): u32 {
  tableEnd = at;
  if (mode == 3) return <u32>load<u8>(scratch + PRESENT + kind);
  let accuracy: u32 = 0;
  if (mode == 1) {
    if (at >= end || <u32>load<u8>(at) >= symbolCountMax) return 0;
    store<u32>(scratch + STATES, <u32>load<u8>(at) << 24);
    tableEnd = at + 1;
  } else {
    let count = predefinedCount;
    accuracy = predefinedAccuracy;
    if (mode) {
      count = readCounts(at, end, symbolCountMax - 1, accuracyMax, scratch);
      accuracy = countsAccuracy;
      tableEnd = countsEnd;
    } else memory.copy(scratch + COUNTS, predefined, predefinedCount << 1);
    if (!count || !buildTable(count, accuracy, scratch)) return 0;
  }
  for (let state: u32 = 0; state < <u32>1 << accuracy; state++) {
    const entry = load<u32>(scratch + STATES + (state << 2));
    const symbol = entry >> 24;
    const bits = bases ? <u32>load<u8>(extraBits + symbol) : symbol;
    const base = bases ? load<u32>(bases + (symbol << 2)) : <u32>1 << symbol;
    store<u64>(table + (state << 3), (<u64>base << 32) | <u64>((bits << 24) | (entry & 0xffffff)));
  }
  store<u8>(scratch + PRESENT + kind, <u8>(accuracy + 1));
  return 1;
}

function readLiteralLengths(mode: u32, at: usize, end: usize, scratch: usize): u32 {
  const table = scratch + LITERAL_LENGTH_TABLE;
  const count = LITERAL_LENGTH_COUNT;
  const bases = LITERAL_LENGTH_BASES;
  return readTable(mode, 0, table, at, end, 9, count, LITERAL_LENGTH_COUNTS, count, 6, bases, LITERAL_LENGTH_BITS, scratch);
}

function readOffsets(mode: u32, at: usize, end: usize, scratch: usize): u32 {
  const table = scratch + OFFSET_TABLE;
  return readTable(mode, 1, table, at, end, 8, OFFSET_COUNT, OFFSET_COUNTS, PREDEFINED_OFFSET_COUNT, 5, 0, 0, scratch);
}

function readMatchLengths(mode: u32, at: usize, end: usize, scratch: usize): u32 {
  const table = scratch + MATCH_LENGTH_TABLE;
  const count = MATCH_LENGTH_COUNT;
  const bases = MATCH_LENGTH_BASES;
  return readTable(mode, 2, table, at, end, 9, count, MATCH_LENGTH_COUNTS, count, 6, bases, MATCH_LENGTH_BITS, scratch);
}

/** The value that a state stands for, with the bits from a place of the window on. */
@inline
function valueOf(entry: u64, window: u64, used: u32): usize {
  return <usize>((<u32>(entry >> 32)) + peekBits(window, used, <u32>(entry >> 24) & 255));
}

/** Bits that a value takes, and those that lead to the next state. */
@inline
function valueBits(entry: u64): u32 {
  return <u32>(entry >> 24) & 255;
}

@inline
function stateBits(entry: u64): u32 {
  return <u32>(entry >> 16) & 255;
}

@inline
function nextEntry(table: usize, entry: u64, window: u64, used: u32): u64 {
  return load<u64>(table + <usize>(((<u32>entry & 0xffff) + peekBits(window, used, stateBits(entry))) << 3));
}

/**
 * Carries out the `count` > 0 sequences whose modes stand at `at`, and copies the literals that are left. Returns where what it
 * writes from `to` on ends, or 0 where they are malformed; matches reach back to `windowStart`.
 */
export function runSequences(
  at: usize,
  end: usize,
  count: u32,
  literals: usize,
  literalsEnd: usize,
  windowStart: usize,
  to: usize,
  limit: usize,
  scratch: usize,
): usize {
  if (at >= end) return 0;
  const modes = <u32>load<u8>(at);
  if (modes & 3) return 0;
  if (!readLiteralLengths(modes >> 6, at + 1, end, scratch)) return 0;
  if (!readOffsets((modes >> 4) & 3, tableEnd, end, scratch)) return 0;
  if (!readMatchLengths((modes >> 2) & 3, tableEnd, end, scratch)) return 0;
  const start = tableEnd;
  if (start >= end) return 0;
  let used = markBits(end);
  if (used > 8) return 0;
  let from = end - 8;
  let window = load<u64>(from);
  const lengths = scratch + LITERAL_LENGTH_TABLE;
  const offsets = scratch + OFFSET_TABLE;
  const matches = scratch + MATCH_LENGTH_TABLE;
  let bits = <u32>load<u8>(scratch + PRESENT) - 1;
  let lengthEntry = load<u64>(lengths + (peekBits(window, used, bits) << 3));
  used += bits;
  bits = <u32>load<u8>(scratch + PRESENT, 1) - 1;
  let offsetEntry = load<u64>(offsets + (peekBits(window, used, bits) << 3));
  used += bits;
  bits = <u32>load<u8>(scratch + PRESENT, 2) - 1;
  let matchEntry = load<u64>(matches + (peekBits(window, used, bits) << 3));
  used += bits;
  let first = offset1;
  let second = offset2;
  let third = offset3;

  while (true) {
    if (remainingBits(from, start, used) < 0) return 0;
    from -= used >> 3;
    used &= 7;
    window = load<u64>(from);
    const value = valueOf(offsetEntry, window, used);
    used += valueBits(offsetEntry);
    if (used > 32) {
      from -= used >> 3;
      used &= 7;
      window = load<u64>(from);
    }
    const matchLength = valueOf(matchEntry, window, used);
    used += valueBits(matchEntry);
    const literalLength = valueOf(lengthEntry, window, used);
    used += valueBits(lengthEntry);

    let offset = value - 3;
    if (value > 3) {
      third = second;
      second = first;
      first = offset;
    } else {
      // Values of 1 to 3 repeat an offset; without literals the latest isn't among them.
      const which = literalLength ? value : value + 1;
      if (which == 1) offset = first;
      else {
        offset = which == 2 ? second : which == 3 ? third : first - 1;
        if (which > 2) third = second;
        second = first;
        first = offset;
      }
    }

    if (--count) {
      if (used > 38) {
        from -= used >> 3;
        used &= 7;
        window = load<u64>(from);
      }
      bits = stateBits(lengthEntry);
      lengthEntry = nextEntry(lengths, lengthEntry, window, used);
      used += bits;
      bits = stateBits(matchEntry);
      matchEntry = nextEntry(matches, matchEntry, window, used);
      used += bits;
      bits = stateBits(offsetEntry);
      offsetEntry = nextEntry(offsets, offsetEntry, window, used);
      used += bits;
    }

    if (literalLength > literalsEnd - literals || literalLength + matchLength > limit - to) return 0;
    const matchTo = to + literalLength;
    if (!offset || offset > matchTo - windowStart) return 0;
    // Nearly all are short: sixteen bytes are copied at once, and more of them only where there are more.
    if (literalsEnd - literals >= literalLength + 16 && limit - matchTo >= matchLength + 16) {
      v128.store(to, v128.load(literals));
      for (let i: usize = 16; i < literalLength; i += 16) v128.store(to + i, v128.load(literals + i));
    } else memory.copy(to, literals, literalLength);
    literals += literalLength;
    to = matchTo + matchLength;
    if (offset >= 16 && limit - matchTo >= matchLength + 16) {
      v128.store(matchTo, v128.load(matchTo - offset));
      for (let i: usize = 16; i < matchLength; i += 16) v128.store(matchTo + i, v128.load(matchTo + i - offset));
    } else copyMatch(matchTo, limit, offset, matchLength);
    if (!count) break;
  }
  if (remainingBits(from, start, used)) return 0;
  offset1 = first;
  offset2 = second;
  offset3 = third;
  const rest = literalsEnd - literals;
  if (rest > limit - to) return 0;
  memory.copy(to, literals, rest);
  return to + rest;
}
