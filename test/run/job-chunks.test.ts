import { expect, it } from 'vitest';
import { CATALOGUE } from '../../src/activations/catalogue.js';
import type { SinkPartition, SourcePartition } from '../../src/formats/format.js';
import { bindTransforms } from '../../src/plan/bind.js';
import { float64Columns } from '../../src/plan/float64-columns.js';
import { JobChunks } from '../../src/run/job-chunks.js';
import { Load } from '../../src/slab/load.js';

const ROW_BYTE_LENGTH = 8;
/** Rows of a page that leaves no room when it has been decoded. */
const FIRST_PAGE_END = 512;
const SPARE_BYTE_LENGTH = 20_000;

const source: SourcePartition = {
  rowCount: 2048,
  valueCount: () => 2048,
  loadByteLength: (_column, start, end) => ROW_BYTE_LENGTH * (end - start),
  spareByteLength: (_column, _start, end) => (end > FIRST_PAGE_END ? SPARE_BYTE_LENGTH : 0),
  load: (load, _column, start, end) => ({
    values: load.allocate(ROW_BYTE_LENGTH * (end - start)),
    validity: 0,
    spare: { address: 0, byteLength: end > FIRST_PAGE_END ? SPARE_BYTE_LENGTH : 0 },
  }),
  chunkEnd: (_columns, _start, limit) => Math.min(limit, FIRST_PAGE_END),
};

const sink: SinkPartition<never> = {
  items: [],
  storeByteLength: (_output, count) => ROW_BYTE_LENGTH * count,
  store(load, _output, start, end, { spare }) {
    const byteLength = ROW_BYTE_LENGTH * (end - start);
    if ((spare?.byteLength ?? 0) < byteLength) load.allocate(byteLength);
  },
  async end() {},
};

it.each([
  ['as far as they fit where the page ends too early for the results to take its place', 5500, 640],
  ['to the end of a page where they fit', 9000, FIRST_PAGE_END],
])('chunks go %s', (_title, slotByteLength, end) => {
  const [job] = bindTransforms(['sigmoid(*)'], float64Columns(1), {}, CATALOGUE).jobs;
  if (job === undefined) throw new Error('no job');
  const chunks = new JobChunks(job, 0, source, sink);
  expect(chunks.add(new Load<never>(0, 0, slotByteLength), 0)).toBe(end);
});
