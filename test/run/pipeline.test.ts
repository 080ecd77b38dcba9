import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewsOf } from '../../src/abi/memory-range.js';
import type { SlotMessage, TaskResult } from '../../src/abi/task.js';
import { LanewiseError } from '../../src/errors.js';
import type { CopyItem, Sink, Source, SourcePartition } from '../../src/formats/format.js';
import { Describer } from '../../src/run/describer.js';
import { Pipeline } from '../../src/run/pipeline.js';
import { Slab } from '../../src/slab/slab.js';
import type { ReadableFile, WritableFile } from '../../src/storage/file.js';
import { LocalFile } from '../../src/storage/local-file.js';
import { MemoryFile } from '../../src/storage/memory-file.js';
import { readFully } from '../../src/storage/reading.js';
import { writeFully } from '../../src/storage/writing.js';

/** A load holds two pieces, since each begins a cache line. */
const SLOT_BYTES = 2048;
const PIECE_BYTES = 1000;
const PIECE_COUNT = 97;
const SLOT_COUNT = 3;

const bytes = Uint8Array.from({ length: PIECE_COUNT * PIECE_BYTES }, (_, index) => (index * 31) >> 3);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanewise-test-'));
  writeFileSync(join(folder, 'in'), bytes);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Carries out messages one after the other, each a turn of the event loop later, as a worker would. */
class FakePool {
  readonly workerCount = 1;
  readonly isStarted = true;
  readonly isReady = true;
  readonly batchLengths: number[] = [];
  readonly #slab: Uint8Array;
  #pendingCount = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(slab: Uint8Array) {
    this.#slab = slab;
  }

  get hasRoom(): boolean {
    return this.#pendingCount < 2;
  }

  async run({ works }: SlotMessage): Promise<readonly (readonly TaskResult[])[]> {
    this.batchLengths.push(works.length);
    this.#pendingCount++;
    const before = this.#last;
    const done = (async () => {
      await before;
      await new Promise((resolve) => setImmediate(resolve));
      for (const { reads, writes } of works) {
        for (const { descriptor, name, position, address, byteLength } of reads) {
          readFully(descriptor, name, this.#slab.subarray(address, address + byteLength), position);
        }
        for (const { descriptor, name, position, ranges } of writes) {
          writeFully(descriptor, name, viewsOf(this.#slab, ranges), position);
        }
      }
    })();
    this.#last = done.catch(() => {});
    try {
      await done;
    } finally {
      this.#pendingCount--;
    }
    return works.map(() => []);
  }
}

/** Copies pieces of a file, by pairs in a partition. `fileOf` says from where. */
async function copyPieces(
  output: WritableFile,
  fileOf: (piece: number) => ReadableFile,
  byteLength: number | undefined,
): Promise<FakePool> {
  const layout = {
    threadCount: 2,
    slotCount: SLOT_COUNT,
    slotByteLength: SLOT_BYTES,
    areaAddresses: [0, 0],
    slotsAddress: 1024,
    byteLength: 65536,
  };
  const slab = new Slab(layout);
  const pool = new FakePool(slab.bytes);
  let piece = 0;
  const items = new Map<SourcePartition, CopyItem<never>>();
  const source: Pick<Source, 'waits' | 'next'> = {
    waits: false,
    async next() {
      if (piece === PIECE_COUNT) return undefined;
      const position = PIECE_BYTES * piece;
      const file = fileOf(piece++);
      const partition = { rowCount: 1 } as SourcePartition;
      items.set(partition, {
        kind: 'copy',
        length: PIECE_BYTES,
        add(load, start) {
          if (load.free < PIECE_BYTES) return start;
          const address = load.read(file, position, PIECE_BYTES);
          load.write(output, position, address, PIECE_BYTES);
          return PIECE_BYTES;
        },
      });
      return partition;
    },
  };
  const endedPartitions: SourcePartition[] = [];
  const sink: Sink<never> = {
    ordered: false,
    readsSlots: false,
    async begin(partition) {
      return {
        items: [items.get(partition) as CopyItem<never>],
        storeByteLength: () => 0,
        store() {},
        async end() {
          endedPartitions.push(partition);
        },
      };
    },
    write() {},
    async finish() {},
    close() {},
  };
  const pipeline = new Pipeline<never>({
    sink,
    slotCount: SLOT_COUNT,
    work: { total: byteLength, of: ({ readByteLength }) => readByteLength },
    slab: slab.bytes,
    executor: { needsLoading: () => false, load: async () => {}, run: () => [] },
    pool,
    signal: undefined,
    onComputed() {},
    onWritten() {},
  });
  const describer = new Describer(source as Source, sink, [], slab, (partition) => pipeline.open(partition));
  await pipeline.run(describer);
  expect(endedPartitions).toEqual([...items.keys()]);
  return pool;
}

describe('the pipeline', () => {
  const file = new MemoryFile('memory', bytes);

  async function outputOf(fileOf: (piece: number, local: ReadableFile) => ReadableFile, byteLength?: number) {
    const input = openSync(join(folder, 'in'), 'r');
    const local = new LocalFile(input, 'in', fstatSync(input));
    const path = join(folder, 'out');
    const descriptor = openSync(path, 'w');
    try {
      const write: WritableFile['write'] = (views, position) => writeFully(descriptor, path, views, position);
      const output = { name: path, descriptor, write };
      const pool = await copyPieces(output, (piece) => fileOf(piece, local), byteLength);
      return { output: readFileSync(path), batchLengths: pool.batchLengths };
    } finally {
      closeSync(descriptor);
      local.close();
    }
  }

  it('hands several loads of a slot to a worker, fewer of them towards the end', async () => {
    const { output, batchLengths } = await outputOf((_, local) => local, bytes.length);
    expect(output.equals(bytes)).toBe(true);
    expect(batchLengths[0]).toBe(4);
    expect(batchLengths.at(-1)).toBe(1);
    expect(batchLengths).toEqual([...batchLengths].sort((a, b) => b - a));
  });

  it('hands one load at a time where nobody knows how many come', async () => {
    const { output, batchLengths } = await outputOf((_, local) => local);
    expect(output.equals(bytes)).toBe(true);
    expect(new Set(batchLengths)).toEqual(new Set([1]));
  });

  it.each([5, 8, 13])(
    'reads nothing into a slot that a worker still uses (every %i pieces one from memory)',
    async (nth) => {
      const { output, batchLengths } = await outputOf(
        (piece, local) => (piece % nth === 0 ? file : local),
        bytes.length,
      );
      expect(output.equals(bytes)).toBe(true);
      expect(Math.max(...batchLengths)).toBeGreaterThan(1);
    },
  );

  it('fails with what a read failed with', async () => {
    const short = new LanewiseError('LW_CORRUPT_INPUT', 'short');
    const broken: ReadableFile = {
      name: 'broken',
      byteLength: bytes.length,
      read() {
        throw short;
      },
      close() {},
    };
    await expect(outputOf((piece, local) => (piece === 50 ? broken : local), bytes.length)).rejects.toBe(short);
  });
});
