import { parquetMetadata, parquetSchema, type SchemaElement } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../../e2e/support.js';
import {
  group,
  leaf,
  list,
  mapNumbers,
  type Nested,
  type NestedFileOptions,
  rawListFile,
  readNested,
  writeNested,
} from './nested-support.js';
import { transformBytes } from './support.js';

const ROW_COUNT = 600;
const relu = (value: number) => Math.max(0, value);

interface ListOptions {
  readonly nullLists?: boolean;
  readonly nullElements?: boolean;
  readonly lengths?: readonly number[];
}

function lists(
  seed: number,
  { nullLists = true, nullElements = true, lengths = [0, 1, 2, 3, 9, 30] }: ListOptions = {},
) {
  const random = randomNumbers(seed);
  const element = () => (nullElements && random() < 0.2 ? null : Math.round((random() - 0.5) * 64) / 4);
  return (): Nested => {
    if (nullLists && random() < 0.2) return null;
    return Array.from({ length: lengths[Math.floor(random() * lengths.length)] ?? 0 }, element);
  };
}

function rows(make: () => Nested): Nested[] {
  return Array.from({ length: ROW_COUNT }, make);
}

/** A file's options, and how much of it is in a slot at a time. */
const FORMS: readonly (readonly [string, NestedFileOptions, number])[] = [
  ['one page', { pageSize: 1 << 20, codec: 'UNCOMPRESSED' }, 1 << 20],
  ['many pages and row groups', { rowGroupSize: 170, codec: 'SNAPPY' }, 1 << 20],
  ['small slots', { codec: 'UNCOMPRESSED', pageSize: 2000 }, 1 << 15],
];

const SPELLINGS: readonly (readonly [string, readonly SchemaElement[], ListOptions])[] = [
  ['standard', list('l', leaf('element', 'OPTIONAL')), {}],
  ['of required elements', list('l', leaf('element', 'REQUIRED')), { nullElements: false }],
  ['required', list('l', leaf('element', 'OPTIONAL'), 'REQUIRED'), { nullLists: false }],
  ["Hive's", group('l', 'OPTIONAL', group('bag', 'REPEATED', leaf('array_element', 'OPTIONAL')), true), {}],
];

describe.each(FORMS)('nested columns in %s', (_, options, slotByteLength) => {
  it.each(SPELLINGS)('lists that are %s keep their structure', async (_name, elements, listOptions) => {
    const data = rows(lists(1, listOptions));
    const bytes = writeNested([{ elements, data }], options);
    const output = await transformBytes(bytes, ['y = relu(l)', 'l = relu(l)'], { slotByteLength, pageChecksum: true });
    const expected = data.map((row) => mapNumbers(row, relu));
    const read = await readNested(output);
    expect(read.map((row) => row.l)).toEqual(expected);
    expect(read.map((row) => row.y)).toEqual(expected);
    const [l, y] = parquetSchema(parquetMetadata(output.slice().buffer)).children;
    const ways = [l, y].map((node) => [node, node?.children[0], node?.children[0]?.children[0]]);
    const [own, added] = ways.map((way) => way.map((node) => node?.element.repetition_type));
    expect(added).toEqual(own);
    expect(ways[1]?.map((node) => node?.element.name)).toEqual(['y', 'list', 'element']);
    expect(l?.element).toEqual(parquetSchema(parquetMetadata(bytes.slice().buffer)).children[0]?.element);
  });

  it('numbers and lists of structs that may be null keep their structs', async () => {
    const random = randomNumbers(2);
    const inner = lists(3);
    const maybe = (value: () => Nested): Nested => (random() < 0.25 ? null : value());
    const number = () => maybe(() => Math.round((random() - 0.5) * 64));
    const data = rows(() =>
      maybe(() => ({ a: number(), deep: maybe(() => ({ b: number(), c: number(), l: inner() })), d: 1 - random() })),
    );
    const elements = group('s', 'OPTIONAL', [
      ...leaf('a', 'OPTIONAL'),
      ...group('deep', 'OPTIONAL', [
        ...leaf('b', 'OPTIONAL', 'FLOAT'),
        ...leaf('c', 'OPTIONAL'),
        ...list('l', leaf('element', 'OPTIONAL')),
      ]),
      ...leaf('d', 'REQUIRED'),
    ]);
    const bytes = writeNested([{ elements, data }], options);
    const transforms = ['s.a', 's.deep.b', 's.deep.l', 's.d'].map((name) => `${name} = relu(${name})`);
    const output = await transformBytes(bytes, [...transforms, 'l = relu(s.deep.l)', 'e = argmax(s.a, s.d)'], {
      slotByteLength,
    });
    const read = await readNested(output);
    const untouched = (row: Nested) => (row as { deep: { c: number } | null } | null)?.deep?.c;
    expect(read.map((row) => row.s)).toEqual(
      data.map((row) => {
        const mapped = mapNumbers(row, relu) as { deep: { c: Nested } | null } | null;
        if (mapped?.deep) mapped.deep.c = untouched(row) ?? null;
        return mapped;
      }),
    );
    const listOf = (row: Nested) => (row as { deep: { l: Nested } | null } | null)?.deep?.l ?? null;
    expect(read.map((row) => row.l)).toEqual(data.map((row) => mapNumbers(listOf(row), relu)));
  });

  it('lists of lists are computed number by number', async () => {
    const inner = lists(4, { lengths: [0, 1, 4] });
    const random = randomNumbers(5);
    const data = rows(() => (random() < 0.2 ? null : Array.from({ length: Math.floor(random() * 4) }, inner)));
    const elements = list('l', list('element', leaf('element', 'OPTIONAL')));
    const bytes = writeNested([{ elements, data }], options);
    const read = await readNested(await transformBytes(bytes, ['y = relu(l)', 'l = relu(l)'], { slotByteLength }));
    const expected = data.map((row) => mapNumbers(row, relu));
    expect(read.map((row) => row.l)).toEqual(expected);
    expect(read.map((row) => row.y)).toEqual(expected);
    await expect(transformBytes(bytes, ['y = softmax(l)'])).rejects.toMatchObject({
      code: 'LW_COLUMN_TYPE',
      message: expect.stringContaining(
        'nested deeper (lists of lists, structs in lists, maps), which only elementwise functions take',
      ),
    });
  });
});

describe('results of a row in structs that may be null', () => {
  const nullable = (seed: number): Nested[] => {
    const random = randomNumbers(seed);
    return rows(() => (random() < 0.3 ? null : { a: random() < 0.3 ? null : random(), b: random() - 1 }));
  };
  const elements = group('s', 'OPTIONAL', [...leaf('a', 'OPTIONAL'), ...leaf('b', 'REQUIRED')]);
  const field = (row: Nested, name: string) => (row as Record<string, Nested> | null)?.[name] ?? null;

  it('are null where a value of the row is, and the struct where it was', async () => {
    const data = nullable(6);
    const bytes = writeNested([{ elements, data }]);
    const output = await transformBytes(bytes, ['s.a = argmax(s.a, s.b)', 's.b = logsumexp(s.a, s.b)']);
    const read = await readNested(output);
    expect(read.map((row) => row.s === null)).toEqual(data.map((row) => row === null));
    for (const [row, before] of data.entries()) {
      const after = read[row]?.s ?? null;
      if (after === null) continue;
      expect(field(after, 'a')).toBe(field(before, 'a') === null ? null : 0);
      expect(field(after, 'b') === null).toBe(field(before, 'a') === null);
    }
  });

  it('stay null in a struct that is null, also where nulls are skipped', async () => {
    const data = nullable(7);
    const bytes = writeNested([
      { elements, data },
      { elements: leaf('x', 'OPTIONAL'), data: rows(() => 2) },
    ]);
    const output = await transformBytes(bytes, ['s.a = logsumexp(s.a, x, nulls=skip)']);
    for (const [row, { s }] of (await readNested(output)).entries()) {
      const before = data[row] ?? null;
      expect(s === null).toBe(before === null);
      if (s !== undefined && s !== null) expect(field(s, 'a')).toBeGreaterThanOrEqual(2);
    }
  });

  it('replace only what they are computed of', async () => {
    const bytes = writeNested([
      {
        elements: group('s', 'OPTIONAL', [...leaf('x', 'OPTIONAL'), ...leaf('xx', 'OPTIONAL')]),
        data: rows(() => null),
      },
    ]);
    await expect(transformBytes(bytes, ['s.x* = relu(s.*)'])).rejects.toMatchObject({
      code: 'LW_UNSUPPORTED_OPTION',
      message: expect.stringContaining('"s.xx" can be replaced only by what is computed of itself'),
    });
  });
});

describe('lists whose levels make no sense', () => {
  const run = (...args: Parameters<typeof rawListFile>) => transformBytes(rawListFile(...args), ['y = relu(l)']);
  const page = { repetition: [0, 1, 0, 0], definition: [3, 3, 0, 2], values: [1, -2] };

  it('are told from those that do', async () => {
    const read = await readNested(await run([page], 3));
    expect(read.map(({ y }) => y)).toEqual([[1, 0], null, [null]]);
  });

  it('may begin in one page and go on in the next', async () => {
    const pages = [page, { repetition: [1, 1, 0], definition: [3, 2, 1], values: [4] }];
    const output = await run(pages, 4);
    const read = await readNested(output);
    expect(read.map(({ y }) => y)).toEqual([[1, 0], null, [null, 4, null], []]);
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
    ['are more rows than values', [page], 5, 'a column chunk of 4 values in a row group of 5 rows'],
    ['go on behind an empty list', [{ ...page, definition: [1, 3, 0, 2] }], 3, 'a list goes on behind a value'],
    ['go on with an empty list', [{ ...page, definition: [3, 1, 0, 2] }], 3, 'a list goes on behind a value'],
    [
      'have fewer values than they say',
      [{ ...page, values: [1] }],
      3,
      'a page of 2 values has 8 bytes where 16 are needed',
    ],
  ])('are refused where they %s', async (_, pages, rowCount, message) => {
    await expect(run(pages, rowCount)).rejects.toMatchObject({
      code: 'LW_CORRUPT_INPUT',
      message: expect.stringContaining(message),
    });
  });
});
