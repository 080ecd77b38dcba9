import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readFooter } from '../../src/formats/parquet/footer.js';
import { transform } from '../../src/run/transform.js';
import { MemoryFile } from '../../src/storage/memory-file.js';
import { temporaryFolder } from '../cli/support.js';

function dataEnd(bytes: Uint8Array): number {
  return readFooter(new MemoryFile('file', bytes)).dataEnd;
}

async function rows(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: bytes.slice().buffer });
}

describe('new columns of a Parquet file', () => {
  const x = [-1.5, 0, 2, 30, -700];
  const s = ['a', 'b', 'c', 'd', 'e'];

  it('stand behind all column chunks of the input, which stay in their places', async () => {
    const folder = temporaryFolder();
    const [input, first, second] = ['in', 'first', 'second'].map((name) => join(folder, `${name}.parquet`)) as [
      string,
      string,
      string,
    ];
    const columnData = [
      { name: 'x', data: x, type: 'DOUBLE' as const },
      { name: 's', data: s, type: 'STRING' as const, columnIndex: true, offsetIndex: true },
    ];
    writeFileSync(input, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 })));
    await transform({ input, output: first, transforms: ['y = relu(x)'], sync: false });
    await transform({ input: first, output: second, transforms: ['z = linear(x)'], sync: false });
    const [original, once, twice] = [input, first, second].map((path) => new Uint8Array(readFileSync(path))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const kept = dataEnd(original);
    expect(once.subarray(0, kept)).toEqual(original.subarray(0, kept));
    expect(twice.subarray(0, dataEnd(once))).toEqual(once.subarray(0, dataEnd(once)));
    // Page indexes are written again behind the new column, and not once more for each run.
    expect(twice.length - dataEnd(twice) - (once.length - dataEnd(once))).toBeLessThan(1000);
    expect(await rows(twice)).toEqual(x.map((value, i) => ({ x: value, s: s[i], y: Math.max(0, value), z: value })));
  });
});
