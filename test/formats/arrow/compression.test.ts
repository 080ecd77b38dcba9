import { describe, expect, it } from 'vitest';
import { LanewiseError } from '../../../src/errors.js';
import { openArrow } from '../../../src/formats/arrow/open.js';
import { MemoryFile } from '../../../src/storage/memory-file.js';
import { type SumSpec, sourceOptions, transformBytes, transformPiped } from './support.js';
import { columnValues, makeBatch, readBatches, writeFile, writeStream } from './tables.js';

const BATCHES = [makeBatch(1500, 5), makeBatch(0, 6), makeBatch(50, 7)];
const FILE = writeFile(BATCHES);
const COLUMNS = BATCHES[0]!.schema.fields.map((_, index) => index);
const CODECS = ['lz4', 'zstd'] as const;
const SPECS: readonly SumSpec[] = [
  { operands: ['x', 'x_null'], name: 'both' },
  { operands: ['x_null'], replace: true },
  { operands: ['point.inner.y'], name: 'y' },
];

function compressed(codec: (typeof CODECS)[number], slotByteLength: number): Promise<Uint8Array> {
  return transformBytes(FILE, [], { compression: { codec, level: undefined }, slotByteLength });
}

/** A slot that holds whole buffers, and one that holds none: then buffers are cut into blocks and decompressed outside. */
const SLOTS = { large: 1 << 18, small: 1 << 13 } as const;

describe('compressed bodies', () => {
  for (const codec of CODECS) {
    for (const [size, slotByteLength] of Object.entries(SLOTS)) {
      it(`come back from ${codec} with ${size} slots`, async () => {
        const small = await compressed(codec, slotByteLength);
        expect(small.length).toBeLessThan(0.8 * FILE.length);
        const plain = await transformBytes(small, [], { compression: 'none', slotByteLength });
        for (const column of COLUMNS) {
          expect(columnValues(readBatches(plain), column)).toEqual(columnValues(BATCHES, column));
        }
      });

      it(`are read and written by jobs in ${codec} with ${size} slots`, async () => {
        const small = await compressed(codec, slotByteLength);
        const direct = readBatches(await transformBytes(FILE, SPECS));
        const same = await transformBytes(small, SPECS, { slotByteLength });
        expect((await openArrow(new MemoryFile('same', same), sourceOptions())).codec).toBe(codec);
        const plain = readBatches(await transformBytes(same, [], { compression: 'none', slotByteLength }));
        for (const column of [...COLUMNS, 12, 13]) {
          expect(columnValues(plain, column)).toEqual(columnValues(direct, column));
        }
      });

      it(`change from ${codec} to the other codec with ${size} slots`, async () => {
        const other = codec === 'lz4' ? 'zstd' : 'lz4';
        const compression = { codec: other, level: undefined } as const;
        const recoded = await transformBytes(await compressed(codec, slotByteLength), SPECS, {
          compression,
          slotByteLength,
        });
        const plain = readBatches(await transformBytes(recoded, [], { compression: 'none' }));
        const direct = readBatches(await transformBytes(FILE, SPECS));
        for (const column of [...COLUMNS, 12, 13]) {
          expect(columnValues(plain, column)).toEqual(columnValues(direct, column));
        }
      });
    }

    it(`go through a pipe in ${codec}`, async () => {
      const stream = await transformBytes(writeStream(BATCHES), [], {
        to: 'stream',
        compression: { codec, level: undefined },
      });
      const piped = await transformPiped(stream, SPECS, { windowByteLength: 50_000 });
      const plain = readBatches(await transformBytes(piped, [], { compression: 'none' }));
      const direct = readBatches(await transformBytes(FILE, SPECS));
      for (const column of [...COLUMNS, 12, 13]) {
        expect(columnValues(plain, column)).toEqual(columnValues(direct, column));
      }
    });
  }

  it('are left as they are where the codec stays', async () => {
    const once = await compressed('zstd', SLOTS.large);
    expect(Buffer.compare(await transformBytes(once, [], { slotByteLength: SLOTS.small }), once)).toBe(0);
  });

  it('that need more memory than there is are refused with the number', async () => {
    const once = await compressed('zstd', SLOTS.large);
    const error = await transformBytes(once, SPECS, { slotByteLength: SLOTS.small, windowByteLength: 1000 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(LanewiseError);
    expect((error as LanewiseError).code).toBe('LW_MEMORY_BUDGET');
    expect((error as LanewiseError).message).toMatch(/takes \d+ bytes to decompress, 1000 are allowed/);
  });

  it('of lz4 need no memory but for two blocks: the rest goes to a temporary file', async () => {
    const once = await compressed('lz4', SLOTS.large);
    const output = await transformBytes(once, SPECS, { slotByteLength: SLOTS.small, windowByteLength: 1000 });
    const plain = readBatches(await transformBytes(output, [], { compression: 'none' }));
    expect(columnValues(plain, 12)).toEqual(columnValues(readBatches(await transformBytes(FILE, SPECS)), 12));
  });
});
