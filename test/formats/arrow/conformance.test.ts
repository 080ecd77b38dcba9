import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ArrowPartition } from '../../../src/formats/arrow/batch.js';
import { openArrow } from '../../../src/formats/arrow/open.js';
import { MemoryFile } from '../../../src/storage/memory-file.js';
import { conformanceFolder } from './conformance.js';
import { sourceOptions, transformAll, transformBytes } from './support.js';

const folder = conformanceFolder('arrow');

interface Contents {
  readonly types: readonly string[];
  readonly metadata: readonly string[];
  readonly batches: readonly { readonly rowCount: number; readonly buffers: readonly string[] }[];
}

/** What a file holds: types and every buffer of its record batches, uncompressed or not as they stand. */
async function read(bytes: Uint8Array, bufferCount?: number): Promise<Contents> {
  const source = await openArrow(new MemoryFile('input', bytes), sourceOptions());
  const batches: { rowCount: number; buffers: string[] }[] = [];
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    const count = bufferCount ?? batch.bufferCount;
    batches.push({
      rowCount: batch.rowCount,
      buffers: Array.from({ length: count }, (_, i) => readBuffer(batch as ArrowPartition, i)),
    });
  }
  const { table } = source.arrowSchema;
  return {
    types: source.schema.columns.map(({ name, typeName, nullable }) => `${name} ${typeName} ${nullable}`),
    metadata: Array.from({ length: table.customMetadataLength() }, (_, i) => String(table.customMetadata(i)!.value())),
    batches,
  };
}

function readBuffer(batch: ArrowPartition, index: number): string {
  const bytes = new Uint8Array(batch.bufferByteLength(index));
  if (bytes.length > 0) batch.body.file.read(bytes, batch.body.position + batch.bufferOffset(index));
  return Buffer.from(bytes).toString('base64');
}

describe.skipIf(folder === undefined)('Arrow files of other implementations', () => {
  const names = folder === undefined ? [] : readdirSync(folder).filter((name) => /\.(arrow_file|stream)$/.test(name));
  it('are there', () => {
    expect(names.length).toBeGreaterThan(40);
  });

  for (const name of names) {
    it(`${name} goes through byte for byte`, async () => {
      const bytes = readFileSync(join(folder!, name));
      const input = await read(bytes);
      for (const to of ['file', 'stream'] as const) {
        expect(await read(await transformBytes(bytes, [], { to }))).toEqual(input);
      }
    });

    it(`${name} keeps its columns beside new ones`, async () => {
      const bytes = readFileSync(join(folder!, name));
      const input = await read(bytes);
      const output = await read(await transformAll(bytes), input.batches[0]?.buffers.length);
      expect(output.types.slice(0, input.types.length)).toEqual(input.types);
      expect(output.batches.map(({ rowCount }) => rowCount)).toEqual(input.batches.map(({ rowCount }) => rowCount));
      expect(output.batches.map(({ buffers }) => buffers)).toEqual(
        input.batches.map(({ buffers }) => buffers.slice(0, input.batches[0]?.buffers.length)),
      );
    });
  }
});
