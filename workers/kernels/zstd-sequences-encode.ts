/*
 * Sequences of ZSTD as bits: RFC 8878, section 3.1.1.3.2.
 */
import {
  addBits,
  bitAddress,
  closeBits,
  CODE_COUNTS,
  ENCODE_TABLE_LENGTH,
  ENCODE_TABLES,
  flushBits,
  NORMALIZED,
  SEQUENCE_CODES,
  SEQUENCE_MAX,
  SEQUENCES,
  startBits,
} from './zstd-encode-scratch';
import {
  buildConstantEncodeTable,
  buildEncodeTable,
  chooseAccuracy,
  encodeSymbol,
  firstState,
  normalizeCounts,
  writeCounts,
} from './zstd-fse-encode';
import {
  LITERAL_LENGTH_BITS,
  LITERAL_LENGTH_COUNT,
  LITERAL_LENGTH_COUNTS,
  MATCH_LENGTH_BITS,
  MATCH_LENGTH_COUNT,
  MATCH_LENGTH_COUNTS,
  OFFSET_COUNTS,
  PREDEFINED_OFFSET_COUNT,
} from './zstd-sequences';

// prettier-ignore
const LITERAL_LENGTH_CODES: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20, 20, 20, 21, 21, 21, 21, 22,
  22, 22, 22, 22, 22, 22, 22, 23, 23, 23, 23, 23, 23, 23, 23, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24,
]);
// prettier-ignore
const MATCH_LENGTH_CODES: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
  32, 33, 33, 34, 34, 35, 35, 36, 36, 36, 36, 37, 37, 37, 37, 38, 38, 38, 38, 38, 38, 38, 38, 39, 39, 39, 39, 39, 39, 39, 39,
  40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 41, 41, 41, 41, 41, 41, 41, 41, 41, 41, 41, 41, 41, 41, 41,
  41, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42,
  42, 42,
]);
/** Fewer sequences than this don't pay for the description of a distribution. */
const FEWEST_DESCRIBED: u32 = 64;
const OFFSET_SYMBOL_COUNT: u32 = 32;

@inline
function highBit(value: u32): u32 {
  return 31 - <u32>clz<u32>(value);
}

/** Accuracy of the table made last, and where its description ends. */
let accuracy: u32 = 0;
let descriptionEnd: usize = 0;

/** Makes the table of one kind of codes, described at `to` where it needs to be; returns its mode. */
function chooseTable(
  kind: usize,
  symbolCountMax: u32,
  accuracyMax: u32,
  predefined: usize,
  predefinedCount: u32,
  predefinedAccuracy: u32,
  count: u32,
  to: usize,
  scratch: usize,
): u32 {
  const counts = scratch + CODE_COUNTS + (kind << 8);
  const table = scratch + ENCODE_TABLES + kind * ENCODE_TABLE_LENGTH;
  let symbolCount: u32 = 0;
  let kinds: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbolCountMax; symbol++) {
    if (!load<u32>(counts + (symbol << 2))) continue;
    symbolCount = symbol + 1;
    kinds++;
  }
  descriptionEnd = to;
  if (kinds == 1 && count > 2) {
    buildConstantEncodeTable(table, symbolCount - 1);
    store<u8>(to, <u8>(symbolCount - 1));
    descriptionEnd = to + 1;
    accuracy = 0;
    return 1;
  }
  if (count < FEWEST_DESCRIBED && symbolCount <= predefinedCount) {
    memory.copy(scratch + NORMALIZED, predefined, predefinedCount << 1);
    accuracy = predefinedAccuracy;
    buildEncodeTable(table, predefinedCount, accuracy, scratch);
    return 0;
  }
  accuracy = chooseAccuracy(count, symbolCount, accuracyMax);
  normalizeCounts(counts, symbolCount, count, accuracy, scratch);
  descriptionEnd = writeCounts(to, symbolCount, accuracy, scratch);
  buildEncodeTable(table, symbolCount, accuracy, scratch);
  return 2;
}

/** Writes the section of `count` > 0 sequences. Returns where it ends, or 0 where it would not end before `limit`. */
export function writeSequences(count: u32, to: usize, limit: usize, scratch: usize): usize {
  // Room for the header and three descriptions.
  if (to + 512 > limit) return 0;
  if (count < 128) store<u8>(to++, <u8>count);
  else {
    store<u8>(to, <u8>((count >> 8) + 128));
    store<u8>(to, <u8>count, 1);
    to += 2;
  }
  const counts = scratch + CODE_COUNTS;
  const codes = scratch + SEQUENCE_CODES;
  memory.fill(counts, 0, 768);
  for (let i: u32 = 0; i < count; i++) {
    const word = load<u64>(scratch + SEQUENCES + (i << 3));
    const length = <u32>word & 0x3ffff;
    const matched = <u32>(word >> 18) & 0x3ffff;
    const lengthCode = length < 64 ? <u32>load<u8>(LITERAL_LENGTH_CODES + length) : highBit(length) + 19;
    const matchCode = matched < 128 ? <u32>load<u8>(MATCH_LENGTH_CODES + matched) : highBit(matched) + 36;
    const offsetCode = highBit(<u32>(word >> 36));
    store<u8>(codes + i, <u8>lengthCode);
    store<u8>(codes + SEQUENCE_MAX + i, <u8>offsetCode);
    store<u8>(codes + 2 * SEQUENCE_MAX + i, <u8>matchCode);
    const a = counts + (lengthCode << 2);
    store<u32>(a, load<u32>(a) + 1);
    const b = counts + (offsetCode << 2);
    store<u32>(b, load<u32>(b, 256) + 1, 256);
    const c = counts + (matchCode << 2);
    store<u32>(c, load<u32>(c, 512) + 1, 512);
  }
  const modes = to;
  let mode = chooseTable(0, LITERAL_LENGTH_COUNT, 9, LITERAL_LENGTH_COUNTS, LITERAL_LENGTH_COUNT, 6, count, to + 1, scratch) << 6;
  const lengthAccuracy = accuracy;
  mode |= chooseTable(1, OFFSET_SYMBOL_COUNT, 8, OFFSET_COUNTS, PREDEFINED_OFFSET_COUNT, 5, count, descriptionEnd, scratch) << 4;
  const offsetAccuracy = accuracy;
  mode |= chooseTable(2, MATCH_LENGTH_COUNT, 9, MATCH_LENGTH_COUNTS, MATCH_LENGTH_COUNT, 6, count, descriptionEnd, scratch) << 2;
  const matchAccuracy = accuracy;
  store<u8>(modes, <u8>mode);

  const lengths = scratch + ENCODE_TABLES;
  const offsets = lengths + ENCODE_TABLE_LENGTH;
  const matches = offsets + ENCODE_TABLE_LENGTH;
  startBits(descriptionEnd);
  let i = count - 1;
  let lengthState = firstState(lengths, <u32>load<u8>(codes + i));
  let offsetState = firstState(offsets, <u32>load<u8>(codes + SEQUENCE_MAX + i));
  let matchState = firstState(matches, <u32>load<u8>(codes + 2 * SEQUENCE_MAX + i));
  while (true) {
    if (bitAddress + 24 > limit) return 0;
    const word = load<u64>(scratch + SEQUENCES + (i << 3));
    const lengthBits = <u64>load<u8>(LITERAL_LENGTH_BITS + <usize>load<u8>(codes + i));
    const offsetBits = <u64>load<u8>(codes + SEQUENCE_MAX + i);
    const matchBits = <u64>load<u8>(MATCH_LENGTH_BITS + <usize>load<u8>(codes + 2 * SEQUENCE_MAX + i));
    addBits(<u64>(<u32>word & 0x3ffff) & (((<u64>1) << lengthBits) - 1), lengthBits);
    addBits(<u64>(<u32>(word >> 18) & 0x3ffff) & (((<u64>1) << matchBits) - 1), matchBits);
    flushBits();
    addBits((word >> 36) & (((<u64>1) << offsetBits) - 1), offsetBits);
    flushBits();
    if (!i) break;
    i--;
    offsetState = encodeSymbol(offsets, <u32>load<u8>(codes + SEQUENCE_MAX + i), offsetState);
    matchState = encodeSymbol(matches, <u32>load<u8>(codes + 2 * SEQUENCE_MAX + i), matchState);
    lengthState = encodeSymbol(lengths, <u32>load<u8>(codes + i), lengthState);
    flushBits();
  }
  addBits(<u64>(matchState & ((1 << matchAccuracy) - 1)), matchAccuracy);
  addBits(<u64>(offsetState & ((1 << offsetAccuracy) - 1)), offsetAccuracy);
  addBits(<u64>(lengthState & ((1 << lengthAccuracy) - 1)), lengthAccuracy);
  flushBits();
  const end = closeBits();
  return end < limit ? end : 0;
}
