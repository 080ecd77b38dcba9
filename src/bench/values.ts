import { seededRandom } from '../seeded-random.js';

/** Fills an array with values as logits are: seeded, about normal, deviation 3. */
export function fillValues(values: Float64Array, seed = 1): void {
  const random = seededRandom(seed);
  for (let index = 0; index < values.length; index++) {
    // The sum of four uniform numbers has deviation sqrt(1/3).
    values[index] = (random() + random() + random() + random() - 2) * 3 * Math.sqrt(3);
  }
}
