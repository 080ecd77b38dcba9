import {
  Bool,
  type DataType,
  Field,
  Float32,
  Float64,
  Int8,
  Int32,
  Int64,
  List,
  Struct,
  Table,
  tableToIPC,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import type { SchemaElement } from 'hyparquet';
import * as wasm from 'parquet-wasm';
import { describe, expect, it } from 'vitest';
import { activate } from '../../../src/index.js';
import { randomNumbers } from '../../e2e/support.js';
import { type Cell, group, leaf, list, type Nested, readByArrowRs, readNested, writeNested } from './nested-support.js';
import { transformBytes } from './support.js';

const SEED = 20251124;

type NumberType = 'DOUBLE' | 'FLOAT' | 'INT32' | 'INT8' | 'INT64' | 'BOOLEAN';

/** The type of a column: numbers, and lists and structs of such. */
type Kind = { readonly nullable: boolean } & (
  | { readonly kind: 'number'; readonly type: NumberType }
  | { readonly kind: 'list'; readonly element: Kind }
  | { readonly kind: 'struct'; readonly fields: readonly Kind[] }
);

const nullable = fc.boolean();
const numberOf = (types: readonly NumberType[]): fc.Arbitrary<Kind> =>
  fc.record({ kind: fc.constant('number' as const), type: fc.constantFrom(...types), nullable });
const listOf = (element: fc.Arbitrary<Kind>): fc.Arbitrary<Kind> =>
  fc.record({ kind: fc.constant('list' as const), element, nullable });
const structOf = (...fields: readonly fc.Arbitrary<Kind>[]): fc.Arbitrary<Kind> =>
  fc.record({ kind: fc.constant('struct' as const), fields: fc.tuple(...fields), nullable });

function kindOf(types: readonly NumberType[]): fc.Arbitrary<Kind> {
  const number = numberOf(types);
  const numbers = listOf(number);
  return fc.oneof(
    number,
    numbers,
    structOf(number, numbers),
    listOf(numbers),
    structOf(structOf(numbers, number), number),
    listOf(structOf(number, numbers)),
    structOf(listOf(listOf(structOf(number, listOf(structOf(number))))), number),
  );
}

const fileOf = (types: readonly NumberType[]) =>
  fc.record({
    columns: fc.array(kindOf(types), { minLength: 1, maxLength: 3 }),
    rowCount: fc.integer({ min: 1, max: 160 }),
    rowGroupSize: fc.integer({ min: 1, max: 200 }),
    pageSize: fc.constantFrom(64, 300, 1 << 20),
    slots: fc.oneof(
      fc.record({ slotByteLength: fc.constantFrom(1 << 16, 1 << 20) }),
      fc.record({ slotByteLength: fc.constant(1 << 21), rowGroupRows: fc.integer({ min: 1, max: 200 }) }),
    ),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    writer: fc.record({
      version: fc.constantFrom(wasm.WriterVersion.V1, wasm.WriterVersion.V2),
      codec: fc.constantFrom(
        wasm.Compression.UNCOMPRESSED,
        wasm.Compression.SNAPPY,
        wasm.Compression.ZSTD,
        wasm.Compression.GZIP,
        wasm.Compression.BROTLI,
        wasm.Compression.LZ4_RAW,
      ),
      dictionary: fc.boolean(),
    }),
  });

function cellsOf(kind: Kind, count: number, seed: number): Cell[] {
  const random = randomNumbers(seed);
  const make = (of: Kind): Cell => {
    if (of.nullable && random() < 0.2) return null;
    switch (of.kind) {
      case 'list':
        return Array.from({ length: Math.floor(random() * random() * 9) }, () => make(of.element));
      case 'struct':
        return Object.fromEntries(of.fields.map((field, at) => [`f${at}`, make(field)]));
      case 'number':
        return numberCell(of.type, Math.floor((random() - 0.5) * 200));
    }
  };
  return Array.from({ length: count }, () => make(kind));
}

function numberCell(type: NumberType, value: number): Cell {
  if (type === 'BOOLEAN') return value > 0;
  if (type === 'INT64') return BigInt(value);
  return type === 'DOUBLE' || type === 'FLOAT' ? value / 8 : value;
}

/** The columns that transforms name, with what leads to their cells. */
interface Target {
  readonly name: string;
  readonly kind: Kind;
  readonly path: readonly string[];
  /** Whether the lists that it may be are of no other. */
  readonly isOutermost: boolean;
}

function targetsOf(kind: Kind, path: readonly string[], isOutermost = true): Target[] {
  if (isOfNumbers(kind)) return [{ name: path.join('.'), kind, path, isOutermost }];
  if (kind.kind === 'list') return targetsOf(kind.element, path, false);
  return kind.kind === 'number'
    ? []
    : kind.fields.flatMap((field, at) => targetsOf(field, [...path, `f${at}`], isOutermost));
}

function isOfNumbers(kind: Kind): boolean {
  return kind.kind === 'number' || (kind.kind === 'list' && isOfNumbers(kind.element));
}

/** What is at the end of a path of struct children, in lists as they are on the way. */
function cellAt(cell: Cell, path: readonly string[]): Cell {
  const [name, ...inner] = path;
  if (cell === null || name === undefined) return cell;
  if (Array.isArray(cell)) return cell.map((each: Cell) => cellAt(each, path));
  return cellAt((cell as { readonly [name: string]: Cell })[name] ?? null, inner);
}

function numberTypeOf(kind: Kind): NumberType {
  if (kind.kind === 'number') return kind.type;
  return numberTypeOf(kind.kind === 'list' ? kind.element : kind.fields[0]!);
}

const relu = (cell: Cell): Cell => {
  if (cell === null) return null;
  return Array.isArray(cell) ? cell.map(relu) : Math.max(0, Number(cell));
};

function softmax(cell: Cell, type: NumberType): Cell {
  if (cell === null) return null;
  const row = cell as readonly Cell[];
  if (row.includes(null)) return row.map(() => null);
  const results = activate('softmax', Float64Array.from(row, Number));
  return Array.from(type === 'FLOAT' ? Float32Array.from(results) : results);
}

function logsumexp(cell: Cell, type: NumberType): Cell {
  const row = cell as readonly Cell[] | null;
  if (row === null || row.length === 0 || row.includes(null)) return null;
  const [result = 0] = activate('logsumexp', Float64Array.from(row, Number));
  return type === 'FLOAT' ? Math.fround(result) : result;
}

/** Transforms of every column, as new ones and where it stands, with what they come to. */
function transformsOf(columns: readonly Kind[], cells: readonly (readonly Cell[])[]) {
  const transforms: string[] = [];
  const added = new Map<string, Cell[]>();
  const add = (text: string, values: readonly Cell[], of: (cell: Cell) => Cell): void => {
    const name = `r${added.size}`;
    transforms.push(`${name} = ${text}`);
    added.set(name, values.map(of));
  };
  for (const [at, column] of columns.entries()) {
    for (const { name, kind, path, isOutermost } of targetsOf(column, [`c${at}`])) {
      const values = (cells[at] ?? []).map((cell) => cellAt(cell, path.slice(1)));
      const type = numberTypeOf(kind);
      transforms.push(`${name} = relu(${name})`);
      add(`relu(${name})`, values, relu);
      if (!isOutermost || kind.kind !== 'list' || kind.element.kind !== 'number') continue;
      add(`softmax(${name})`, values, (cell) => softmax(cell, type));
      add(`logsumexp(${name})`, values, (cell) => logsumexp(cell, type));
    }
  }
  return { transforms, added };
}

function reluAll(cell: Cell): Cell {
  if (Array.isArray(cell)) return cell.map(reluAll);
  if (cell === null || typeof cell !== 'object') return relu(cell);
  return Object.fromEntries(Object.entries(cell).map(([name, each]) => [name, reluAll(each)]));
}

function elementsOf(kind: Kind, name: string): readonly SchemaElement[] {
  const repetition = kind.nullable ? 'OPTIONAL' : 'REQUIRED';
  switch (kind.kind) {
    case 'number':
      return leaf(name, repetition, kind.type as Parameters<typeof leaf>[2]);
    case 'list':
      return list(name, elementsOf(kind.element, 'element'), repetition);
    case 'struct': {
      const fields = kind.fields.flatMap((field, at) => elementsOf(field, `f${at}`));
      return group(name, repetition, fields);
    }
  }
}

const NUMBER_TYPES: Readonly<Record<NumberType, DataType>> = {
  DOUBLE: new Float64(),
  FLOAT: new Float32(),
  INT32: new Int32(),
  INT8: new Int8(),
  INT64: new Int64(),
  BOOLEAN: new Bool(),
};

function arrowType(kind: Kind): DataType {
  if (kind.kind === 'number') return NUMBER_TYPES[kind.type];
  if (kind.kind === 'list') return new List(new Field('element', arrowType(kind.element), kind.element.nullable));
  return new Struct(kind.fields.map((field, at) => new Field(`f${at}`, arrowType(field), field.nullable)));
}

describe('nested columns of any schema', () => {
  it('by hyparquet-writer are computed, and read by it and by arrow-rs', async () => {
    await fc.assert(
      fc.asyncProperty(fileOf(['DOUBLE', 'FLOAT', 'INT32']), async (file) => {
        const { columns, rowCount, rowGroupSize, pageSize, slots, seed, writer } = file;
        const cells = columns.map((kind, at) => cellsOf(kind, rowCount, seed + at));
        const codec = writer.codec === wasm.Compression.SNAPPY ? 'SNAPPY' : 'UNCOMPRESSED';
        const written = columns.map((kind, at) => ({
          elements: elementsOf(kind, `c${at}`),
          data: cells[at] as readonly Nested[],
        }));
        const bytes = writeNested(written, { rowGroupSize, pageSize, codec });
        const { transforms, added } = transformsOf(columns, cells);
        const output = await transformBytes(bytes, transforms, { ...slots, pageChecksum: true });
        const rows = await readNested(output);
        const read = readByArrowRs(output);
        for (const [at, column] of cells.entries()) {
          expect(rows.map((row) => row[`c${at}`])).toEqual(column.map(reluAll));
          expect(read(`c${at}`)).toEqual(column.map(reluAll));
        }
        for (const [name, values] of added) {
          expect(rows.map((row) => row[name])).toEqual(values);
          expect(read(name)).toEqual(values);
        }
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  it('by arrow-rs are computed, in pages of both versions and of every codec', async () => {
    await fc.assert(
      fc.asyncProperty(fileOf(['DOUBLE', 'FLOAT', 'INT32', 'INT8', 'INT64', 'BOOLEAN']), async (file) => {
        const { columns, rowCount, rowGroupSize, pageSize, slots, seed, writer } = file;
        const cells = columns.map((kind, at) => cellsOf(kind, rowCount, seed + at));
        const vectors = columns.map(
          (kind, at) => [`c${at}`, vectorFromArray(cells[at] ?? [], arrowType(kind))] as const,
        );
        const properties = new wasm.WriterPropertiesBuilder()
          .setWriterVersion(writer.version)
          .setCompression(writer.codec)
          .setDictionaryEnabled(writer.dictionary)
          .setMaxRowGroupSize(rowGroupSize)
          .setDataPageSizeLimit(pageSize)
          .setWriteBatchSize(32)
          .build();
        const stream = tableToIPC(new Table(Object.fromEntries(vectors)), 'stream');
        const bytes = wasm.writeParquet(wasm.Table.fromIPCStream(stream), properties);
        const { transforms, added } = transformsOf(columns, cells);
        const read = readByArrowRs(await transformBytes(bytes, transforms, { ...slots, pageChecksum: true }));
        for (const [at, column] of cells.entries()) expect(read(`c${at}`)).toEqual(column.map(reluAll));
        for (const [name, values] of added) expect(read(name)).toEqual(values);
      }),
      { seed: SEED, numRuns: 20 },
    );
  });
});
