/*
 * Where the scratch of `zstd_compress` holds what, and bits that are put one behind the other, to be read from the last one on.
 */

/** Four histograms of 256 counts, uint32, then the first of them the sum. */
export const HISTOGRAMS: usize = 0;
/** The code of each byte, shifted left by 8, and how many bits it has, uint32. */
export const CODES: usize = 4096;
export const CODE_LENGTHS: usize = 5120;
/** Bytes that occur, uint16, from the rarest on. */
export const SORTED: usize = 5376;
/** Counts of the nodes of a tree, uint32, and their parents, uint16: leaves from 0 on, others from 256 on. */
export const NODE_COUNTS: usize = 5888;
export const NODE_PARENTS: usize = 7936;
export const TREE_WEIGHTS: usize = 8960;
/** Normalized counts of up to 64 symbols, int16. */
export const NORMALIZED: usize = 9216;
/** Three tables that encode: next states, 512 uint16, then for each of 64 symbols two int32. */
export const ENCODE_TABLES: usize = 9344;
export const ENCODE_TABLE_LENGTH: usize = 1536;
/** Symbols of the states, 512 bytes; then the first place of each symbol, uint16. */
export const STATE_SYMBOLS: usize = 13952;
export const FIRST_PLACES: usize = 14464;
/** How often each symbol occurs, 64 uint32 for each of the three kinds. */
export const CODE_COUNTS: usize = 14656;
/** 131,072 bytes. */
export const BLOCK_LITERALS: usize = 17728;
export const SEQUENCE_MAX: u32 = 16384;
/** A word for each sequence, and the three codes of each, in three arrays of bytes. */
export const SEQUENCES: usize = 148864;
export const SEQUENCE_CODES: usize = 279936;
export const ENCODE_SCRATCH_LENGTH: usize = 329088;

/** The bits that don't make a whole byte yet, how many, and where the next byte goes. */
export let bitContainer: u64 = 0;
export let bitCount: u64 = 0;
export let bitAddress: usize = 0;

export function startBits(to: usize): void {
  bitContainer = 0;
  bitCount = 0;
  bitAddress = to;
}

/** Up to 56 bits since the last `flushBits`; none of `value` may stand above its `count`. */
@inline
export function addBits(value: u64, count: u64): void {
  bitContainer |= value << bitCount;
  bitCount += count;
}

/** Stores the whole bytes, and up to eight behind them. */
@inline
export function flushBits(): void {
  store<u64>(bitAddress, bitContainer);
  bitAddress += <usize>(bitCount >> 3);
  bitContainer >>= bitCount & ~7;
  bitCount &= 7;
}

/** Adds the mark that closes a stream, and returns where it ends. */
export function closeBits(): usize {
  addBits(1, 1);
  flushBits();
  return bitAddress + <usize>(bitCount ? 1 : 0);
}
