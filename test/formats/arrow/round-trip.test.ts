import { describe, expect, it } from 'vitest';
import { type RunOptions, type SumSpec, transformBytes, transformPiped } from './support.js';
import { columnValues, makeBatch, readBatches, writeFile, writeStream } from './tables.js';

const BATCHES = [makeBatch(1000, 1), makeBatch(0, 2), makeBatch(7, 3), makeBatch(321, 4)];
const UNTOUCHED = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/** What `sum` makes of values: one more, null where any is. */
function plusOne(values: readonly unknown[]): unknown[] {
  return values.map((value) => (value === null ? null : Array.isArray(value) ? plusOne(value) : (value as number) + 1));
}

async function transform(
  from: 'file' | 'stream' | 'pipe',
  specs: readonly SumSpec[],
  options: RunOptions = {},
): Promise<ReturnType<typeof readBatches>> {
  const bytes = from === 'file' ? writeFile(BATCHES) : writeStream(BATCHES);
  return readBatches(
    from === 'pipe' ? await transformPiped(bytes, specs, options) : await transformBytes(bytes, specs, options),
  );
}

describe('Arrow in, Arrow out', () => {
  for (const from of ['file', 'stream', 'pipe'] as const) {
    for (const to of ['file', 'stream'] as const) {
      if (from === 'pipe' && to === 'file') continue;
      it(`leaves columns alone from ${from} to ${to}`, async () => {
        const output = await transform(from, [], { to });
        expect(output.map((batch) => batch.numRows)).toEqual([1000, 0, 7, 321]);
        for (const column of UNTOUCHED) expect(columnValues(output, column)).toEqual(columnValues(BATCHES, column));
        expect(output[0]!.schema.fields.map(String)).toEqual(BATCHES[0]!.schema.fields.map(String));
        expect(output[0]!.schema.metadata).toEqual(BATCHES[0]!.schema.metadata);
      });

      it(`replaces and adds columns from ${from} to ${to}`, async () => {
        const specs: readonly SumSpec[] = [
          { operands: ['x'], replace: true },
          { operands: ['x_null'], replace: true, type: 'float32' },
          { operands: ['x', 'x_null'], name: 'both' },
          { operands: ['i16'], name: 'i16_sum', type: 'int32' },
          { operands: ['flag'], name: 'flag_sum', type: 'float64' },
          { operands: ['vector'], replace: true },
          { operands: ['list'], name: 'list_sum' },
        ];
        const output = await transform(from, specs, { to });
        for (const column of [0, 3, 4, 5, 6, 7, 8, 10, 11]) {
          expect(columnValues(output, column)).toEqual(columnValues(BATCHES, column));
        }
        const [x, xNull, i16, flag, vector, list] = [1, 2, 4, 5, 9, 10].map((i) => columnValues(BATCHES, i));
        expect(columnValues(output, 1)).toEqual(plusOne(x!));
        expect(columnValues(output, 2)).toEqual(plusOne(xNull!));
        expect(columnValues(output, 9)).toEqual(plusOne(vector!));
        expect(columnValues(output, 12)).toEqual(
          x!.map((value, i) => (xNull![i] === null ? null : (value as number) + (xNull![i] as number) + 1)),
        );
        expect(columnValues(output, 13)).toEqual(plusOne(i16!));
        expect(columnValues(output, 14)).toEqual(flag!.map((value) => (value ? 2 : 1)));
        expect(columnValues(output, 15)).toEqual(plusOne(list!));
        expect(output[0]!.getChild('x_null')!.nullCount).toBe(BATCHES[0]!.getChild('x_null')!.nullCount);
      });
    }
  }

  it('combines the validity of a struct with its child', async () => {
    const specs: readonly SumSpec[] = [
      { operands: ['point.x'], name: 'px' },
      { operands: ['point.inner.y'], name: 'py' },
      { operands: ['point.inner.y'], replace: true },
    ];
    const output = await transform('file', specs);
    const points = columnValues(BATCHES, 11) as ({ x: number | null; inner: { y: number } | null } | null)[];
    expect(columnValues(output, 12)).toEqual(plusOne(points.map((point) => point?.x ?? null)));
    expect(columnValues(output, 13)).toEqual(plusOne(points.map((point) => point?.inner?.y ?? null)));
    const replaced = columnValues(output, 11) as typeof points;
    expect(replaced.map((point) => point?.inner?.y ?? null)).toEqual(
      plusOne(points.map((point) => point?.inner?.y ?? null)),
    );
    expect(replaced.map((point) => point?.x ?? null)).toEqual(points.map((point) => point?.x ?? null));
  });

  it('keeps fields, and drops the extension where the type changes', async () => {
    const output = await transform('file', [
      { operands: ['x'], replace: true },
      { operands: ['x_null'], replace: true, type: 'float32' },
      { operands: ['f32'], name: 'new', type: 'int32' },
    ]);
    const { fields, metadata } = output[0]!.schema;
    expect(fields.slice(1, 3).map(String)).toEqual(['x: Float64', 'x_null: Float32']);
    expect(fields[1]!.nullable).toBe(false);
    expect(fields[1]!.metadata).toEqual(new Map([['unit', 'm']]));
    expect(fields[2]!.metadata).toEqual(new Map());
    expect(String(fields[12])).toBe('new: Int32');
    expect(JSON.parse(metadata.get('pandas')!)).toEqual({
      columns: [
        { name: 'x', field_name: 'x', pandas_type: 'float64', numpy_type: 'float64' },
        { name: 'new', field_name: 'new', pandas_type: 'int32', numpy_type: 'int32', metadata: null },
      ],
    });
    expect(metadata.get('origin')).toBe('a test');
  });

  it('gives the same bytes whatever the size of a slot', async () => {
    const bytes = writeFile(BATCHES);
    const specs: readonly SumSpec[] = [
      { operands: ['x', 'x_null'], name: 'sum' },
      { operands: ['flag'], type: 'float64', name: 'f' },
    ];
    const small = await transformBytes(bytes, specs, { slotByteLength: 1 << 12 });
    expect(Buffer.compare(small, await transformBytes(bytes, specs, { slotByteLength: 1 << 20 }))).toBe(0);
  });
});
