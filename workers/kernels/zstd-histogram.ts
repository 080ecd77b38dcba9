/*
 * How often each byte occurs among literals, and whether codes of different lengths would pay.
 */
import { HISTOGRAMS } from './zstd-encode-scratch';

/** Literals that are looked at, from the first and from the last on, before all of them are. */
const SAMPLE: usize = 4096;
/** Fewer literals than this don't pay for the description of a tree. */
const FEWEST: usize = 64;

function countBytes(source: usize, length: usize, scratch: usize): void {
  const counts = scratch + HISTOGRAMS;
  const end = source + length;
  let at = source;
  // Equal bytes in a row would wait for each other's counts.
  for (; end - at >= 4; at += 4) {
    const word = load<u32>(at);
    const a = counts + ((word & 255) << 2);
    store<u32>(a, load<u32>(a) + 1);
    const b = counts + (((word >> 8) & 255) << 2);
    store<u32>(b, load<u32>(b, 1024) + 1, 1024);
    const c = counts + (((word >> 16) & 255) << 2);
    store<u32>(c, load<u32>(c, 2048) + 1, 2048);
    const d = counts + ((word >> 24) << 2);
    store<u32>(d, load<u32>(d, 3072) + 1, 3072);
  }
  for (; at < end; at++) {
    const a = counts + (<usize>load<u8>(at) << 2);
    store<u32>(a, load<u32>(a) + 1);
  }
}

/** Sums the histograms up; returns the largest count. */
function sumCounts(scratch: usize): u32 {
  const counts = scratch + HISTOGRAMS;
  let largest: u32 = 0;
  for (let i: usize = 0; i < 1024; i += 4) {
    const at = counts + i;
    const count = load<u32>(at) + load<u32>(at, 1024) + load<u32>(at, 2048) + load<u32>(at, 3072);
    store<u32>(at, count);
    if (count > largest) largest = count;
  }
  return largest;
}

/** Whether no byte is frequent enough for a code to pay. */
@inline
function isFlat(largest: u32, length: usize): bool {
  return <usize>largest <= (length >> 7) + 4;
}

/** The histogram of literals; returns the largest count, or 0 if coding won't pay. */
export function measureLiterals(source: usize, length: usize, scratch: usize): u32 {
  if (length < FEWEST) return 0;
  if (length > 8 * SAMPLE) {
    memory.fill(scratch + HISTOGRAMS, 0, 4096);
    countBytes(source, SAMPLE, scratch);
    countBytes(source + length - SAMPLE, SAMPLE, scratch);
    if (isFlat(sumCounts(scratch), 2 * SAMPLE)) return 0;
  }
  memory.fill(scratch + HISTOGRAMS, 0, 4096);
  countBytes(source, length, scratch);
  const largest = sumCounts(scratch);
  return isFlat(largest, length) ? 0 : largest;
}
