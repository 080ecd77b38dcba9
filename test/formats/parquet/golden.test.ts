import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTestContext, readColumn, transformBytes, type Value } from './support.js';

const FOLDER = new URL('./golden/', import.meta.url);
const ROW_COUNT = 1200;

/** What generate.py wrote. */
const COLUMNS: Readonly<Record<string, (row: number) => Value>> = {
  double: (i) => i * 0.5 - 100,
  double_null: (i) => (i % 7 === 3 ? null : i / 8),
  float_null: (i) => (i % 5 === 3 ? null : i / 4),
  half: (i) => (i % 100) / 4,
  int8_null: (i) => (i % 11 === 3 ? null : (i % 200) - 100),
  uint16: (i) => i * 50,
  uint32: (i) => i + 4294960000,
  int64_null: (i) => (i % 13 === 3 ? null : BigInt(i) * 10n ** 15n),
  bool_null: (i) => (i % 6 === 3 ? null : i % 3 === 0),
  'struct.x': (i) => (i % 10 === 3 || i % 4 === 1 ? null : i),
};

const context = await createTestContext(1 << 20);

function expected(name: string): Value[] {
  return Array.from({ length: ROW_COUNT }, (_, row) => COLUMNS[name]?.(row) ?? null);
}

/** Files that pyarrow wrote. */
describe('golden files', () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.parquet'));

  it('are there', () => {
    expect(names.length).toBe(15);
  });

  for (const name of names) {
    const bytes = new Uint8Array(readFileSync(new URL(name, FOLDER)));

    it(`${name}: every numeric column is read, in chunks of any length`, async () => {
      for (const column of Object.keys(COLUMNS)) {
        for (const chunkLength of [undefined, 8, 72, 640]) {
          expect(await readColumn(context, bytes, column, chunkLength), column).toEqual(expected(column));
        }
      }
    });

    it(`${name}: results are written beside what is untouched`, async () => {
      const output = await transformBytes(
        bytes,
        ['double = relu(double)', 'r_* = relu(*_null)', 'm = relu(struct.x)'],
        {
          pageChecksum: true,
        },
      );
      const relu = (value: Value) => (value === null ? null : Math.max(0, Number(value)));
      expect(await readColumn(context, output, 'double')).toEqual(expected('double').map(relu));
      for (const column of ['double', 'float', 'int8', 'bool']) {
        const result = await readColumn(context, output, column === 'double' ? 'r_double' : `r_${column}`);
        expect(result, column).toEqual(expected(`${column}_null`).map(relu));
      }
      expect(await readColumn(context, output, 'm')).toEqual(expected('struct.x').map(relu));
      for (const column of Object.keys(COLUMNS).filter((other) => other !== 'double')) {
        expect(await readColumn(context, output, column), column).toEqual(expected(column));
      }
    });
  }
});
