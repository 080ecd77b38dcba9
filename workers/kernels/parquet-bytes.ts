/*
 * Values that are bytes: of variable length, each behind its length (4 bytes), or `width` bytes each.
 *
 *   byte_arrays_find(source, end, count, places): i32
 *     puts as uint32 where the length of each of `count` values stands; returns how many there are before the end
 *   byte_arrays_gather(indices, count, places, target): usize
 *     copies the values at the places of `count` indices (uint32), behind their lengths; returns where they end
 *   fixed_gather(indices, count, source, width, target): usize
 *     the same for values of a width, which stand at `source`
 *   bytes_bounds(source, end, width, signBit, bounds)
 *     finds the smallest and the largest of the values that fill the bytes up to the end, of which there is one at least;
 *     `width` is 0 for variable length. Puts as uint32 the smallest's address and length, and the largest's. Values are compared
 *     as unsigned bytes; with a `signBit` of 0x80, of a width, as big-endian numbers in two's complement.
 */

const LENGTH_BYTE_LENGTH: usize = 4;

export function byte_arrays_find(source: usize, end: usize, count: i32, places: usize): i32 {
  let at = source;
  for (let i = 0; i < count; i++) {
    if (at + LENGTH_BYTE_LENGTH > end) return i;
    const byteLength = <usize>load<u32>(at);
    if (byteLength > end - at - LENGTH_BYTE_LENGTH) return i;
    store<u32>(places + (<usize>i << 2), <u32>at);
    at += LENGTH_BYTE_LENGTH + byteLength;
  }
  return count;
}

/** Most values are short: calling for a copy of them would take longer than the copy. */
const SHORT_BYTE_LENGTH: usize = 64;

@inline
function copy(source: usize, byteLength: usize, target: usize): void {
  if (byteLength > SHORT_BYTE_LENGTH) {
    memory.copy(target, source, byteLength);
    return;
  }
  let done: usize = 0;
  for (; done + 8 <= byteLength; done += 8) store<u64>(target + done, load<u64>(source + done));
  for (; done < byteLength; done++) store<u8>(target + done, load<u8>(source + done));
}

export function byte_arrays_gather(indices: usize, count: i32, places: usize, target: usize): usize {
  const end = indices + (<usize>count << 2);
  let at = target;
  for (let index = indices; index < end; index += 4) {
    const place = <usize>load<u32>(places + (<usize>load<u32>(index) << 2));
    const byteLength = LENGTH_BYTE_LENGTH + <usize>load<u32>(place);
    copy(place, byteLength, at);
    at += byteLength;
  }
  return at;
}

export function fixed_gather(indices: usize, count: i32, source: usize, width: usize, target: usize): usize {
  const end = indices + (<usize>count << 2);
  let at = target;
  for (let index = indices; index < end; index += 4) {
    copy(source + <usize>load<u32>(index) * width, width, at);
    at += width;
  }
  return at;
}

/** Whether `a` comes before `b`. */
@inline
function isLess(a: usize, aLength: usize, b: usize, bLength: usize, signBit: u64): bool {
  const shared = min(aLength, bLength);
  let at: usize = 0;
  if (shared > 0 && signBit != 0) {
    const left = <u64>load<u8>(a) ^ signBit;
    const right = <u64>load<u8>(b) ^ signBit;
    if (left != right) return left < right;
    at = 1;
  }
  for (; at + 8 <= shared; at += 8) {
    const left = bswap(load<u64>(a + at));
    const right = bswap(load<u64>(b + at));
    if (left != right) return left < right;
  }
  for (; at < shared; at++) {
    const left = load<u8>(a + at);
    const right = load<u8>(b + at);
    if (left != right) return left < right;
  }
  return aLength < bLength;
}

export function bytes_bounds(source: usize, end: usize, width: usize, signBit: u32, bounds: usize): void {
  const headByteLength: usize = width == 0 ? LENGTH_BYTE_LENGTH : 0;
  let byteLength = width == 0 ? <usize>load<u32>(source) : width;
  let least = source + headByteLength;
  let leastLength = byteLength;
  let most = least;
  let mostLength = byteLength;
  let at = least + byteLength;
  while (at < end) {
    if (width == 0) byteLength = <usize>load<u32>(at);
    const value = at + headByteLength;
    if (isLess(value, byteLength, least, leastLength, signBit)) {
      least = value;
      leastLength = byteLength;
    } else if (isLess(most, mostLength, value, byteLength, signBit)) {
      most = value;
      mostLength = byteLength;
    }
    at = value + byteLength;
  }
  store<u32>(bounds, <u32>least);
  store<u32>(bounds, <u32>leastLength, 4);
  store<u32>(bounds, <u32>most, 8);
  store<u32>(bounds, <u32>mostLength, 12);
}
