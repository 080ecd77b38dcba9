/*
 * Indices into a dictionary, as uint32, to the RLE / bit-packing hybrid.
 *
 *   indices_encode(indices, count, bitWidth, target): i32
 *     returns the bytes that it takes; indices are below 2^bitWidth, bitWidth <= 32
 */
import { writeVarint } from './varint';

/** So many equal indices make a run of their own. */
const RUN_LENGTH: usize = 16;

/** Groups of 8 indices, the last one filled up with zeros, behind their header; returns where they end. */
function writePacked(indices: usize, count: usize, bitWidth: i32, target: usize): usize {
  const groups = (count + 7) >> 3;
  let at = writeVarint(target, <u32>((groups << 1) | 1));
  const end = at + groups * <usize>bitWidth;
  let bits: u64 = 0;
  let length = 0;
  for (let i: usize = 0; i < count; i++) {
    bits |= <u64>load<u32>(indices + (i << 2)) << <u64>length;
    for (length += bitWidth; length >= 8; length -= 8, bits >>= 8) store<u8>(at++, <u8>bits);
  }
  for (; at < end; bits >>= 8) store<u8>(at++, <u8>bits);
  return at;
}

export function indices_encode(indices: usize, count: i32, bitWidth: i32, target: usize): i32 {
  const end = <usize>count;
  const valueByteLength = (bitWidth + 7) >> 3;
  let at = target;
  let start: usize = 0;
  for (let i: usize = 0; i < end; ) {
    const index = load<u32>(indices + (i << 2));
    let to = i + 1;
    while (to < end && load<u32>(indices + (to << 2)) == index) to++;
    // Bit-packed groups are full, but for the last: what they lack comes off the run.
    const missing = (start - i) & 7;
    if (to - i >= missing + RUN_LENGTH) {
      if (i > start) at = writePacked(indices + (start << 2), i + missing - start, bitWidth, at);
      at = writeVarint(at, <u32>((to - i - missing) << 1));
      for (let byte = 0; byte < valueByteLength; byte++) store<u8>(at++, <u8>(index >> (<u32>byte << 3)));
      start = to;
    }
    i = to;
  }
  if (end > start) at = writePacked(indices + (start << 2), end - start, bitWidth, at);
  return <i32>(at - target);
}
