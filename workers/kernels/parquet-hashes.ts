/*
 * XXH64 with the seed 0 of each of several values, as Parquet's bloom filters have it: of the bytes without a length.
 *
 *   xxh64_byte_arrays(source, end, hashes): i32
 *     of values behind their lengths (4 bytes), which fill the bytes up to the end; returns how many there are
 *   xxh64_fixed(source, count, width, hashes)
 *     of `count` values of a width
 */
import { xxh64 } from './xxh64';

export function xxh64_byte_arrays(source: usize, end: usize, hashes: usize): i32 {
  let count = 0;
  for (let at = source; at < end; count++) {
    const byteLength = <usize>load<u32>(at);
    store<u64>(hashes + (<usize>count << 3), xxh64(at + 4, byteLength));
    at += 4 + byteLength;
  }
  return count;
}

export function xxh64_fixed(source: usize, count: i32, width: usize, hashes: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    store<u64>(hashes + (i << 3), xxh64(source + i * width, width));
  }
}
