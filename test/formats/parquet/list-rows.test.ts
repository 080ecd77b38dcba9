import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { expectedLists, expectedValues, type Row } from '../../e2e/lists-support.js';
import { randomNumbers } from '../../e2e/support.js';
import {
  group,
  leaf,
  list,
  type Nested,
  rawListFile,
  readByArrowRs,
  readNested,
  writeNested,
} from './nested-support.js';
import { transformBytes } from './support.js';

const ROW_COUNT = 500;

interface RowOptions {
  readonly seed: number;
  readonly lengths: readonly number[];
  readonly nulls?: boolean;
  readonly rowCount?: number;
}

function rowsOf({ seed, lengths, nulls = true, rowCount = ROW_COUNT }: RowOptions): Row[] {
  const random = randomNumbers(seed);
  return Array.from({ length: rowCount }, () => {
    if (nulls && random() < 0.15) return null;
    const length = lengths[Math.floor(random() * lengths.length)] ?? 0;
    return Array.from({ length }, () => (nulls && random() < 0.1 ? null : (random() - 0.5) * 20));
  });
}

const STANDARD = list('l', leaf('element', 'OPTIONAL'));
const RAGGED = [0, 1, 2, 3, 5, 8, 8, 17, 100];
const SHAPES = [
  ['ragged', STANDARD, rowsOf({ seed: 1, lengths: RAGGED })],
  ['of one length', STANDARD, rowsOf({ seed: 2, lengths: [8], nulls: false })],
  ['long', STANDARD, rowsOf({ seed: 3, lengths: [3, 2000, 4096], rowCount: 30 })],
  [
    'of required elements',
    list('l', leaf('element', 'REQUIRED'), 'REQUIRED'),
    rowsOf({ seed: 4, lengths: [0, 1, 7], nulls: false }),
  ],
] as const;

describe.each(SHAPES)('lists that are %s', (_, elements, rows) => {
  const files = [
    writeNested([{ elements, data: rows }], { pageSize: 1 << 20, codec: 'UNCOMPRESSED' }),
    writeNested([{ elements, data: rows }], { rowGroupSize: 170, codec: 'SNAPPY' }),
  ];

  it.each([
    ['softmax', Number.NEGATIVE_INFINITY],
    ['log_softmax', Number.NEGATIVE_INFINITY],
    ['softmin', Number.POSITIVE_INFINITY],
  ])('are rows of %s, in small slots and large ones', async (name, neutral) => {
    const transforms = [`p = ${name}(l)`, `q = ${name}(l, nulls=skip)`, 'unused = relu(l)', `l = ${name}(l)`];
    for (const bytes of files) {
      // A page has to fit in a slot.
      for (const slotByteLength of [rows.length === ROW_COUNT ? 1 << 18 : 1 << 21, 1 << 23]) {
        const read = await readNested(await transformBytes(bytes, transforms, { slotByteLength, pageChecksum: true }));
        expect(read.map(({ p }) => p)).toEqual(expectedLists(name, rows, undefined));
        expect(read.map(({ q }) => q)).toEqual(expectedLists(name, rows, neutral));
        expect(read.map(({ l }) => l)).toEqual(expectedLists(name, rows, undefined));
      }
    }
  });

  it.each(['logsumexp', 'entropy'])('have one %s each', async (name) => {
    const transforms = [`v = ${name}(l)`, `w = ${name}(l, nulls=skip)`, `l = relu(${name}(l))`];
    for (const bytes of files) {
      const read = await readNested(await transformBytes(bytes, transforms, { slotByteLength: 1 << 18 }));
      const expected = expectedValues(name, rows, undefined);
      expect(read.map(({ v }) => v)).toEqual(expected);
      expect(read.map(({ w }) => w)).toEqual(expectedValues(name, rows, Number.NEGATIVE_INFINITY));
      expect(read.map(({ l }) => l)).toEqual(expected.map((value) => (value === null ? null : Math.max(0, value))));
    }
  });

  it('have the place of their maximum, or null where there is none', async () => {
    const read = await readNested(await transformBytes(files[1]!, ['at = argmax(l)']));
    expect(read.map(({ at }) => at)).toEqual(
      rows.map((row) => {
        if (row === null || row.length === 0 || row.includes(null)) return null;
        return row.indexOf(Math.max(...row.map(Number)));
      }),
    );
  });
});

describe('page indexes of lists', () => {
  const rows = rowsOf({ seed: 9, lengths: RAGGED });

  it('lead to the rows, in columns that have one', async () => {
    const bytes = writeNested([{ elements: STANDARD, data: rows }], { codec: 'UNCOMPRESSED' });
    const output = await transformBytes(bytes, ['p = softmax(l)', 'l = relu(l)'], { slotByteLength: 1 << 16 });
    const file = output.slice().buffer;
    const [rowGroup] = parquetMetadata(file).row_groups;
    const [l, p] = rowGroup?.columns ?? [];
    // Where a page begins in the middle of a row there can't be one, but rows are not cut here.
    expect(p?.offset_index_length).toBeGreaterThan(20);
    expect(p?.meta_data?.encoding_stats?.[0]?.count).toBeGreaterThan(1);
    expect(l?.meta_data?.encoding_stats?.[0]?.count).toBeGreaterThan(1);
    const expected = expectedLists('softmax', rows, undefined);
    for (const [rowStart, rowEnd] of [
      [0, 1],
      [200, 203],
      [377, ROW_COUNT],
    ] as const) {
      const read = await parquetReadObjects({ file, rowStart, rowEnd, useOffsetIndex: true });
      expect(read.map((row) => row.p ?? null)).toEqual(expected.slice(rowStart, rowEnd));
      const relu = rows.map((row) => row?.map((value) => (value === null ? null : Math.max(0, value))) ?? null);
      expect(read.map((row) => row.l ?? null)).toEqual(relu.slice(rowStart, rowEnd));
    }
  });
});

describe('lists in structs', () => {
  const rows = rowsOf({ seed: 5, lengths: RAGGED });
  const random = randomNumbers(6);
  const data = rows.map((l): Nested => (random() < 0.3 ? null : { l, x: random() }));
  const elements = group('s', 'OPTIONAL', [...list('l', leaf('element', 'OPTIONAL')), ...leaf('x', 'REQUIRED')]);
  const bytes = writeNested([{ elements, data }]);
  const visible = rows.map((row, at) => (data[at] === null ? null : row));

  it('are rows, in their places and beside', async () => {
    const output = await transformBytes(bytes, ['s.l = softmax(s.l)', 'p = softmax(s.l)', 'v = logsumexp(s.l)']);
    const read = await readNested(output);
    const expected = expectedLists('softmax', visible, undefined);
    expect(read.map(({ p }) => p)).toEqual(expected);
    expect(read.map(({ v }) => v)).toEqual(expectedValues('logsumexp', visible, undefined));
    expect(read.map(({ s }) => s)).toEqual(
      data.map((row, at) => (row === null ? null : { ...(row as object), l: expected[at] })),
    );
  });

  it('are not replaced by one value each, whose nulls they would have to tell', async () => {
    await expect(transformBytes(bytes, ['s.l = relu(logsumexp(s.l))'])).rejects.toMatchObject({
      code: 'LW_UNSUPPORTED_OPTION',
      message: expect.stringContaining("name a new target, such as 's_l_new = …'"),
    });
  });
});

describe('gradients of lists', () => {
  const rows = rowsOf({ seed: 7, lengths: [1, 3, 8], nulls: false });
  const gradients = rows.map((row) => row?.map((value, at) => (at % 5 === 4 ? null : value && value / 4)) ?? null);

  it('multiply the Jacobian in each list, and bring their nulls', async () => {
    const required = list('l', leaf('element', 'REQUIRED'));
    const bytes = writeNested([
      { elements: required, data: rows },
      { elements: list('g', leaf('element', 'OPTIONAL')), data: gradients },
    ]);
    const transforms = ['p = softmax(l)', 'd = softmax_deriv(l, grad=g)', 'l = sigmoid_deriv(l, grad=g)'];
    const read = await readNested(await transformBytes(bytes, transforms));
    for (const [row, { p, d, l }] of read.entries()) {
      const gradient = gradients[row] ?? [];
      expect(Array.isArray(l) && l.map((value) => value === null)).toEqual(gradient.map((value) => value === null));
      if (gradient.includes(null)) {
        expect(d).toEqual(gradient.map(() => null));
        continue;
      }
      const probabilities = p as readonly number[];
      const dot = gradient.reduce((sum: number, g, at) => sum + Number(g) * (probabilities[at] ?? 0), 0);
      for (const [at, value] of (d as readonly number[]).entries()) {
        expect(value).toBeCloseTo((probabilities[at] ?? 0) * (Number(gradient[at]) - dot), 12);
      }
    }
  });

  it('are refused where their lists have other lengths', async () => {
    const other = rows.map((row, at) => (at === 400 ? [...(row ?? []), 1] : row));
    const bytes = writeNested([
      { elements: STANDARD, data: rows },
      { elements: list('g', leaf('element', 'OPTIONAL')), data: other },
    ]);
    for (const name of ['softmax_deriv', 'sigmoid_deriv']) {
      await expect(transformBytes(bytes, [`d = ${name}(l, grad=g)`])).rejects.toMatchObject({
        code: 'LW_COLUMN_TYPE',
        message: expect.stringContaining('lists of the same lengths'),
      });
    }
  });
});

describe('lists that are no rows', () => {
  it('such as one that is too long', async () => {
    const bytes = writeNested([
      { elements: STANDARD, data: rowsOf({ seed: 8, lengths: [4097], nulls: false, rowCount: 3 }) },
    ]);
    for (const name of ['softmax', 'logsumexp']) {
      await expect(transformBytes(bytes, [`p = ${name}(l)`])).rejects.toMatchObject({
        code: 'LW_UNSUPPORTED_INPUT',
        message: expect.stringContaining('list 0 of a record batch or row group has 4097 elements'),
      });
    }
  });

  it('of which there may be none, or only empty and null ones', async () => {
    for (const data of [[], [[], null, []] satisfies Row[]]) {
      const bytes = writeNested([{ elements: STANDARD, data }]);
      const read = await readNested(await transformBytes(bytes, ['p = softmax(l)', 'v = logsumexp(l)']));
      expect(read.map(({ p }) => p)).toEqual(data);
      expect(read.map(({ v }) => v)).toEqual(data.map(() => null));
    }
  });
});

describe('levels of lists that are rows', () => {
  const page = { repetition: [0, 1, 0, 0], definition: [3, 3, 0, 2], values: [1, 1] };
  const run = (...args: Parameters<typeof rawListFile>) => transformBytes(rawListFile(...args), ['p = softmax(l)']);

  it('may go on in the next page', async () => {
    const pages = [page, { repetition: [1, 1, 1, 0], definition: [3, 3, 2, 1], values: [4, 4] }, page];
    const output = await transformBytes(rawListFile(pages, 7), [
      'p = softmax(l, nulls=skip)',
      'v = logsumexp(l, nulls=skip)',
    ]);
    const read = await readNested(output);
    expect(read.map(({ p }) => p)).toEqual([[0.5, 0.5], null, [null, 0.5, 0.5, null], [], [0.5, 0.5], null, [null]]);
    expect(read.map(({ v }) => v === null)).toEqual([false, true, false, true, false, true, true]);
  });

  it.each([
    [
      'begin with the rest of a list',
      [{ ...page, repetition: [1, 1, 0, 0] }],
      3,
      'goes on with a list that no value begins',
    ],
    ['come to other rows', [page], 4, 'has values of 3 rows in a row group of 4'],
    ['are fewer than the values', [{ ...page, valueCount: 40 }], 3, 'a page of 40 values has 8 levels'],
    ['go on behind an empty list', [{ ...page, definition: [1, 3, 0, 2] }], 3, 'a list goes on behind a value'],
  ])('are refused where they %s', async (_, pages, rowCount, message) => {
    await expect(run(pages, rowCount)).rejects.toMatchObject({
      code: 'LW_CORRUPT_INPUT',
      message: expect.stringContaining(message),
    });
  });
});

describe('lists as they were once written', () => {
  const repetition = [0, 1, 0, 0, 1];
  const elements = [-1, -1, 4, 4];

  it('without elements of their own that may be null', async () => {
    const bytes = rawListFile([{ repetition, definition: [2, 2, 1, 2, 2], values: elements }], 3, 'two levels');
    const output = await transformBytes(bytes, ['p = softmax(l)', 'v = logsumexp(l)', 'l = relu(l)']);
    const read = readByArrowRs(output);
    expect(read('l')).toEqual([[0, 0], [], [4, 4]]);
    expect(read('p')).toEqual([[0.5, 0.5], [], [0.5, 0.5]]);
    expect(read('v').map((value) => value === null)).toEqual([false, true, false]);
    await expect(transformBytes(bytes, ['l = sigmoid_deriv(l, grad=l)'])).resolves.toBeInstanceOf(Uint8Array);
  });

  it('without a group around them', async () => {
    const bytes = rawListFile([{ repetition, definition: [1, 1, 0, 1, 1], values: elements }], 3, 'repeated');
    const output = await transformBytes(bytes, ['p = softmax(l)', 'l = relu(l)']);
    const read = readByArrowRs(output);
    expect(read('l')).toEqual([[0, 0], [], [4, 4]]);
    expect(read('p')).toEqual([[0.5, 0.5], [], [0.5, 0.5]]);
    const values = readByArrowRs(await transformBytes(bytes, ['l = logsumexp(l)']))('l');
    expect(values.map((value) => value === null)).toEqual([false, true, false]);
  });
});
