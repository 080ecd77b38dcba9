import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Region } from '../../src/abi/task.js';
import { type NumericType, valuesByteLength } from '../../src/abi/types.js';
import { CATALOGUE } from '../../src/activations/catalogue.js';
import { bindTransforms } from '../../src/plan/bind.js';
import { canStandInPlace } from '../../src/plan/in-place.js';
import type { Job } from '../../src/plan/job.js';
import type { Column, Schema } from '../../src/plan/schema.js';
import { compileKernels } from '../../src/pool/assets.js';
import { layOutSlab, Slab } from '../../src/slab/slab.js';
import { Executor } from '../../workers/executor.js';

const kernels = compileKernels();
const TYPES: readonly NumericType[] = ['float64', 'float64', 'float32', 'float16', 'int16', 'bool', 'int64', 'uint8'];

/** Columns `a`, `b` … of the given types. */
function schemaOf(types: readonly NumericType[]): Schema {
  const columns = types.map((type, index): Column => {
    const name = String.fromCharCode(97 + index);
    const place = { index, fieldIndex: index, path: [name], name };
    return { ...place, type, typeName: type, nullable: true, shape: { kind: 'flat' } };
  });
  return { columns, fieldNames: columns.map(({ name }) => name) };
}

/** Bytes of a column and of its bitmap. */
interface Data {
  readonly values: Uint8Array;
  readonly validity: Uint8Array | undefined;
}

/** Runs a job over rows `start` to `end` of the columns; each output's values, its bitmap's bits and its null count. */
function runJob(job: Job, columns: readonly Data[], start: number, end: number, inPlace: boolean) {
  const count = end - start;
  const programs = [job.program];
  const slab = new Slab(
    layOutSlab(programs, 1, 1, 64 + (job.operands.length + job.outputs.length) * (9 * count + 256)),
  );
  const executor = new Executor({
    module: kernels,
    memory: slab.memory,
    programs,
    areaAddress: slab.layout.areaAddresses[0] ?? 0,
  });
  let next = slab.slotAddress(0);
  const place = (byteLength: number) => {
    const address = next;
    next += Math.ceil(byteLength / 64) * 64;
    return address;
  };
  const operands = job.operands.map((column): Region => {
    const { values, validity } = columns[column.index] ?? { values: new Uint8Array(), validity: undefined };
    const type = column.type ?? 'float64';
    const from = valuesByteLength(type, start);
    const address = place(valuesByteLength(type, count));
    slab.bytes.set(values.subarray(from, from + valuesByteLength(type, count)), address);
    if (validity === undefined) return { values: address, validity: 0 };
    const bits = place(Math.ceil(count / 8));
    slab.bytes.set(validity.subarray(start / 8, Math.ceil(end / 8)), bits);
    return { values: address, validity: bits };
  });
  const outputs = job.outputs.map((output, index): Region => {
    const result = job.program.results[index];
    const stays = inPlace && canStandInPlace(job.program, index);
    const values = stays ? (operands[index]?.values ?? 0) : place(valuesByteLength(output.type, count));
    const hasNulls = result?.nanIsNull || result?.validityFrom.some((from) => operands[from]?.validity !== 0);
    return { values, validity: hasNulls ? place(Math.ceil(count / 8)) : 0 };
  });
  const [nullCounts] = executor.run([{ kind: 'compute', job: 0, count, operands, outputs }]);
  return job.outputs.map(({ type }, index) => {
    const { values, validity } = outputs[index] ?? { values: 0, validity: 0 };
    const isValid = (row: number) =>
      validity === 0 || ((slab.bytes[validity + (row >> 3)] ?? 0) >> (row & 7)) % 2 === 1;
    const width = valuesByteLength(type, 1);
    return {
      nullCount: nullCounts?.[index],
      rows: Array.from({ length: count }, (_, row) =>
        isValid(row)
          ? Buffer.from(slab.bytes.subarray(values + row * width, values + (row + 1) * width)).toString('hex')
          : null,
      ),
    };
  });
}

function columnsOf(types: readonly NumericType[], count: number, seed: number, nullable: boolean): Data[] {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return types.map((type) => {
    const values = new Uint8Array(Math.ceil(valuesByteLength(type, count) / 8) * 8);
    if (type === 'float64')
      for (let i = 0; i < count; i++) new DataView(values.buffer).setFloat64(8 * i, 20 * random() - 10, true);
    else if (type === 'float32')
      for (let i = 0; i < count; i++) new DataView(values.buffer).setFloat32(4 * i, 20 * random() - 10, true);
    else
      for (let i = 0; i < values.length; i++)
        values[i] = type === 'float16' && i % 2 === 1 ? 0x40 : Math.floor(256 * random());
    const validity = Uint8Array.from({ length: Math.ceil(count / 8) }, () => Math.floor(256 * random()) | 1);
    return { values, validity: nullable ? validity : undefined };
  });
}

const names = ['a', 'b', 'c', 'd'];
const { call: calls } = fc.letrec<{ call: string; source: string }>((tie) => ({
  source: fc.oneof({ maxDepth: 2 }, fc.constantFrom(...names), tie('call')),
  call: fc.oneof(
    tie('source').map((source) => `linear(${source})`),
    tie('source').map((source) => `sigmoid(${source})`),
    tie('source').map((source) => `affine(${source}, scale=-2, shift=-0)`),
    fc.tuple(tie('source'), fc.constantFrom(...names)).map(([source, grad]) => `tanh_deriv(${source}, grad=${grad})`),
    fc.subarray(names, { minLength: 2 }).map((row) => `softmax(${row})`),
    fc.subarray(names, { minLength: 2 }).map((row) => `softmax(${row.map((name) => `relu(${name})`)}, nulls=skip)`),
    fc.subarray(names, { minLength: 2 }).map((row) => `logsumexp(${row}, nulls=skip)`),
    fc.subarray(names, { minLength: 2 }).map((row) => `log_softmax(tanh(${row}))`),
  ),
}));

describe('ProgramRunner', () => {
  it('gives each row the same result wherever it stands: alone, in a chunk, in place or not', () => {
    let compared = 0;
    const types = fc.array(fc.constantFrom(...TYPES), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(calls, types, fc.nat(), fc.boolean(), (text, columnTypes, seed, nullable) => {
        const count = 150;
        const columns = columnsOf(columnTypes, count, seed, nullable);
        let jobs: readonly Job[];
        try {
          ({ jobs } = bindTransforms([text], schemaOf(columnTypes), {}, CATALOGUE));
        } catch (error) {
          // A combination that can't be bound has tests of its own.
          expect(error).toMatchObject({ name: 'LanewiseError' });
          return;
        }
        for (const job of jobs) {
          const whole = runJob(job, columns, 0, count, false);
          expect(runJob(job, columns, 0, count, true)).toEqual(whole);
          for (const [start, end] of [
            [0, 1],
            [64, 65],
            [72, 150],
            [144, 149],
          ] as const) {
            const part = runJob(job, columns, start, end, true);
            expect(part.map(({ rows }) => rows)).toEqual(whole.map(({ rows }) => rows.slice(start, end)));
            compared += part.length;
          }
          for (const { rows, nullCount } of whole) expect(nullCount).toBe(rows.filter((row) => row === null).length);
        }
      }),
      { seed: 20260811, numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  it('runs tiles of long columns as one', () => {
    const types = ['float32', 'int16', 'float64', 'float64'] as const;
    const columns = columnsOf(types, 9001, 7, true);
    const [job] = bindTransforms(['sigmoid(affine(a, scale=0.5))'], schemaOf(types), {}, CATALOGUE).jobs;
    if (job === undefined) throw new Error('no job');
    const [whole] = runJob(job, columns, 0, 9001, true);
    const [end] = runJob(job, columns, 8000, 9001, false);
    expect(end?.rows).toEqual(whole?.rows.slice(8000));
    expect(whole?.rows.filter((row) => row !== null).length).toBeGreaterThan(4000);
  });

  it('keeps parameters apart that differ in the sign of zero', () => {
    const types = ['float64'] as const;
    const zero = { values: new Uint8Array(8), validity: undefined };
    new DataView(zero.values.buffer).setFloat64(0, -0, true);
    const results = ['affine(a, shift=-0)', 'affine(affine(a, shift=0), shift=-0)'].map((text) => {
      const [job] = bindTransforms([text], schemaOf(types), {}, CATALOGUE).jobs;
      return job === undefined ? undefined : runJob(job, [zero], 0, 1, false)[0]?.rows;
    });
    expect(results).toEqual([['0000000000000080'], ['0000000000000000']]);
  });
});
