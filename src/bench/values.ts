/** Fills an array with values as logits are: seeded, about normal, deviation 3. */
export function fillValues(values: Float64Array, seed = 1): void {
  const random = seededRandom(seed);
  for (let index = 0; index < values.length; index++) {
    // The sum of four uniform numbers has deviation sqrt(1/3).
    values[index] = (random() + random() + random() + random() - 2) * 3 * Math.sqrt(3);
  }
}

/** mulberry32: uniform numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
