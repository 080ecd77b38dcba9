/*
 * Between Parquet's columns, which hold no value for a null, and Arrow's, which do. Bit `validityBit + i` of `validity` is
 * set where row i has a value.
 *
 *   scatter_by_validity_<1|2|4|8>(values, validity, validityBit, count): i32
 *     spreads the values that stand back to back at `values` over its `count` rows, in place; nulls become 0
 *   compact_by_validity_<1|2|4|8>(source, validity, validityBit, count, target): i32
 *     puts the values of `count` rows back to back; `target` is `source` or has room for `count` values
 *
 * Values have 1, 2, 4 or 8 bytes, at any alignment. Both return the number of rows that have a value.
 */
import { bitmap_popcount } from './bitmap';

@inline
function isValid(validity: usize, bit: usize): usize {
  return (<usize>load<u8>(validity + (bit >> 3)) >> (bit & 7)) & 1;
}

function countValid(validity: usize, bit: usize, count: usize): usize {
  let sum: usize = 0;
  let at = bit;
  const end = bit + count;
  while (at < end && at & 7) sum += isValid(validity, at++);
  return at < end ? sum + <usize>bitmap_popcount(validity + (at >> 3), <i32>(end - at)) : sum;
}

@inline
function scatter<T>(values: usize, validity: usize, validityBit: i32, count: i32): i32 {
  const first = <usize>validityBit;
  const valid = countValid(validity, first, <usize>count);
  let from = valid;
  // Where as many values are left as rows, they already stand in place.
  for (let row = <usize>count; row != from; ) {
    row--;
    const bit = isValid(validity, first + row);
    from -= bit;
    store<T>(values + row * sizeof<T>(), <T>(bit ? load<T>(values + from * sizeof<T>()) : 0));
  }
  return <i32>valid;
}

@inline
function compact<T>(source: usize, validity: usize, validityBit: i32, count: i32, target: usize): i32 {
  const first = <usize>validityBit;
  let to: usize = 0;
  for (let row: usize = 0; row < <usize>count; row++) {
    store<T>(target + to * sizeof<T>(), load<T>(source + row * sizeof<T>()));
    to += isValid(validity, first + row);
  }
  return <i32>to;
}

export function scatter_by_validity_1(values: usize, validity: usize, validityBit: i32, count: i32): i32 {
  return scatter<u8>(values, validity, validityBit, count);
}

export function scatter_by_validity_2(values: usize, validity: usize, validityBit: i32, count: i32): i32 {
  return scatter<u16>(values, validity, validityBit, count);
}

export function scatter_by_validity_4(values: usize, validity: usize, validityBit: i32, count: i32): i32 {
  return scatter<u32>(values, validity, validityBit, count);
}

export function scatter_by_validity_8(values: usize, validity: usize, validityBit: i32, count: i32): i32 {
  return scatter<u64>(values, validity, validityBit, count);
}

export function compact_by_validity_1(
  source: usize,
  validity: usize,
  validityBit: i32,
  count: i32,
  target: usize,
): i32 {
  return compact<u8>(source, validity, validityBit, count, target);
}

export function compact_by_validity_2(
  source: usize,
  validity: usize,
  validityBit: i32,
  count: i32,
  target: usize,
): i32 {
  return compact<u16>(source, validity, validityBit, count, target);
}

export function compact_by_validity_4(
  source: usize,
  validity: usize,
  validityBit: i32,
  count: i32,
  target: usize,
): i32 {
  return compact<u32>(source, validity, validityBit, count, target);
}

export function compact_by_validity_8(
  source: usize,
  validity: usize,
  validityBit: i32,
  count: i32,
  target: usize,
): i32 {
  return compact<u64>(source, validity, validityBit, count, target);
}
