/*
 * Finite state entropy, of RFC 8878, section 4.1: counts to a distribution, its description, and a table that encodes.
 */
import {
  addBits,
  bitAddress,
  bitCount,
  FIRST_PLACES,
  flushBits,
  NORMALIZED,
  startBits,
  STATE_SYMBOLS,
} from './zstd-encode-scratch';

const SYMBOL_TRANSFORMS: usize = 1024;

/** The accuracy that so many symbols are worth, from 5 to `most`; 1 << accuracy >= symbolCount. */
export function chooseAccuracy(total: u32, symbolCount: u32, most: u32): u32 {
  let accuracy = <u32>(29 - clz<u32>(total | 1));
  const least = <u32>(32 - clz<u32>(symbolCount));
  if (<i32>accuracy < <i32>least) accuracy = least;
  return max<u32>(5, min<u32>(accuracy, most));
}

/** Counts to normalized ones, which come to 1 << accuracy. */
export function normalizeCounts(counts: usize, symbolCount: u32, total: u32, accuracy: u32, scratch: usize): void {
  const size: u32 = 1 << accuracy;
  const normalized = scratch + NORMALIZED;
  let rest = <i32>size;
  let largest: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    const count = load<u32>(counts + (symbol << 2));
    let share = <i32>(((<u64>count << accuracy) + (total >> 1)) / total);
    if (count && !share) share = 1;
    store<i16>(normalized + (symbol << 1), <i16>share);
    rest -= share;
    if (share > <i32>load<i16>(normalized + (largest << 1))) largest = symbol;
  }
  // What rounding has brought too much may be more than the most frequent symbol can give.
  while (rest < 0) {
    const share = <i32>load<i16>(normalized + (largest << 1));
    const given = min(-rest, max(1, share >> 1));
    store<i16>(normalized + (largest << 1), <i16>(share - given));
    rest += given;
    for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
      if (load<i16>(normalized + (symbol << 1)) > load<i16>(normalized + (largest << 1))) largest = symbol;
    }
  }
  store<i16>(normalized + (largest << 1), <i16>(<i32>load<i16>(normalized + (largest << 1)) + rest));
}

/** Writes the description of a distribution; returns where it ends. */
export function writeCounts(to: usize, symbolCount: u32, accuracy: u32, scratch: usize): usize {
  const normalized = scratch + NORMALIZED;
  startBits(to);
  addBits(accuracy - 5, 4);
  let remaining: i32 = 1 << accuracy;
  let symbol: u32 = 0;
  while (remaining > 0) {
    const count = <i32>load<i16>(normalized + (symbol << 1));
    symbol++;
    const width = 32 - <u32>clz<u32>(<u32>(remaining + 1));
    const lowMask = (<u32>1 << (width - 1)) - 1;
    const spare = (<u32>1 << width) - 1 - <u32>(remaining + 1);
    let value = <u32>(count + 1);
    if (value < spare) addBits(value, width - 1);
    else {
      if (value > lowMask) value += spare;
      addBits(value, width);
    }
    flushBits();
    remaining -= count < 0 ? 1 : count;
    if (count) continue;
    let zeros: u32 = 0;
    while (symbol < symbolCount && !load<i16>(normalized + (symbol << 1))) {
      zeros++;
      symbol++;
    }
    for (; zeros >= 3; zeros -= 3) {
      addBits(3, 2);
      flushBits();
    }
    addBits(zeros, 2);
    flushBits();
  }
  return bitAddress + <usize>(bitCount ? 1 : 0);
}

/** Makes the table that encodes by the normalized counts of `symbolCount` symbols. */
export function buildEncodeTable(table: usize, symbolCount: u32, accuracy: u32, scratch: usize): void {
  const normalized = scratch + NORMALIZED;
  const symbols = scratch + STATE_SYMBOLS;
  const places = scratch + FIRST_PLACES;
  const size: u32 = 1 << accuracy;
  let high = size;
  let place: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    const count = <i32>load<i16>(normalized + (symbol << 1));
    store<u16>(places + (symbol << 1), <u16>place);
    const transform = table + SYMBOL_TRANSFORMS + (symbol << 3);
    if (count < 0) {
      high--;
      store<u8>(symbols + high, <u8>symbol);
    }
    if (count == 1 || count < 0) {
      store<i32>(transform, <i32>((accuracy << 16) - size));
      store<i32>(transform, <i32>place - 1, 4);
      place++;
    } else if (count > 1) {
      const bits = accuracy - (31 - <u32>clz<u32>(count - 1));
      store<i32>(transform, <i32>((bits << 16) - (<u32>count << bits)));
      store<i32>(transform, <i32>place - count, 4);
      place += count;
    }
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    const count = <i32>load<i16>(normalized + (symbol << 1));
    for (let i = 0; i < count; i++) {
      store<u8>(symbols + at, <u8>symbol);
      do {
        at = (at + step) & (size - 1);
      } while (at >= high);
    }
  }
  for (let state: u32 = 0; state < size; state++) {
    const next = places + (<usize>load<u8>(symbols + state) << 1);
    const to = <u32>load<u16>(next);
    store<u16>(next, <u16>(to + 1));
    store<u16>(table + (to << 1), <u16>(size + state));
  }
}

/** A table of a single symbol, which takes no bits. */
export function buildConstantEncodeTable(table: usize, symbol: u32): void {
  store<u16>(table, 0);
  store<u16>(table, 0, 2);
  store<i32>(table + SYMBOL_TRANSFORMS + (symbol << 3), 0);
  store<i32>(table + SYMBOL_TRANSFORMS + (symbol << 3), 0, 4);
}

/** The state that a stream ends with, the first one that encodes. */
export function firstState(table: usize, symbol: u32): u32 {
  const transform = table + SYMBOL_TRANSFORMS + (symbol << 3);
  const bits = load<u32>(transform);
  const count = (bits + (1 << 15)) >> 16;
  const value = (count << 16) - bits;
  return <u32>load<u16>(table + (((value >> count) + load<u32>(transform, 4)) << 1));
}

/** Adds the bits that lead to a state back from the next one; returns the state. */
@inline
export function encodeSymbol(table: usize, symbol: u32, state: u32): u32 {
  const transform = table + SYMBOL_TRANSFORMS + (symbol << 3);
  const count = (state + load<u32>(transform)) >> 16;
  addBits(state & ((1 << count) - 1), count);
  return <u32>load<u16>(table + (((state >> count) + load<u32>(transform, 4)) << 1));
}
