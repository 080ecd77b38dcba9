import { describe, expect, it } from 'vitest';
import { DistinctValues } from '../../../../src/formats/parquet/recut/distinct-values.js';
import { seededRandom } from '../../../../src/seeded-random.js';

const encoder = new TextEncoder();

describe('DistinctValues', () => {
  it('gives each value the place of its first occurrence', () => {
    const random = seededRandom(11);
    const words = Array.from(
      { length: 20_000 },
      () => 'x'.repeat(random() * 5) + Math.floor(random() * 3000).toString(36),
    );
    const places = new Map<string, number>();
    const values = new DistinctValues(1 << 20);
    for (const word of words) {
      const source = encoder.encode(`<${word}>`);
      if (!places.has(word)) places.set(word, places.size);
      expect(values.placeOf(source, 1, source.length - 1)).toBe(places.get(word));
    }
    expect(values.count).toBe(places.size);
    expect(new TextDecoder().decode(values.bytes)).toBe([...places.keys()].join(''));
  });

  it('adds what is there already where it is told to', () => {
    const values = new DistinctValues(100);
    const source = encoder.encode('abab');
    expect([values.add(source, 0, 2), values.add(source, 2, 4), values.add(source, 1, 3)]).toEqual([0, 1, 2]);
    expect(values.placeOf(source, 1, 3)).toBe(2);
    expect([0, 1]).toContain(values.placeOf(source, 0, 2));
  });

  it('takes an empty value and no more bytes than it is allowed', () => {
    const values = new DistinctValues(3);
    const source = encoder.encode('abcd');
    expect(values.placeOf(source, 0, 0)).toBe(0);
    expect(values.placeOf(source, 0, 3)).toBe(1);
    expect(values.placeOf(source, 3, 4)).toBeUndefined();
    expect(values.placeOf(source, 0, 3)).toBe(1);
    expect(values.placeOf(source, 2, 2)).toBe(0);
  });
});
