import { describe, expect, it } from 'vitest';
import { POOL_WORTH_BYTES, WorkerWorth } from '../../src/run/worker-worth.js';
import { Load } from '../../src/slab/load.js';
import { MemoryFile } from '../../src/storage/memory-file.js';

const LOAD_BYTES = 2 ** 20;
const file = new MemoryFile('memory', new Uint8Array(LOAD_BYTES));

function load(): Load<never> {
  const result = new Load<never>(0, 64, LOAD_BYTES);
  result.read(file, 0, LOAD_BYTES);
  return result;
}

function worthOf(total: number | undefined): WorkerWorth {
  return new WorkerWorth({ total, of: ({ readByteLength }) => readByteLength });
}

describe('whether starting workers pays', () => {
  it('is never so for little data', () => {
    const worth = worthOf(POOL_WORTH_BYTES - 1);
    for (let i = 0; i < 20; i++) worth.add(load(), 10);
    expect(worth.mayPay).toBe(false);
    expect(worth.pays).toBe(false);
  });

  it('follows from what computing takes, but for the first two loads', () => {
    const cheap = worthOf(1000 * LOAD_BYTES);
    const costly = worthOf(1000 * LOAD_BYTES);
    expect([cheap.mayPay, cheap.pays]).toEqual([true, false]);
    for (const worth of [cheap, costly]) for (let i = 0; i < 2; i++) worth.add(load(), 1);
    expect([cheap.pays, costly.pays]).toEqual([false, false]);
    cheap.add(load(), 1e-8);
    costly.add(load(), 1e-2);
    expect([cheap.pays, costly.pays]).toEqual([false, true]);
  });

  it('ends where little is left to do', () => {
    const worth = worthOf(100 * LOAD_BYTES);
    for (let i = 0; i < 100; i++) worth.add(load(), 1);
    expect(worth.pays).toBe(false);
  });

  it('is so after enough data where nobody knows how much there will be', () => {
    const worth = worthOf(undefined);
    worth.add(load(), 1e-9);
    expect(worth.pays).toBe(false);
    for (let byteLength = LOAD_BYTES; byteLength < POOL_WORTH_BYTES; byteLength += LOAD_BYTES) worth.add(load(), 1e-9);
    expect(worth.pays).toBe(true);
  });
});
