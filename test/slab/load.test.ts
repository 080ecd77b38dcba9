import { describe, expect, it } from 'vitest';
import { Load } from '../../src/slab/load.js';
import { MemoryFile } from '../../src/storage/memory-file.js';

const file = new MemoryFile(
  'file',
  Uint8Array.from({ length: 2048 }, (_, index) => index % 256),
);

describe('Load', () => {
  it('joins reads that lie together in the file, gaps below a cache line included', () => {
    const load = new Load<never>(0, 1024, 1024);
    expect(load.isEmpty).toBe(true);
    const first = load.read(file, 100, 50);
    const second = load.read(file, 160, 40);
    expect(load.reads).toEqual([{ file, position: 100, address: 1024, byteLength: 100 }]);
    expect([first, second]).toEqual([1024, 1084]);
  });

  it('keeps reads apart that lie far from each other, in different files, or on both sides of a result', () => {
    const load = new Load<never>(0, 1024, 4096);
    load.read(file, 0, 10);
    load.read(file, 74, 10);
    load.read(new MemoryFile('other', new Uint8Array(100)), 84, 10);
    load.allocate(8);
    load.read(file, 94, 10);
    expect(load.reads.map(({ position, address }) => [position, address])).toEqual([
      [0, 1024],
      [74, 1088],
      [84, 1152],
      [94, 1280],
    ]);
  });

  it('fills the slab with what was read, once', () => {
    const load = new Load<never>(0, 128, 1024);
    const slab = new Uint8Array(2048);
    const address = load.read(file, 5, 3);
    load.fill(slab);
    expect([...slab.subarray(address, address + 4)]).toEqual([5, 6, 7, 0]);
    slab.fill(0);
    load.fill(slab);
    expect(slab.every((byte) => byte === 0)).toBe(true);
    expect(load.readByteLength).toBe(3);
  });

  it('does not give out more than the slot has', () => {
    const load = new Load<never>(0, 0, 256);
    load.allocate(65);
    expect(load.free).toBe(128);
    load.allocate(128);
    expect(load.free).toBe(0);
    expect(() => load.allocate(1)).toThrow(RangeError);
  });

  it('gives all tasks the same scratch, at the end of the slot', () => {
    const load = new Load<never>(0, 0, 512);
    load.allocate(64);
    expect(load.scratch(100)).toBe(384);
    expect(load.scratch(60)).toBe(448);
    expect(load.free).toBe(320);
    load.allocate(320);
    expect(() => load.allocate(1)).toThrow(RangeError);
    expect(() => load.scratch(129)).toThrow(RangeError);
  });
});
