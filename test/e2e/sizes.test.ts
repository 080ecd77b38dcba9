import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Float64, makeVector, Table, tableFromIPC, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { activate, plan, transform } from '../../src/index.js';
import { lanewise, temporaryFolder } from '../cli/support.js';
import { measurements, readTable, toIpc, writeTable } from './support.js';

const TRANSFORMS = ['x1 = sigmoid(x1)', 'p_x* = softmax(x*)', 'tanh(f)'];

interface Settings {
  readonly threads?: number;
  readonly memory?: number;
}

async function apply(table: Table, extension: string, settings: Settings = {}): Promise<Table> {
  const folder = temporaryFolder();
  const input = join(folder, `in${extension}`);
  const output = join(folder, 'out.arrow');
  writeTable(input, table);
  const result = await transform({ input, output, transforms: TRANSFORMS, sync: false, ...settings });
  expect(result).toMatchObject({ rows: table.numRows, batches: table.batches.length });
  expect(readdirSync(folder).sort()).toEqual([`in${extension}`, 'out.arrow']);
  return readTable(output);
}

function column(table: Table, name: string): readonly unknown[] {
  return [...(table.getChild(name) ?? [])];
}

function rowCounts(table: Table): readonly number[] {
  return table.batches.map((batch) => batch.numRows);
}

/** Whether everything that no transform writes, and the one column that follows simply, is right. */
function expectRight(table: Table, result: Table): void {
  expect(result.numRows).toBe(table.numRows);
  // The reader makes an empty batch of a stream that has none.
  if (result.numRows > 0) expect(rowCounts(result)).toEqual(rowCounts(table));
  expect(result.schema.names).toEqual([...table.schema.names, 'p_x0', 'p_x1', 'p_x2', 'f_tanh']);
  for (const name of ['id', 'x0', 'x2', 'f', 'n', 'text']) expect(column(result, name)).toEqual(column(table, name));
  const x1 = column(table, 'x1') as readonly (number | null)[];
  const sigmoid = activate(
    'sigmoid',
    Float64Array.from(x1, (value) => value ?? 0),
  );
  expect(column(result, 'x1')).toEqual(x1.map((value, row) => (value === null ? null : sigmoid[row])));
  expect(column(result, 'p_x0').map((value) => value === null)).toEqual(x1.map((value) => value === null));
}

describe.each(['.arrow', '.arrows'])('%s', (extension) => {
  it.each([
    ['no batch', 0, 1],
    ['one row', 1, 1],
    ['64 rows', 64, 64],
    ['65 rows', 65, 65],
    ['batches of one row', 50, 1],
    ['one batch', 5000, 5000],
    ['batches of an odd size', 5000, 333],
  ])('with %s', async (_name, rowCount, batchRowCount) => {
    const table = measurements(rowCount, batchRowCount);
    expectRight(table, await apply(table, extension));
  });

  it('with a batch of no rows among others', async () => {
    const batches = [...measurements(10, 10).batches, ...measurements(0, 1).batches, ...measurements(7, 7, 9).batches];
    const [first] = batches;
    const table = new Table([first!, first!.slice(0, 0), ...batches.slice(1)]);
    expect(table.batches.map((batch) => batch.numRows)).toContain(0);
    expectRight(table, await apply(table, extension));
  });

  it('with 10,000 batches of 10 rows', async () => {
    const [batch] = measurements(10, 10).batches;
    const table = new Table(Array.from({ length: 10_000 }, () => batch!));
    const result = await apply(table, extension);
    expect(result.batches).toHaveLength(10_000);
    expectRight(new Table(table.batches.slice(-1)), new Table(result.batches.slice(-1)));
    expectRight(new Table(table.batches.slice(0, 1)), new Table(result.batches.slice(0, 1)));
  });

  it.each([1, 2])('with a batch many times the memory, on %d threads', async (threads) => {
    const table = measurements(60_000, 60_000);
    expectRight(table, await apply(table, extension, { threads, memory: threads * 2 ** 16 }));
  });
});

describe('a wide file', () => {
  it('of 1000 columns has one replaced and the others kept', async () => {
    const folder = temporaryFolder();
    const values = (i: number) => Float64Array.from({ length: 20 }, (_, row) => i + row / 8);
    const columns = Array.from({ length: 1000 }, (_, i) => [`c${i}`, makeVector(values(i))] as const);
    writeTable(join(folder, 'in.arrow'), new Table(Object.fromEntries(columns)));
    const output = join(folder, 'out.arrow');
    await transform({
      input: join(folder, 'in.arrow'),
      output,
      transforms: ['c500 = sigmoid(c500)', 'c7* = relu(c7*)'],
      sync: false,
    });
    const result = readTable(output);
    expect(result.schema.names).toEqual(columns.map(([name]) => name));
    for (const [i, [name, column]] of columns.entries()) {
      const expected = i === 500 ? activate('sigmoid', values(i)) : column.toArray();
      expect(result.getChild(name)?.toArray()).toEqual(expected);
    }
  });
});

describe('memory', () => {
  it('that holds no slot for each thread is refused before anything is written', async () => {
    const folder = temporaryFolder();
    const input = join(folder, 'in.arrow');
    writeTable(input, measurements(10, 10));
    const output = join(folder, 'out.arrow');
    const args = ['apply', input, '-o', output, '-t', 'sigmoid(x0)', '--threads', '4', '--memory', '100KB'];
    const run = await lanewise(args);
    expect(run).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^lanewise: .*\d+.* \[LW_MEMORY_BUDGET\]\n$/),
    });
    expect(existsSync(output)).toBe(false);
  });

  it('is planned within the budget', async () => {
    const folder = temporaryFolder();
    const input = join(folder, 'in.arrow');
    writeTable(input, measurements(10, 10));
    for (const memory of [2 ** 17, 2 ** 20, 2 ** 24, 2 ** 27]) {
      const planned = await plan({
        input,
        output: join(folder, 'out.arrow'),
        transforms: ['sigmoid(x0)'],
        threads: 2,
        memory,
      });
      expect(planned.memory.totalBytes).toBeLessThanOrEqual(memory);
      expect(planned.memory.slotCount).toBeGreaterThanOrEqual(2);
    }
    expect(readdirSync(folder)).toEqual(['in.arrow']);
  });
});

describe('an empty selection', () => {
  it('of one null column stays null', async () => {
    const folder = temporaryFolder();
    const input = join(folder, 'in.arrow');
    writeTable(input, new Table({ x: vectorFromArray([null, null, null], new Float64()) }));
    await transform({
      input,
      output: join(folder, 'out.arrow'),
      transforms: ['sigmoid(x)', 'p = softmax(x)'],
      sync: false,
    });
    const result = readTable(join(folder, 'out.arrow'));
    expect(column(result, 'x_sigmoid')).toEqual([null, null, null]);
    expect(column(result, 'p')).toEqual([null, null, null]);
  });
});

describe('a pipe', () => {
  it('takes and gives streams of any size of batch', async () => {
    for (const [rowCount, batchRowCount] of [
      [0, 1],
      [1, 1],
      [3000, 7],
      [20_000, 20_000],
    ] as const) {
      const table = measurements(rowCount, batchRowCount);
      const args = [
        'apply',
        '-',
        '-o',
        '-',
        '-q',
        ...TRANSFORMS.flatMap((text) => ['-t', text]),
        '--memory',
        '256KiB',
        '--threads',
        '1',
      ];
      const run = await lanewise(args, { stdin: toIpc(table, 'stream') });
      expect(run).toMatchObject({ status: 0, stderr: '' });
      expectRight(table, tableFromIPC(run.stdout));
    }
  });
});
