import {
  type Data,
  Field,
  FixedSizeList,
  Float64,
  LargeList,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromArrays,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { transformBatches } from '../../src/index.js';

function batchOf(values: readonly number[]): RecordBatch {
  const [batch] = new Table({
    x: vectorFromArray(values, new Float64()),
    name: vectorFromArray(values.map(String), new Utf8()),
  }).batches;
  if (batch === undefined) throw new Error('a table without a batch');
  return batch;
}

const ELEMENT = new Field('item', new Float64(), false);
const CHILD = makeData({ type: new Float64(), data: Float64Array.of(0, 0, -1, 5) });

async function collect(batches: AsyncIterable<RecordBatch>): Promise<RecordBatch[]> {
  const collected: RecordBatch[] = [];
  for await (const batch of batches) collected.push(batch);
  return collected;
}

describe('transformBatches', () => {
  it('gives a batch for each, in order, with results added and the rest as it was', async () => {
    const input = [batchOf([-1, 0, 2]), batchOf([]), batchOf([600])];
    const output = await collect(transformBatches(input, ['y = relu(x)', 'sigmoid(x)']));
    expect(output.map((batch) => batch.schema.fields.map(({ name }) => name))).toEqual(
      input.map(() => ['x', 'name', 'y', 'x_sigmoid']),
    );
    expect(output.map((batch) => [...(batch.getChild('y') ?? [])])).toEqual([[0, 0, 2], [], [600]]);
    expect([...(output[0]?.getChild('x_sigmoid') ?? [])]).toEqual([0.2689414213699951, 0.5, 0.8807970779778824]);
    expect(output[2]?.getChild('name')?.get(0)).toBe('600');
    expect(output[0]?.data.children[0]).toBe(input[0]?.data.children[0]);
  });

  it('takes a generator and asks for no more than it needs', async () => {
    let asked = 0;
    async function* endless() {
      for (;;) {
        asked++;
        yield batchOf([asked]);
      }
    }
    const seen: unknown[] = [];
    for await (const batch of transformBatches(endless(), ['x = affine(x, scale=10)'], { threads: 1 })) {
      seen.push(batch.getChild('x')?.get(0));
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([10, 20, 30]);
    expect(asked).toBeLessThan(20);
  });

  it('computes row functions over nulls', async () => {
    const nullable = new Table({
      a: vectorFromArray([1, null, 3], new Float64()),
      b: vectorFromArray([1, 2, null], new Float64()),
    }).batches;
    const transforms = ['p_* = softmax(*)', 'q_* = softmax(*, nulls=skip)'];
    const [output] = await collect(transformBatches(nullable, transforms));
    const rows = ['p_a', 'p_b', 'q_a', 'q_b'].map((name) => [...(output?.getChild(name) ?? [])]);
    expect(rows).toEqual([
      [0.5, null, null],
      [0.5, null, null],
      [0.5, null, 1],
      [0.5, 1, null],
    ]);
  });

  it.each<[string, Data]>([
    ['List', makeData({ type: new List(ELEMENT), valueOffsets: Int32Array.of(0, 2, 4), child: CHILD })],
    ['LargeList', makeData({ type: new LargeList(ELEMENT), valueOffsets: BigInt64Array.of(0n, 2n, 4n), child: CHILD })],
    ['FixedSizeList', makeData({ type: new FixedSizeList(2, ELEMENT), length: 2, child: CHILD })],
  ])('keeps a %s what it is', async (_name, list) => {
    const { type } = list;
    const schema = new Schema([new Field('x', type, false)]);
    const batch = new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: 2, children: [list] }));
    const [output] = await collect(transformBatches([batch], ['x = relu(x)', 'p = softmax(x)']));
    expect(output?.schema.fields.map((field) => String(field.type))).toEqual([String(type), String(type)]);
    const rows = [...(output?.getChild('p') ?? [])].map((row) => [...row]);
    expect(rows[0]).toEqual([0.5, 0.5]);
    expect(rows[1]?.[0]).toBeCloseTo(1 / (1 + Math.exp(6)), 15);
    expect([...(output?.getChild('x')?.get(1) ?? [])]).toEqual([0, 5]);
  });

  it('yields nothing where there is nothing', async () => {
    expect(await collect(transformBatches([], ['sigmoid(x)']))).toEqual([]);
  });

  it('rejects with the code of what is wrong', async () => {
    await expect(collect(transformBatches([batchOf([1])], ['sigmoid(y)']))).rejects.toMatchObject({
      code: 'LW_NO_SUCH_COLUMN',
    });
    await expect(collect(transformBatches([batchOf([1])], ['sigmoid(name)']))).rejects.toMatchObject({
      code: 'LW_COLUMN_TYPE',
    });
    await expect(collect(transformBatches([batchOf([1])], ['sigmoid(x)'], { threads: 0 }))).rejects.toMatchObject({
      code: 'LW_USAGE',
    });
    const other = tableFromArrays({ x: Int32Array.of(1) }).batches;
    await expect(collect(transformBatches([batchOf([1]), ...other], ['sigmoid(x)']))).rejects.toMatchObject({
      code: 'LW_UNSUPPORTED_INPUT',
    });
    async function* failing() {
      yield batchOf([1]);
      throw new Error('the query failed');
    }
    await expect(collect(transformBatches(failing(), ['sigmoid(x)']))).rejects.toThrow('the query failed');
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort();
    await expect(collect(transformBatches([batchOf([1])], ['sigmoid(x)'], { signal }))).rejects.toMatchObject({
      code: 'LW_ABORTED',
    });
  });
});
