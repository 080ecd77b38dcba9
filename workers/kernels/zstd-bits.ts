/*
 * What the parts of ZSTD share: where the scratch of a call holds what, and bits that are read from the end of a stream.
 *
 * Backward streams are read by a window of eight bytes, whose address may lie up to eight bytes before the stream's start:
 * memory that nobody asks for stands there, and what is taken of it, `remainingBits` tells. Of the window `used` bits, from the
 * top, have been taken.
 */

/** Bytes of literals, or of a whole block, at most. */
export const BLOCK_MAX: usize = 131072;

export const HUFFMAN_TABLE: usize = 0;
export const LITERAL_LENGTH_TABLE: usize = 4096;
export const OFFSET_TABLE: usize = 8192;
export const MATCH_LENGTH_TABLE: usize = 10240;
/** A table that is being built, of 512 states at most. */
export const STATES: usize = 14336;
/** Normalized counts of up to 256 symbols, int16; then places in the table, of as many. */
export const COUNTS: usize = 16384;
export const PLACES: usize = 16896;
/** A byte for each of 256 symbols. */
export const WEIGHTS: usize = 17408;
/** Of the three tables of sequences one more than their accuracy, and 1 where the Huffman table is there; 0 for what isn't. */
export const PRESENT: usize = 17664;
export const LITERALS: usize = 17728;

/** Bits that the last byte of a backward stream loses to the mark that closes it; more than 8 where it has none. */
@inline
export function markBits(end: usize): u32 {
  return <u32>clz(<u32>load<u8>(end - 1)) - 23;
}

/** The `count` <= 56 bits behind the first `used` of a window. */
@inline
export function peekBits(window: u64, used: u32, count: u32): u32 {
  return <u32>(((window << (<u64>used)) >> 1) >> (<u64>(63 - count)));
}

/** Bits of the stream from `start` on that haven't been taken; negative where too many have. */
@inline
export function remainingBits(at: usize, start: usize, used: u32): i32 {
  return (<i32>(at - start) << 3) + 64 - <i32>used;
}
