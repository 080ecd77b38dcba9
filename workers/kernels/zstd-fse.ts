/*
 * Finite state entropy, of RFC 8878, section 4.1: tables of `1 << accuracy` entries, which say of each state its symbol (bits
 * 24 to 31), how many bits lead on (bits 16 to 23), and to which state if they are 0 (bits 0 to 15).
 */
import { COUNTS, PLACES, STATES } from './zstd-bits';

/** Where `readCounts` has found the distribution's end, and its accuracy. */
export let countsEnd: usize = 0;
export let countsAccuracy: u32 = 0;

/** Reads normalized counts to `scratch`. Returns how many symbols have one, or 0 if the description is malformed. */
export function readCounts(at: usize, end: usize, symbolMax: u32, accuracyMax: u32, scratch: usize): u32 {
  if (at >= end) return 0;
  const counts = scratch + COUNTS;
  const accuracy = (<u32>load<u8>(at) & 15) + 5;
  if (accuracy > accuracyMax) return 0;
  let bit: u32 = 4;
  let remaining: i32 = 1 << accuracy;
  let symbol: u32 = 0;
  const bitEnd = <u32>(end - at) << 3;
  while (remaining > 0 && symbol <= symbolMax) {
    if (bit >= bitEnd) return 0;
    const width = 32 - <u32>clz(<u32>(remaining + 1));
    const word = bitsAt(at, end, bit);
    let value = word & ((1 << width) - 1);
    const lowMask = (<u32>1 << (width - 1)) - 1;
    const spare = (<u32>1 << width) - 1 - <u32>(remaining + 1);
    if ((value & lowMask) < spare) {
      value &= lowMask;
      bit += width - 1;
    } else {
      if (value > lowMask) value -= spare;
      bit += width;
    }
    const count = <i32>value - 1;
    remaining -= count < 0 ? 1 : count;
    store<i16>(counts + (symbol << 1), <i16>count);
    symbol++;
    if (count) continue;
    let repeats: u32;
    do {
      repeats = bitsAt(at, end, bit) & 3;
      bit += 2;
      for (let i: u32 = 0; i < repeats; i++) {
        if (symbol > symbolMax) return 0;
        store<i16>(counts + (symbol << 1), 0);
        symbol++;
      }
    } while (repeats == 3);
  }
  if (remaining || bit > bitEnd) return 0;
  countsEnd = at + <usize>((bit + 7) >> 3);
  countsAccuracy = accuracy;
  return symbol;
}

/** 16 bits or more from a place of a forward stream on; zeros behind its end. */
@inline
function bitsAt(at: usize, end: usize, bit: u32): u32 {
  const from = at + <usize>(bit >> 3);
  let word: u32 = 0;
  if (from <= end && end - from >= 4) word = load<u32>(from);
  else for (let i: usize = 0; i < 3; i++) if (from + i < end) word |= <u32>load<u8>(from + i) << (<u32>i << 3);
  return word >> (bit & 7);
}

/** Builds the table of `symbolCount` normalized counts at STATES. Returns 0 where they don't fill it. */
export function buildTable(symbolCount: u32, accuracy: u32, scratch: usize): u32 {
  const table = scratch + STATES;
  const counts = scratch + COUNTS;
  const places = scratch + PLACES;
  const size: u32 = 1 << accuracy;
  let high = size;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    const count = <i32>load<i16>(counts + (symbol << 1));
    if (count < 0) {
      if (!high) return 0;
      high--;
      store<u32>(table + (high << 2), symbol);
    }
    store<u16>(places + (symbol << 1), <u16>(count < 0 ? 1 : count));
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    const count = <i32>load<i16>(counts + (symbol << 1));
    for (let i = 0; i < count; i++) {
      store<u32>(table + (at << 2), symbol);
      do {
        at = (at + step) & (size - 1);
      } while (at >= high);
    }
  }
  if (at) return 0;
  for (let state: u32 = 0; state < size; state++) {
    const symbol = load<u32>(table + (state << 2));
    const place = <u32>load<u16>(places + (symbol << 1));
    store<u16>(places + (symbol << 1), <u16>(place + 1));
    const bits = accuracy - (31 - <u32>clz(place));
    store<u32>(table + (state << 2), ((place << bits) - size) | (bits << 16) | (symbol << 24));
  }
  return 1;
}
