import { seededRandom } from '../seeded-random.js';

/** A seeded generator of float64 values of every exponent, NaN and infinities included. */
export function seededBits(seed: number): () => number {
  const random = seededRandom(seed);
  const words = new Uint32Array(2);
  const value = new Float64Array(words.buffer);
  return () => {
    words[0] = random() * 2 ** 32;
    words[1] = random() * 2 ** 32;
    return value[0] ?? 0;
  };
}
