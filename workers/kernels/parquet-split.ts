/*
 * Parquet's BYTE_STREAM_SPLIT: byte j of every value stands in stream j, the streams one behind the other.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#byte-stream-split-byte_stream_split--9
 *
 *   byte_stream_split_decode_<2|4|8>(source, total, skip, count, target)
 *     writes values `skip` to `skip + count` of the `total` that start at `source`; skip + count <= total
 *   byte_stream_split_encode_<2|4|8>(source, count, target)
 *     writes the streams of `count` values
 *   count_repeats_<4|8>(values, count, table)
 *     how many of `count` < 16384 values have the bits of one before them; `table` is 32 KiB of scratch
 *
 * `source` and `target` don't overlap; any alignment. The caller has checked that the source holds total * width bytes.
 */

/** Bytes of `a` and `b` in turn, from their first halves. */
@inline
function zipLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function zipHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** The bytes at even places of a and b, one behind the other. */
@inline
function evens(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

@inline
function odds(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

@inline
function joinTail(source: usize, total: usize, start: usize, count: usize, width: usize, target: usize): void {
  for (let i = start; i < count; i++) {
    for (let j: usize = 0; j < width; j++) store<u8>(target + i * width + j, load<u8>(source + j * total + i));
  }
}

@inline
function splitTail(source: usize, start: usize, count: usize, width: usize, target: usize): void {
  for (let i = start; i < count; i++) {
    for (let j: usize = 0; j < width; j++) store<u8>(target + j * count + i, load<u8>(source + i * width + j));
  }
}

export function byte_stream_split_decode_2(source: usize, total: i32, skip: i32, count: i32, target: usize): void {
  const stride = <usize>total;
  const from = source + <usize>skip;
  const whole = <usize>count & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const a = v128.load(from + i);
    const b = v128.load(from + stride + i);
    v128.store(target + (i << 1), zipLow(a, b));
    v128.store(target + (i << 1), zipHigh(a, b), 16);
  }
  joinTail(from, stride, whole, count, 2, target);
}

export function byte_stream_split_decode_4(source: usize, total: i32, skip: i32, count: i32, target: usize): void {
  const stride = <usize>total;
  const from = source + <usize>skip;
  const whole = <usize>count & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    // Streams 0 and 2, and 1 and 3, zipped first: zipping the results puts 0 1 2 3 in order.
    const s0 = v128.load(from + i);
    const s1 = v128.load(from + stride + i);
    const s2 = v128.load(from + 2 * stride + i);
    const s3 = v128.load(from + 3 * stride + i);
    const a = zipLow(s0, s2);
    const b = zipLow(s1, s3);
    const c = zipHigh(s0, s2);
    const d = zipHigh(s1, s3);
    const to = target + (i << 2);
    v128.store(to, zipLow(a, b));
    v128.store(to, zipHigh(a, b), 16);
    v128.store(to, zipLow(c, d), 32);
    v128.store(to, zipHigh(c, d), 48);
  }
  joinTail(from, stride, whole, count, 4, target);
}

export function byte_stream_split_decode_8(source: usize, total: i32, skip: i32, count: i32, target: usize): void {
  const stride = <usize>total;
  const from = source + <usize>skip;
  const whole = <usize>count & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const s0 = v128.load(from + i);
    const s1 = v128.load(from + stride + i);
    const s2 = v128.load(from + 2 * stride + i);
    const s3 = v128.load(from + 3 * stride + i);
    const s4 = v128.load(from + 4 * stride + i);
    const s5 = v128.load(from + 5 * stride + i);
    const s6 = v128.load(from + 6 * stride + i);
    const s7 = v128.load(from + 7 * stride + i);
    joinEight(target + (i << 3), zipLow(s0, s4), zipLow(s1, s5), zipLow(s2, s6), zipLow(s3, s7));
    joinEight(target + (i << 3) + 64, zipHigh(s0, s4), zipHigh(s1, s5), zipHigh(s2, s6), zipHigh(s3, s7));
  }
  joinTail(from, stride, whole, count, 8, target);
}

/** Eight values of which s04 holds bytes 0 and 4 in turn, s15 bytes 1 and 5, and so on. */
@inline
function joinEight(to: usize, s04: v128, s15: v128, s26: v128, s37: v128): void {
  const a = zipLow(s04, s26);
  const b = zipLow(s15, s37);
  const c = zipHigh(s04, s26);
  const d = zipHigh(s15, s37);
  v128.store(to, zipLow(a, b));
  v128.store(to, zipHigh(a, b), 16);
  v128.store(to, zipLow(c, d), 32);
  v128.store(to, zipHigh(c, d), 48);
}

export function byte_stream_split_encode_2(source: usize, count: i32, target: usize): void {
  const stride = <usize>count;
  const whole = stride & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const a = v128.load(source + (i << 1));
    const b = v128.load(source + (i << 1), 16);
    v128.store(target + i, evens(a, b));
    v128.store(target + stride + i, odds(a, b));
  }
  splitTail(source, whole, stride, 2, target);
}

export function byte_stream_split_encode_4(source: usize, count: i32, target: usize): void {
  const stride = <usize>count;
  const whole = stride & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const from = source + (i << 2);
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    const even1 = evens(a, b);
    const even2 = evens(c, d);
    const odd1 = odds(a, b);
    const odd2 = odds(c, d);
    v128.store(target + i, evens(even1, even2));
    v128.store(target + stride + i, evens(odd1, odd2));
    v128.store(target + 2 * stride + i, odds(even1, even2));
    v128.store(target + 3 * stride + i, odds(odd1, odd2));
  }
  splitTail(source, whole, stride, 4, target);
}

export function byte_stream_split_encode_8(source: usize, count: i32, target: usize): void {
  const stride = <usize>count;
  const whole = stride & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const from = source + (i << 3);
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    const e = v128.load(from, 64);
    const f = v128.load(from, 80);
    const g = v128.load(from, 96);
    const h = v128.load(from, 112);
    const even1 = evens(a, b);
    const even2 = evens(c, d);
    const even3 = evens(e, f);
    const even4 = evens(g, h);
    splitFour(target + i, 2 * stride, evens(even1, even2), evens(even3, even4), odds(even1, even2), odds(even3, even4));
    const odd1 = odds(a, b);
    const odd2 = odds(c, d);
    const odd3 = odds(e, f);
    const odd4 = odds(g, h);
    splitFour(target + stride + i, 2 * stride, evens(odd1, odd2), evens(odd3, odd4), odds(odd1, odd2), odds(odd3, odd4));
  }
  splitTail(source, whole, stride, 8, target);
}

/** Streams 0, 2, 4 and 6 from the bytes 0 and 4 in turn (a, b) and 2 and 6 in turn (c, d); likewise for 1, 3, 5, 7. */
@inline
function splitFour(to: usize, stride: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, evens(a, b));
  v128.store(to + stride, evens(c, d));
  v128.store(to + 2 * stride, odds(a, b));
  v128.store(to + 3 * stride, odds(c, d));
}

const TABLE_BITS: u32 = 14;

@inline
function countRepeats<T>(values: usize, count: i32, table: usize): i32 {
  memory.fill(table, 0, 2 << TABLE_BITS);
  let repeats = 0;
  for (let i = 0; i < count; i++) {
    const bits = load<T>(values + <usize>i * sizeof<T>());
    let place = <u32>((<u64>bits * 0x9e3779b97f4a7c15) >> (64 - TABLE_BITS));
    // Places hold what is one behind the index of a value, 0 where there is none.
    let other: usize;
    while ((other = load<u16>(table + (place << 1))) && load<T>(values + (other - 1) * sizeof<T>()) != bits) {
      place = (place + 1) & ((1 << TABLE_BITS) - 1);
    }
    if (other) repeats++;
    else store<u16>(table + (place << 1), <u16>(i + 1));
  }
  return repeats;
}

export function count_repeats_4(values: usize, count: i32, table: usize): i32 {
  return countRepeats<u32>(values, count, table);
}

export function count_repeats_8(values: usize, count: i32, table: usize): i32 {
  return countRepeats<u64>(values, count, table);
}
