import { seededRandom } from '../seeded-random.js';
import { seededBits } from './seeded.js';

/** A way of making rows, named for what is hard about them. */
export interface RowDistribution {
  readonly name: string;
  readonly next: () => number;
}

/** Distributions of finite values on which row functions lose digits if they can. */
export function rowDistributions(seed: number): readonly RowDistribution[] {
  const random = seededRandom(seed);
  const bits = seededBits(seed + 1);
  const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-300)) * Math.cos(2 * Math.PI * random());
  const finiteBits = (): number => {
    for (;;) {
      const x = bits();
      if (Number.isFinite(x)) return x;
    }
  };
  return [
    { name: 'around 0', next: normal },
    { name: 'around 1000', next: () => 1000 + 3 * normal() },
    { name: 'wide', next: () => 100 * normal() },
    { name: 'nearly equal', next: () => 1e-9 * normal() },
    { name: 'one above the rest', next: () => (random() < 0.1 ? 5 : -30 - 30 * random()) },
    { name: 'down to the underflow', next: () => -760 * random() },
    { name: 'some, and the rest underflows', next: () => (random() < 0.5 ? 0 : -690 - 60 * random()) },
    { name: 'any finite double', next: finiteBits },
    { name: 'subnormal', next: () => 1e-308 * normal() },
    { name: 'huge', next: () => 1.7e308 * (2 * random() - 1) },
  ];
}
