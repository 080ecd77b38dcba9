/*
 * Parquet's RLE / bit-packing hybrid: runs of one value, or of groups of 8 values of `bitWidth` <= 32 bits each.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#run-length-encoding--bit-packing-hybrid-rle--3
 *
 * All take a stream of `sourceLength` bytes (without the 4-byte length or the bit width that may stand in front of it),
 * pass over `skip` values and decode the next `count`.
 *
 *   rle_bit_packed_decode(source, sourceLength, bitWidth, skip, count, target): i32
 *     to uint32 at `target`
 *   dictionary_decode_<2|4|8>(source, sourceLength, bitWidth, skip, count, dictionary, dictionaryLength, target): i32
 *     to the dictionary's values of 2, 4 or 8 bytes each; any alignment
 *   levels_decode(source, sourceLength, bitWidth, skip, count, maxLevel, target): i32
 *     to a byte each; a level above `maxLevel` is a bad index
 *   definition_levels_decode(source, sourceLength, bitWidth, skip, count, maxLevel, target, targetBit, validCount): i32
 *     to a bitmap from bit `targetBit` on, set where the level is `maxLevel`; adds the bits set to the int32 at `validCount`
 *
 * They return how many values there were: `count`, or fewer where the stream ends early; BAD_STREAM (-1) where it makes no
 * sense and BAD_INDEX (-2) where an index isn't in the dictionary. Nothing outside the stream is read and nothing but
 * `count` values written.
 */
import { bitmap_copy_bits, bitmap_set_range } from './bitmap';

const BAD_STREAM: i32 = -1;
const BAD_INDEX: i32 = -2;

/** What becomes of a decoded value. */
const enum Sink {
  uint32,
  gather2,
  gather4,
  gather8,
  uint8,
  validity,
}

@inline
function put(sink: Sink, target: usize, at: usize, value: u32, dictionary: usize): void {
  if (sink == Sink.uint32) store<u32>(target + (at << 2), value);
  else if (sink == Sink.uint8) store<u8>(target + at, <u8>value);
  else if (sink == Sink.gather2) store<u16>(target + (at << 1), load<u16>(dictionary + (<usize>value << 1)));
  else if (sink == Sink.gather4) store<u32>(target + (at << 2), load<u32>(dictionary + (<usize>value << 2)));
  else store<u64>(target + (at << 3), load<u64>(dictionary + (<usize>value << 3)));
}

/** `bitWidth` <= 32 bits from bit `bit` on, of which every byte lies before `end`. */
@inline
function unpack(source: usize, bit: usize, mask: u32, end: usize): u32 {
  const from = source + (bit >> 3);
  const shift = <u64>bit & 7;
  if (end - from >= 8) return <u32>(load<u64>(from) >> shift) & mask;
  let word: u64 = 0;
  for (let i: usize = 0; i < end - from; i++) word |= <u64>load<u8>(from + i) << (<u64>i << 3);
  return <u32>(word >> shift) & mask;
}

const EACH_BYTE: u64 = 0x0101010101010101;
/** Bit i in byte i. */
const DIAGONAL: u64 = 0x8040201008040201;

/** Levels to a byte each; false where one isn't below `levelCount`. */
function unpackLevels(
  source: usize,
  firstBit: usize,
  width: usize,
  end: usize,
  count: usize,
  target: usize,
  levelCount: u32,
): bool {
  const mask: u32 = (<u32>1 << <u32>width) - 1;
  const isAnyAllowed = mask < levelCount;
  let bit = firstBit;
  let i: usize = 0;
  while (i < count) {
    const from = source + (bit >> 3);
    if (isAnyAllowed && width && width <= 2 && !(bit & 7) && i + 8 <= count && end - from >= 2) {
      // A group of 8 at once: each byte gets all bits and keeps its own.
      if (width == 1) {
        const spread = (<u64>load<u8>(from) * EACH_BYTE) & DIAGONAL;
        store<u64>(target + i, ((spread + 0x7f * EACH_BYTE) >> 7) & EACH_BYTE);
      } else {
        const bits = <u64>load<u16>(from);
        // Pairs of bits go apart: 8 of them in 16 bits, then one in each byte.
        const nibbles = (bits | (bits << 24)) & 0x000000ff000000ff;
        const pairs = (nibbles | (nibbles << 12)) & 0x000f000f000f000f;
        store<u64>(target + i, (pairs | (pairs << 6)) & (3 * EACH_BYTE));
      }
      i += 8;
      bit += 8 * width;
      continue;
    }
    const value = unpack(source, bit, mask, end);
    if (value >= levelCount) return false;
    store<u8>(target + i, <u8>value);
    i++;
    bit += width;
  }
  return true;
}

@inline
function decode(
  sink: Sink,
  source: usize,
  sourceLength: i32,
  bitWidth: i32,
  skip: i32,
  count: i32,
  target: usize,
  // The dictionary and its length; of levels as bytes how many there are; of definition levels as bits the target's first
  // bit and the level of a valid value.
  dictionary: usize,
  dictionaryLength: u32,
  validCount: usize,
): i32 {
  if (<u32>bitWidth > 32) return BAD_STREAM;
  const width = <usize>bitWidth;
  const mask: u32 = width == 32 ? 0xffffffff : ((<u32>1 << <u32>width) - 1);
  const valueBytes = (width + 7) >> 3;
  const end = source + <usize>sourceLength;
  let at = source;
  let passed = <usize>skip;
  let done: usize = 0;
  let valid: i32 = 0;
  const wanted = <usize>count;
  while (done < wanted && at != end) {
    let header: u32 = 0;
    let shift: u32 = 0;
    let byte: u32;
    do {
      if (at == end || shift > 28) return BAD_STREAM;
      byte = load<u8>(at);
      at++;
      header |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);

    if (header & 1) {
      // A run of groups; the last may be cut short by the end of the stream.
      const bits = min(<u64>(header >> 1) * 8 * width, <u64>(end - at) * 8);
      const length: u64 = width ? bits / width : <u64>(header >> 1) * 8;
      const skipped = min(<u64>passed, length);
      passed -= <usize>skipped;
      const taken = <usize>min(length - skipped, <u64>(wanted - done));
      let bit = <usize>skipped * width;
      if (sink == Sink.validity) {
        if (width == 1 && dictionaryLength == 1) {
          // The packed levels are the bitmap.
          valid += bitmap_copy_bits(at, <i32>bit, target, <i32>(dictionary + done), <i32>taken);
        } else {
          for (let i: usize = 0; i < taken; i++) {
            const isValid = unpack(at, bit, mask, end) == dictionaryLength;
            const to = dictionary + done + i;
            const place = target + (to >> 3);
            const old = <u32>load<u8>(place) & ~(<u32>1 << (<u32>to & 7));
            store<u8>(place, <u8>(old | (<u32>isValid << (<u32>to & 7))));
            valid += <i32>isValid;
            bit += width;
          }
        }
      } else if (sink == Sink.uint8) {
        if (!unpackLevels(at, bit, width, end, taken, target + done, dictionaryLength)) return BAD_INDEX;
      } else {
        for (let i: usize = 0; i < taken; i++) {
          const value = unpack(at, bit, mask, end);
          if (sink != Sink.uint32 && value >= dictionaryLength) return BAD_INDEX;
          put(sink, target, done + i, value, dictionary);
          bit += width;
        }
      }
      done += taken;
      at += <usize>((bits + 7) >> 3);
    } else {
      if (end - at < valueBytes) return BAD_STREAM;
      let value: u32 = 0;
      for (let i: usize = 0; i < valueBytes; i++) value |= <u32>load<u8>(at + i) << (<u32>i << 3);
      at += valueBytes;
      const length = <usize>(header >> 1);
      const skipped = min(passed, length);
      passed -= skipped;
      const taken = min(length - skipped, wanted - done);
      if (sink == Sink.validity) {
        const isValid = value == dictionaryLength;
        bitmap_set_range(target, <i32>(dictionary + done), <i32>(dictionary + done + taken), isValid ? 1 : 0);
        if (isValid) valid += <i32>taken;
      } else if (taken) {
        if (sink != Sink.uint32 && value >= dictionaryLength) return BAD_INDEX;
        if (sink == Sink.uint8) memory.fill(target + done, <u8>value, taken);
        else for (let i: usize = 0; i < taken; i++) put(sink, target, done + i, value, dictionary);
      }
      done += taken;
    }
  }
  if (sink == Sink.validity) store<i32>(validCount, load<i32>(validCount) + valid);
  return <i32>done;
}

export function rle_bit_packed_decode(
  source: usize,
  sourceLength: i32,
  bitWidth: i32,
  skip: i32,
  count: i32,
  target: usize,
): i32 {
  return decode(Sink.uint32, source, sourceLength, bitWidth, skip, count, target, 0, 0, 0);
}

export function dictionary_decode_2(
  source: usize,
  sourceLength: i32,
  bitWidth: i32,
  skip: i32,
  count: i32,
  dictionary: usize,
  dictionaryLength: i32,
  target: usize,
): i32 {
  return decode(Sink.gather2, source, sourceLength, bitWidth, skip, count, target, dictionary, dictionaryLength, 0);
}

export function dictionary_decode_4(
  source: usize,
  sourceLength: i32,
  bitWidth: i32,
  skip: i32,
  count: i32,
  dictionary: usize,
  dictionaryLength: i32,
  target: usize,
): i32 {
  return decode(Sink.gather4, source, sourceLength, bitWidth, skip, count, target, dictionary, dictionaryLength, 0);
}

export function dictionary_decode_8(
  source: usize,
  sourceLength: i32,
  bitWidth: i32,
  skip: i32,
  count: i32,
  dictionary: usize,
  dictionaryLength: i32,
  target: usize,
): i32 {
  return decode(Sink.gather8, source, sourceLength, bitWidth, skip, count, target, dictionary, dictionaryLength, 0);
}

export function levels_decode(
  source: usize,
  sourceLength: i32,
  bitWidth: i32,
  skip: i32,
  count: i32,
  maxLevel: i32,
  target: usize,
): i32 {
  return decode(Sink.uint8, source, sourceLength, bitWidth, skip, count, target, 0, maxLevel + 1, 0);
}

export function definition_levels_decode(
  source: usize,
  sourceLength: i32,
  bitWidth: i32,
  skip: i32,
  count: i32,
  maxLevel: i32,
  target: usize,
  targetBit: i32,
  validCount: usize,
): i32 {
  return decode(Sink.validity, source, sourceLength, bitWidth, skip, count, target, targetBit, maxLevel, validCount);
}
