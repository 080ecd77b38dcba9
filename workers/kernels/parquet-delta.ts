/*
 * Parquet's DELTA_BINARY_PACKED:
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#delta-encoding-delta_binary_packed--5
 *
 *   delta_binary_packed_decode_<int32|int64>(source, sourceLength, skip, count, target): i32
 *
 * Passes over `skip` values of the stream and writes the next `count` to `target`. Returns how many there were (fewer than
 * `count` where the stream holds fewer), or -1 where it is cut short or makes no sense. Sums wrap, as the format has it.
 *
 *   header   block size, miniblocks a block, value count: ULEB128; first value: zigzag ULEB128
 *   block    least delta: zigzag ULEB128; a bit width a miniblock: bytes; the miniblocks: deltas less the least, packed
 */

export function delta_binary_packed_decode_int32(
  source: usize,
  sourceLength: i32,
  skip: i32,
  count: i32,
  target: usize,
): i32 {
  return decode<i32>(source, sourceLength, skip, count, target);
}

export function delta_binary_packed_decode_int64(
  source: usize,
  sourceLength: i32,
  skip: i32,
  count: i32,
  target: usize,
): i32 {
  return decode<i64>(source, sourceLength, skip, count, target);
}

/** The bytes of the ULEB128 number at `at`, at most 10 and all before `end`; 0 if there is none. */
function numberLength(at: usize, end: usize): usize {
  for (let i: usize = 0; i < 10 && i < end - at; i++) if (load<u8>(at + i) < 0x80) return i + 1;
  return 0;
}

function numberValue(at: usize, length: usize): u64 {
  let value: u64 = 0;
  for (let i: usize = 0; i < length; i++) value |= (<u64>load<u8>(at + i) & 0x7f) << (7 * <u64>i);
  return value;
}

@inline
function unzigzag(value: u64): i64 {
  return <i64>(value >> 1) ^ -(<i64>value & 1);
}

/** `width` <= 64 bits from bit `bit` on; bytes at or behind `end` count as 0. */
@inline
function unpack(source: usize, bit: usize, width: u64, end: usize): u64 {
  const from = source + (bit >> 3);
  const shift = <u64>bit & 7;
  let low: u64 = 0;
  let high: u64 = 0;
  if (end - from >= 9) {
    low = load<u64>(from);
    high = load<u8>(from, 8);
  } else {
    const length = end - from;
    for (let i: usize = 0; i < length && i < 8; i++) low |= <u64>load<u8>(from + i) << (<u64>i << 3);
  }
  const word = shift ? (low >> shift) | (high << (64 - shift)) : low;
  return width == 64 ? word : word & (((<u64>1) << width) - 1);
}

@inline
function decode<T>(source: usize, sourceLength: i32, skip: i32, count: i32, target: usize): i32 {
  const end = source + <usize>sourceLength;
  let at = source;
  let length = numberLength(at, end);
  if (!length) return -1;
  const blockSize = numberValue(at, length);
  at += length;
  length = numberLength(at, end);
  if (!length) return -1;
  const miniblocks = numberValue(at, length);
  at += length;
  length = numberLength(at, end);
  if (!length) return -1;
  const total = numberValue(at, length);
  at += length;
  length = numberLength(at, end);
  if (!length) return -1;
  let value = unzigzag(numberValue(at, length));
  at += length;
  if (miniblocks == 0 || miniblocks > 65536 || blockSize > 1 << 30 || blockSize % miniblocks) return -1;
  const perMiniblock = blockSize / miniblocks;
  if (perMiniblock == 0 || perMiniblock % 8) return -1;

  const first = <u64>skip;
  const wanted = min(total, first + <u64>count);
  if (wanted <= first) return 0;
  if (first == 0) store<T>(target, <T>value);
  let index: u64 = 1;
  while (index < wanted) {
    length = numberLength(at, end);
    if (!length) return -1;
    const least = unzigzag(numberValue(at, length));
    at += length;
    const widths = at;
    if (<u64>(end - at) < miniblocks) return -1;
    at += <usize>miniblocks;
    for (let m: usize = 0; m < <usize>miniblocks && index < wanted; m++) {
      const width = <u64>load<u8>(widths + m);
      if (width > 64) return -1;
      const taken = min(perMiniblock, wanted - index);
      // The last miniblock may be cut off behind its last value.
      if (<u64>(end - at) < (taken * width + 7) >> 3) return -1;
      let bit: usize = 0;
      for (let i: u64 = 0; i < taken; i++) {
        value += least + <i64>(width ? unpack(at, bit, width, end) : 0);
        bit += <usize>width;
        if (index >= first) store<T>(target + <usize>(index - first) * sizeof<T>(), <T>value);
        index++;
      }
      at += <usize>min((perMiniblock * width) >> 3, <u64>(end - at));
    }
  }
  return <i32>(wanted - first);
}
