import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/activations/catalogue.js';
import type { RowGroupPartition } from '../../../src/formats/parquet/partition.js';
import { leastByteLength } from '../../../src/formats/parquet/slot-need.js';
import { SlotSurvey } from '../../../src/formats/parquet/slot-survey.js';
import { openParquet } from '../../../src/formats/parquet/source.js';
import { bindTransforms } from '../../../src/plan/bind.js';
import { MemoryFile } from '../../../src/storage/memory-file.js';
import { openPageReader } from './support.js';

type Encoding = 'PLAIN' | 'RLE_DICTIONARY';

/** Row groups of 200 rows, and of 1000 the one before the last. */
async function openFile(pageSize: number, encoding: Encoding, codec: 'SNAPPY' | 'UNCOMPRESSED') {
  const data = Array.from({ length: 3000 }, (_, row) => (row % 7 === 0 ? null : Math.sin(row % 90)));
  const column = (name: string) => ({ name, data, type: 'DOUBLE' as const, nullable: true, encoding });
  const rowGroupSize = [200, 200, 200, 200, 200, 200, 200, 200, 200, 1000, 200];
  const columnData = [column('c_1'), column('c_2')];
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize, pageSize, codec }));
  const source = openParquet(new MemoryFile('input', bytes), openPageReader);
  const { jobs } = bindTransforms(['y = relu(c_1)', 'p_* = softmax(c_*)'], source.schema, {}, CATALOGUE);
  const partitions: RowGroupPartition[] = [];
  for (let next = await source.next(); next !== undefined; next = await source.next()) partitions.push(next);
  let openCount = 0;
  const survey = new SlotSurvey(source.footer, jobs, [], (index) => {
    openCount++;
    return partitions[index] ?? expect.fail();
  });
  const needs = partitions.map((partition) =>
    Math.max(...jobs.map((job) => leastByteLength(partition, job.operands, job))),
  );
  return { survey, needs, openCount: () => openCount };
}

describe('a survey of the pages of a file', () => {
  it.each([
    [200, 'PLAIN', 'UNCOMPRESSED'],
    [1 << 20, 'PLAIN', 'SNAPPY'],
    [100, 'RLE_DICTIONARY', 'SNAPPY'],
    [1 << 20, 'RLE_DICTIONARY', 'UNCOMPRESSED'],
  ] as const)('finds what the largest takes, wherever it is: %d, %s, %s', async (pageSize, encoding, codec) => {
    const { survey, needs } = await openFile(pageSize, encoding, codec);
    expect(survey.leastByteLength(0)).toBe(Math.max(...needs));
  });

  it('reads no headers where the footer tells that there is enough', async () => {
    const { survey, needs, openCount } = await openFile(1 << 20, 'PLAIN', 'SNAPPY');
    expect(survey.leastByteLength(4 * Math.max(...needs))).toBe(0);
    expect(openCount()).toBe(0);
    survey.leastByteLength(0);
    // Row groups that are smaller than what one is known to take aren't looked at.
    expect(openCount()).toBeLessThan(needs.length);
  });
});
