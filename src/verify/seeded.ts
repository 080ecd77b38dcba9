/** A seeded generator of uniform numbers in [0, 1): mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

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
