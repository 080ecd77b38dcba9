/**
 * A split block bloom filter that is made of its values' hashes.
 *
 * https://github.com/apache/parquet-format/blob/master/BloomFilter.md
 */
import { BloomFilterForm, BloomFilterHeader } from '../definitions.js';
import { i32Field, structField, structOfFields, writeStruct } from '../thrift-writer.js';

const WORDS_PER_BLOCK = 8;
const BLOCK_BYTE_LENGTH = 32;
const BITS_PER_WORD = 32;
/** What a filter may take while it is filled; with more values, it tells less. */
const BYTE_LENGTH_MAX = 1 << 22;
/** The part of other values that the filter lets through, at most where it isn't full. */
const FALSE_POSITIVES = 0.01;
/** For each value, so that no more are let through: -8 / ln(1 - p^(1/8)). */
const BITS_PER_VALUE = -WORDS_PER_BLOCK / Math.log(1 - FALSE_POSITIVES ** (1 / WORDS_PER_BLOCK));
const SALTS = [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31] as const;

export class BloomFilter {
  #words: Uint32Array;

  /** @param valueCount of different values, at most */
  constructor(valueCount: number) {
    const wanted = (valueCount * BITS_PER_VALUE) / 8;
    let byteLength = BLOCK_BYTE_LENGTH;
    // Readers want a power of two.
    while (byteLength < wanted && byteLength < BYTE_LENGTH_MAX) byteLength *= 2;
    this.#words = new Uint32Array(byteLength / 4);
  }

  /** @param hashes each as two words, the lower one first */
  insert(hashes: Uint32Array): void {
    const words = this.#words;
    const blocksPerHash = words.length / WORDS_PER_BLOCK / 2 ** 32;
    for (let i = 0; i < hashes.length; i += 2) {
      const low = hashes[i]!;
      const first = Math.floor(hashes[i + 1]! * blocksPerHash) * WORDS_PER_BLOCK;
      for (let word = 0; word < WORDS_PER_BLOCK; word++) {
        words[first + word]! |= 1 << (Math.imul(low, SALTS[word]!) >>> 27);
      }
    }
  }

  /** Header and bits, as few as do for the values that there were. */
  finish(): Uint8Array {
    for (;;) {
      const half = folded(this.#words);
      if (half === undefined || falsePositives(half) > FALSE_POSITIVES) break;
      this.#words = half;
    }
    const words = this.#words;
    const { block, xxhash, uncompressed } = BloomFilterForm;
    const header = writeStruct(
      structOfFields(
        i32Field(BloomFilterHeader.numBytes, words.byteLength),
        structField(BloomFilterHeader.algorithm, structOfFields(structField(block, structOfFields()))),
        structField(BloomFilterHeader.hash, structOfFields(structField(xxhash, structOfFields()))),
        structField(BloomFilterHeader.compression, structOfFields(structField(uncompressed, structOfFields()))),
      ),
    );
    const bytes = new Uint8Array(header.length + words.byteLength);
    bytes.set(header);
    const bits = new DataView(bytes.buffer, header.length);
    for (const [at, word] of words.entries()) bits.setUint32(4 * at, word, true);
    return bytes;
  }
}

/** The filter of half the blocks: what leads to one of two neighbours leads to both as one. */
function folded(words: Uint32Array): Uint32Array | undefined {
  if (words.length === WORDS_PER_BLOCK) return undefined;
  const half = new Uint32Array(words.length / 2);
  for (let at = 0; at < half.length; at++) {
    const word = at % WORDS_PER_BLOCK;
    const first = 2 * (at - word) + word;
    half[at] = words[first]! | words[first + WORDS_PER_BLOCK]!;
  }
  return half;
}

/** The part of hashes that a filter lets through: those that find a bit set in each word of their block. */
function falsePositives(words: Uint32Array): number {
  let sum = 0;
  for (let first = 0; first < words.length; first += WORDS_PER_BLOCK) {
    let share = 1;
    for (let word = first; word < first + WORDS_PER_BLOCK; word++) share *= bitCount(words[word]!) / BITS_PER_WORD;
    sum += share;
  }
  return (sum * WORDS_PER_BLOCK) / words.length;
}

function bitCount(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
