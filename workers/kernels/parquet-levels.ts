/*
 * Repetition and definition levels as a byte each, for values whose nulls a bitmap alone can't tell: those of lists, and
 * of structs that may be null themselves.
 *
 *   levels_encode(levels, count, bitWidth, target): i32
 *     to the RLE / bit-packing hybrid; returns the bytes that it takes
 *   levels_of_results(definition, repetition, maxRepetition, count, absent, leastPresent, leastElement, maxLevel, validity): i32
 *     turns the definition levels of a column's values into those of results that stand in their places
 *   levels_of_lists(starts, count, lists, elements, nullLevel, presentLevel, maxLevel, definition, repetition, valid): i32
 *     makes levels of lists as Arrow has them, and the bitmap of the elements that are there
 *   list_starts(repetition, count, maxLevel, first, target): i32
 *     writes `first` + i, as u32, for each value i that begins a list, and returns how many there are; `target` has room
 *     for `count` + 1
 */
import { writeVarint } from './varint';

/** So many values of one level make a run of their own: from there on it is shorter than the bits would be. */
const RUN_LENGTH: usize = 32;

/** Values from `at` on that have the level of the first, counted up to `end`. */
@inline
function runLength(levels: usize, at: usize, end: usize): usize {
  const level = load<u8>(levels + at);
  const all = i8x16.splat(<i8>level);
  let to = at + 1;
  while (to + 16 <= end && i8x16.all_true(i8x16.eq(v128.load(levels + to), all))) to += 16;
  while (to < end && load<u8>(levels + to) == level) to++;
  return to - at;
}

/** Groups of 8 levels, the last one filled up with zeros, behind their header; returns where they end. */
function writePacked(levels: usize, count: usize, bitWidth: i32, target: usize): usize {
  const groups = (count + 7) >> 3;
  let at = writeVarint(target, <u32>((groups << 1) | 1));
  for (let group: usize = 0; group < groups; group++) {
    const from = group << 3;
    const length = min<usize>(8, count - from);
    let bits: u64 = 0;
    for (let i: usize = 0; i < length; i++) {
      bits |= <u64>load<u8>(levels + from + i) << (<u64>i * <u64>bitWidth);
    }
    for (let i = 0; i < bitWidth; i++, bits >>= 8) store<u8>(at++, <u8>bits);
  }
  return at;
}

/** Levels are below 256, so `bitWidth` <= 8. */
export function levels_encode(levels: usize, count: i32, bitWidth: i32, target: usize): i32 {
  const end = <usize>count;
  let at = target;
  let start: usize = 0;
  for (let i: usize = 0; i < end; ) {
    const length = runLength(levels, i, end);
    // Bit-packed groups are full, but for the last: what they lack comes off the run.
    const missing = (start - i) & 7;
    if (length >= missing + RUN_LENGTH) {
      if (i > start) at = writePacked(levels + start, i + missing - start, bitWidth, at);
      at = writeVarint(at, <u32>((length - missing) << 1));
      store<u8>(at++, load<u8>(levels + i));
      start = i + length;
    }
    i += length;
  }
  if (end > start) at = writePacked(levels + start, end - start, bitWidth, at);
  return <i32>(at - target);
}

/**
 * Where a result is valid, its level becomes `maxLevel`; where not, `absent[level]`. A result is valid by its bit of
 * `validity` (0: all of them are), if there is a place for it: from the level `leastPresent` on. Bits of results without
 * a place are cleared.
 *
 * `maxRepetition` is 0 where no value is of a list. Lists have elements from the level `leastElement` on. Returns the
 * number of rows that begin, or -1 where a list goes on with a value that is none of its elements, or behind one.
 */
export function levels_of_results(
  definition: usize,
  repetition: usize,
  maxRepetition: i32,
  count: i32,
  absent: usize,
  leastPresent: i32,
  leastElement: i32,
  maxLevel: i32,
  validity: usize,
): i32 {
  let rows = maxRepetition ? 0 : count;
  let wasElement = true;
  for (let i: usize = 0; i < <usize>count; i++) {
    const level = <i32>load<u8>(definition + i);
    const isPresent = level >= leastPresent;
    if (maxRepetition) {
      const repeated = <i32>load<u8>(repetition + i);
      const isElement = level >= leastElement;
      if (!(isElement && wasElement) && repeated == maxRepetition) return -1;
      rows += <i32>(repeated == 0);
      wasElement = isElement;
    }
    let isValid = isPresent;
    if (validity) {
      const byte = validity + (i >> 3);
      const bits = <u32>load<u8>(byte);
      const bit = <u32>1 << (<u32>i & 7);
      isValid = isPresent && (bits & bit) != 0;
      if (!isPresent) store<u8>(byte, <u8>(bits & ~bit));
    }
    store<u8>(definition + i, isValid ? <u8>maxLevel : load<u8>(absent + <usize>level));
  }
  return rows;
}

export function list_starts(repetition: usize, count: i32, maxLevel: i32, first: u32, target: usize): i32 {
  let starts: usize = 0;
  for (let i = 0; i < count; i++) {
    // Written in any case, and kept only where a list begins: no branch that can't be foreseen.
    store<u32>(target + (starts << 2), first + <u32>i);
    starts += <usize>(<i32>load<u8>(repetition + <usize>i) < maxLevel);
  }
  return <i32>starts;
}

/**
 * Of `count` lists, list i has the elements `starts[i]` to `starts[i + 1]`, as u32, and is null where its bit of `lists` says
 * so; an element is where its bit of `elements` does. Both are 0 where nothing is null. A null list has the level
 * `nullLevel`, an empty one that below `presentLevel`, a null element that, and one that is there `maxLevel`.
 *
 * Sets, in `valid`, which is clear, the bits of the elements that are there. Returns how many levels there are.
 */
export function levels_of_lists(
  starts: usize,
  count: i32,
  lists: usize,
  elements: usize,
  nullLevel: i32,
  presentLevel: i32,
  maxLevel: i32,
  definition: usize,
  repetition: usize,
  valid: usize,
): i32 {
  let to: usize = 0;
  for (let list: usize = 0; list < <usize>count; list++) {
    const start = load<u32>(starts + (list << 2));
    const end = load<u32>(starts + (list << 2), 4);
    const isNull = lists != 0 && !((<u32>load<u8>(lists + (list >> 3)) >> (<u32>list & 7)) & 1);
    if (isNull || start == end) {
      store<u8>(definition + to, <u8>(isNull ? nullLevel : presentLevel - 1));
      store<u8>(repetition + to, 0);
      to++;
      continue;
    }
    for (let i = start; i < end; i++, to++) {
      const byte = <usize>i >> 3;
      const isValid = elements == 0 || ((<u32>load<u8>(elements + byte) >> (i & 7)) & 1) != 0;
      store<u8>(definition + to, <u8>(isValid ? maxLevel : presentLevel));
      store<u8>(repetition + to, <u8>(i != start));
      store<u8>(valid + byte, <u8>(<u32>load<u8>(valid + byte) | (<u32>isValid << (i & 7))));
    }
  }
  return <i32>to;
}
