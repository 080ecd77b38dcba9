import {
  type Data,
  Field,
  FixedSizeList,
  Float64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  type Vector,
} from 'apache-arrow';
import { activate } from '../../src/index.js';
import { float64Values, randomNumbers, validityBits } from './support.js';

/** A row of a list column: its elements, or null. */
export type Row = readonly (number | null)[] | null;

export interface ListOptions {
  readonly rowCount: number;
  /** The lengths are drawn from these. */
  readonly lengths: readonly number[];
  readonly seed: number;
  /** Whether a quarter of the elements is null. */
  readonly nullElements?: boolean;
  /** Whether a quarter of the lists is null. */
  readonly nullLists?: boolean;
}

const ELEMENTS = new Field('item', new Float64(), true);

/** A list column of Float64; of fixed size where there is one length only and no seed asks otherwise. */
export function listData({ rowCount, lengths, seed, nullElements, nullLists }: ListOptions): Data {
  const random = randomNumbers(seed);
  const valueOffsets = new Int32Array(rowCount + 1);
  for (let row = 0; row < rowCount; row++) {
    valueOffsets[row + 1] = valueOffsets[row]! + lengths[Math.floor(random() * lengths.length)]!;
  }
  const child = elements(valueOffsets[rowCount]!, seed, nullElements);
  const nullBitmap = nullLists === true ? validityBits(rowCount, seed + 3) : undefined;
  return makeData({
    type: new List(ELEMENTS),
    length: rowCount,
    valueOffsets,
    child,
    ...(nullBitmap && { nullBitmap }),
  });
}

export function fixedSizeListData(listSize: number, { rowCount, seed, nullElements, nullLists }: ListOptions): Data {
  const child = elements(rowCount * listSize, seed, nullElements);
  const nullBitmap = nullLists === true ? validityBits(rowCount, seed + 3) : undefined;
  const type = new FixedSizeList(listSize, ELEMENTS);
  return makeData({ type, length: rowCount, child, ...(nullBitmap && { nullBitmap }) });
}

function elements(count: number, seed: number, hasNulls: boolean | undefined): Data<Float64> {
  const nullBitmap = hasNulls === true ? validityBits(count, seed + 2) : undefined;
  return makeData({
    type: new Float64(),
    length: count,
    data: float64Values(count, seed + 1),
    ...(nullBitmap && { nullBitmap }),
  });
}

export function batchOf(columns: Readonly<Record<string, Data>>): RecordBatch {
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, true));
  const children = Object.values(columns);
  const length = children[0]?.length ?? 0;
  return new RecordBatch(new Schema(fields), makeData({ type: new Struct(fields), length, children }));
}

export function tableOf(...batches: readonly RecordBatch[]): Table {
  return new Table([...batches]);
}

export function rowsOf(vector: Vector | null): Row[] {
  if (vector === null) throw new Error('no such column');
  return Array.from(vector, (list: Vector | null) => (list === null ? null : Array.from(list)));
}

/** A row function of each list, as the row of as many columns gives it. */
export function expectedLists(name: string, rows: readonly Row[], skip: number | undefined): Row[] {
  return rows.map((row) => {
    if (row === null) return null;
    if (skip === undefined && row.includes(null)) return row.map(() => null);
    const results = activate(
      name,
      Float64Array.from(row, (value) => value ?? skip ?? 0),
    );
    return row.map((value, at) => (value === null ? null : results[at]!));
  });
}

/** One value for each list: null for a null or an empty one, and where there is nothing but nulls. */
export function expectedValues(name: string, rows: readonly Row[], skip: number | undefined): (number | null)[] {
  return rows.map((row) => {
    if (row === null || row.every((value) => value === null)) return null;
    if (skip === undefined && row.includes(null)) return null;
    return activate(
      name,
      Float64Array.from(row, (value) => value ?? skip ?? 0),
    )[0]!;
  });
}
