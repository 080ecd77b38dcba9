/*
 * Sequences of a block: what repeats bytes that stand before it in the same frame, and the literals in between. One candidate for
 * each place, by a hash of six bytes; the longer nothing is found, the larger the steps.
 */
import { matchLength } from './lz4-window';
import { BLOCK_LITERALS, SEQUENCE_MAX, SEQUENCES } from './zstd-encode-scratch';

const HASH_BITS: u64 = 14;
/** Offsets reach as far: what decoders have to keep. */
export const WINDOW: usize = 1 << 20;
/** A block's last bytes are literals, so that whole words can be read while matches are sought. */
const MARGIN: usize = 17;
/** Places without a match after which steps grow by a byte. */
const PATIENCE_BITS: usize = 7;

/** The last two offsets, as a decoder has them. */
export let offset1: usize = 0;
export let offset2: usize = 0;

export function setOffsets(first: usize, second: usize): void {
  offset1 = first;
  offset2 = second;
}

/** What the search of a block has found: sequences, where it ends, its literals. */
export let sequenceCount: u32 = 0;
export let blockEnd: usize = 0;
export let literalStart: usize = 0;
export let literalCount: usize = 0;

@inline
function hash(word: u64): usize {
  return <usize>(((word << 16) * 0x9e3779b185ebca87) >> (64 - HASH_BITS)) << 2;
}

/** A word of 18 bits of literals, 18 of a match beyond 3 bytes, and an offset with 3 added or the number of a repeated one. */
@inline
function addSequence(scratch: usize, literals: usize, length: usize, matched: usize, offsetValue: usize): void {
  let to = scratch + BLOCK_LITERALS + literalCount;
  literalCount += length;
  if (length <= 16) v128.store(to, v128.load(literals));
  else memory.copy(to, literals, length);
  store<u64>(
    scratch + SEQUENCES + (sequenceCount << 3),
    <u64>length | (<u64>(matched - 3) << 18) | (<u64>offsetValue << 36),
  );
  sequenceCount++;
}

/** Finds the sequences of the block from `start` to `end` at most; `source` is the start of the frame's content. */
export function findSequences(source: usize, start: usize, end: usize, hashTable: usize, scratch: usize): void {
  sequenceCount = 0;
  literalCount = 0;
  let anchor = start;
  let at = start == source ? start + 1 : start;
  let first = offset1;
  let second = offset2;
  const last = end - start > MARGIN ? end - MARGIN : start;
  while (at < last) {
    const word = load<u64>(at);
    const slot = hashTable + hash(word);
    const candidate = source + load<u32>(slot);
    store<u32>(slot, <u32>(at - source));
    let matched: usize;
    if (first <= at + 1 - source && load<u32>(at + 1 - first) == load<u32>(at + 1)) {
      at++;
      matched = matchLength(at + 4 - first, at + 4, end) + 4;
      addSequence(scratch, anchor, at - anchor, matched, 1);
    } else if (candidate < at && at - candidate <= WINDOW && load<u32>(candidate) == <u32>word) {
      const offset = at - candidate;
      matched = matchLength(candidate + 4, at + 4, end) + 4;
      while (at > anchor && at - offset > source && load<u8>(at - 1) == load<u8>(at - offset - 1)) {
        at--;
        matched++;
      }
      second = first;
      first = offset;
      addSequence(scratch, anchor, at - anchor, matched, offset + 3);
    } else {
      at += ((at - anchor) >> PATIENCE_BITS) + 1;
      continue;
    }
    const from = at;
    at += matched;
    anchor = at;
    if (sequenceCount >= SEQUENCE_MAX - 1) break;
    if (at >= last) break;
    store<u32>(hashTable + hash(load<u64>(from + 2)), <u32>(from + 2 - source));
    store<u32>(hashTable + hash(load<u64>(at - 2)), <u32>(at - 2 - source));
    while (at < last && second <= at - source && load<u32>(at) == load<u32>(at - second)) {
      const swapped = second;
      second = first;
      first = swapped;
      matched = matchLength(at + 4 - first, at + 4, end) + 4;
      store<u32>(hashTable + hash(load<u64>(at)), <u32>(at - source));
      addSequence(scratch, at, 0, matched, 1);
      at += matched;
      anchor = at;
      if (sequenceCount >= SEQUENCE_MAX - 1) break;
    }
    if (sequenceCount >= SEQUENCE_MAX - 1) break;
  }
  // With as many sequences as there is room for, the block ends where they do.
  blockEnd = sequenceCount >= SEQUENCE_MAX - 1 ? anchor : end;
  if (sequenceCount) {
    const rest = blockEnd - anchor;
    memory.copy(scratch + BLOCK_LITERALS + literalCount, anchor, rest);
    literalCount += rest;
    literalStart = scratch + BLOCK_LITERALS;
    offset1 = first;
    offset2 = second;
  } else {
    literalStart = start;
    literalCount = blockEnd - start;
  }
}
