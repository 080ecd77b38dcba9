/*
 * Rows that are lists, brought to the row kernels, which take a row's elements from as many columns: lists of one length
 * are turned into columns, and the results back. A place is a byte offset of a list's first element, as u32.
 *
 *     lists    | a0 a1 a2 | b0 b1 b2 |        columns  | a0 b0 |  | a1 b1 |  | a2 b2 |
 *              ^ places[0]^ places[1]                  ^ target   ^ target + stride
 */
import { bitsOfFill, mask_nulls } from './bitmap';

/** Writes the addresses of `width` columns, `stride` bytes from each other. */
export function list_addresses(table: usize, address: usize, stride: i32, width: i32): void {
  const end = table + ((<usize>width) << 2);
  for (; table < end; table += 4, address += <usize>stride) store<u32>(table, <u32>address);
}

/** Turns `count` lists of `width` float64 values into columns. The columns overlap no list. */
export function list_gather(source: usize, places: usize, width: i32, count: i32, target: usize, stride: i32): void {
  const step = <usize>stride;
  let row = 0;
  for (; row + 2 <= count; row += 2) {
    const a = source + load<u32>(places + ((<usize>row) << 2));
    const b = source + load<u32>(places + ((<usize>row) << 2), 4);
    let to = target + ((<usize>row) << 3);
    let at: usize = 0;
    const whole = ((<usize>width) << 3) & ~15;
    for (; at < whole; at += 16, to += 2 * step) {
      const x = v128.load(a + at);
      const y = v128.load(b + at);
      v128.store(to, v128.shuffle<u64>(x, y, 0, 2));
      v128.store(to + step, v128.shuffle<u64>(x, y, 1, 3));
    }
    if (width & 1) v128.store(to, v128.load64_lane(b + at, v128.load64_splat(a + at), 1));
  }
  if (row < count) {
    const a = source + load<u32>(places + ((<usize>row) << 2));
    let to = target + ((<usize>row) << 3);
    for (let at: usize = 0; at < (<usize>width) << 3; at += 8, to += step) store<u64>(to, load<u64>(a + at));
  }
}

/** Turns columns back into `count` lists of `width` float64 values. */
export function list_scatter(source: usize, stride: i32, width: i32, count: i32, places: usize, target: usize): void {
  const step = <usize>stride;
  let row = 0;
  for (; row + 2 <= count; row += 2) {
    const a = target + load<u32>(places + ((<usize>row) << 2));
    const b = target + load<u32>(places + ((<usize>row) << 2), 4);
    let from = source + ((<usize>row) << 3);
    let at: usize = 0;
    const whole = ((<usize>width) << 3) & ~15;
    for (; at < whole; at += 16, from += 2 * step) {
      const x = v128.load(from);
      const y = v128.load(from + step);
      v128.store(a + at, v128.shuffle<u64>(x, y, 0, 2));
      v128.store(b + at, v128.shuffle<u64>(x, y, 1, 3));
    }
    if (width & 1) {
      const x = v128.load(from);
      v128.store64_lane(a + at, x, 0);
      v128.store64_lane(b + at, x, 1);
    }
  }
  if (row < count) {
    const a = target + load<u32>(places + ((<usize>row) << 2));
    let from = source + ((<usize>row) << 3);
    for (let at: usize = 0; at < (<usize>width) << 3; at += 8, from += step) store<u64>(a + at, load<u64>(from));
  }
}

/** mask_nulls for values whose first one's bit is `start`, which may stand anywhere in its byte. */
export function list_mask_nulls(
  source: usize,
  validity: usize,
  start: i32,
  target: usize,
  count: i32,
  fill: f64,
): void {
  const head = min(count, -start & 7);
  const fillBits = bitsOfFill(fill);
  for (let i = 0; i < head; i++) {
    const bit = start + i;
    const valid = (<u32>load<u8>(validity + ((<usize>bit) >> 3)) >> (bit & 7)) & 1;
    const offset = (<usize>i) << 3;
    // The bits travel as an integer: a float64 move may quiet a NaN on some machines.
    store<u64>(target + offset, valid ? load<u64>(source + offset) : fillBits);
  }
  const offset = (<usize>head) << 3;
  if (head < count) {
    mask_nulls(source + offset, validity + ((<usize>(start + head)) >> 3), target + offset, count - head, fill);
  }
}

/** The number of bits set among those from `start` to `end` (half-open). */
export function list_valid_count(validity: usize, start: i32, end: i32): i32 {
  let sum = 0;
  let at = start;
  while (at < end) {
    const shift = at & 7;
    const length = min(8 - shift, end - at);
    const bits = (<u32>load<u8>(validity + ((<usize>at) >> 3)) >> shift) & ((<u32>1 << length) - 1);
    sum += <i32>popcnt<u32>(bits);
    at += length;
    for (; at + 64 <= end && !(at & 7); at += 64) {
      sum += <i32>popcnt<u64>(load<u64>(validity + ((<usize>at) >> 3)));
    }
  }
  return sum;
}
