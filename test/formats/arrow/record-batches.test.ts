import { type RecordBatch, Table, tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { LanewiseError } from '../../../src/errors.js';
import { RecordBatchSink } from '../../../src/formats/arrow/record-batch-sink.js';
import { RecordBatchSource } from '../../../src/formats/arrow/record-batch-source.js';
import { runSerially, type SumSpec, sumJob, transformBytes } from './support.js';
import { columnValues, makeBatch, readBatches, writeFile } from './tables.js';

const BATCHES = [makeBatch(500, 20), makeBatch(0, 21), makeBatch(33, 22)];
const SPECS: readonly SumSpec[] = [
  { operands: ['x'], replace: true },
  { operands: ['x_null'], replace: true, type: 'float32' },
  { operands: ['x', 'x_null'], name: 'both' },
  { operands: ['flag'], name: 'flag_sum', type: 'float64' },
  { operands: ['vector'], replace: true },
  { operands: ['list'], name: 'list_sum' },
  { operands: ['point.inner.y'], replace: true },
  { operands: ['point.inner.y'], name: 'y' },
];

async function transform(batches: readonly RecordBatch[], specs: readonly SumSpec[]): Promise<readonly RecordBatch[]> {
  const source = await RecordBatchSource.open(batches);
  const jobs = specs.map((spec) => sumJob(source!.schema, spec));
  const memory = new Uint8Array(new SharedArrayBuffer((1 << 14) + 64));
  const output: RecordBatch[] = [];
  const deliver = async (batch: RecordBatch) => {
    output.push(batch);
  };
  const sink = await RecordBatchSink.create({ source: source!, jobs, memory, deliver });
  await runSerially(source!, sink, jobs, memory, 1 << 14);
  return output;
}

describe('record batches in memory', () => {
  it('come to what their file comes to', async () => {
    const direct = readBatches(await transformBytes(writeFile(BATCHES), SPECS));
    const output = await transform(BATCHES, SPECS);
    expect(output.map((batch) => batch.numRows)).toEqual([500, 0, 33]);
    expect(output[0]!.schema.fields.map(String)).toEqual(direct[0]!.schema.fields.map(String));
    expect(output[0]!.schema.metadata).toEqual(direct[0]!.schema.metadata);
    for (const column of output[0]!.schema.fields.keys()) {
      expect(columnValues(output, column)).toEqual(columnValues(direct, column));
    }
  });

  it('keep the objects of untouched columns', async () => {
    const [output] = await transform(BATCHES, SPECS);
    for (const column of [0, 3, 4, 5, 6, 7, 8, 10]) {
      expect(output!.data.children[column]).toBe(BATCHES[0]!.data.children[column]);
    }
  });

  it('may be slices that start anywhere', async () => {
    const sliced = new Table(BATCHES).slice(13, 407).batches;
    const whole = readBatches(await transformBytes(writeFile(BATCHES), SPECS));
    const output = await transform(sliced, SPECS);
    for (const column of [1, 2, 9, 11, 12, 13]) {
      expect(columnValues(output, column)).toEqual(columnValues(whole, column).slice(13, 407));
    }
  });

  it('are refused where their schemas differ', async () => {
    const other = tableFromIPC(await transformBytes(writeFile(BATCHES), [{ operands: ['x'], name: 'more' }])).batches;
    const error = await transform([BATCHES[0]!, other[0]!], []).catch((reason: unknown) => reason);
    expect((error as LanewiseError).code).toBe('LW_UNSUPPORTED_INPUT');
    expect((error as LanewiseError).message).toMatch(/^record batch 1 has the fields id: Int64.*more: Float64/);
  });

  it('are nothing where there is none', async () => {
    expect(await RecordBatchSource.open([])).toBeUndefined();
  });
});
