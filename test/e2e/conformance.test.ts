import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspect, transform } from '../../src/index.js';
import { conformanceFolder } from '../formats/arrow/conformance.js';
import { type ComparedOutput, differencesInPyarrow } from './compare.js';
import { readRawBatches } from './ipc-messages.js';
import { findPyarrow } from './python.js';

const KINDS = [
  '0.14.1-generated_primitive',
  'generated_custom_metadata.stream',
  'generated_lz4',
  'generated_nested.stream',
  'generated_null',
  'generated_primitive_no_batches.stream',
  'generated_run_end_encoded',
  'generated_uncompressible_lz4',
  'generated_uncompressible_zstd',
  'generated_zstd',
];

const folder = conformanceFolder('arrow');
const names = folder === undefined ? [] : readdirSync(folder);
const python = folder === undefined ? undefined : findPyarrow();
const cases: ComparedOutput[] = [];
const refusals: string[] = [];
let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'lanewise-test-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Transforms the first column that can be; as a new one, and where it stands. */
async function run(name: string): Promise<void> {
  const input = join(folder!, name);
  const extension = name.endsWith('stream') ? '.arrows' : '.arrow';
  const { columns } = await inspect(input);
  const unique = columns.filter(
    (column) => column.transformable && columns.filter((other) => other.name === column.name).length === 1,
  );
  // A struct's child stands in its parent, which the comparison of whole columns can't leave out.
  const [column] = unique.filter((candidate) => !columns.some((other) => candidate.name.startsWith(`${other.name}.`)));
  if (column === undefined) {
    refusals.push(name);
    return;
  }
  const added = `${JSON.stringify(column.name)}`;
  for (const [index, text] of [`added = tanh(${added})`, `${added} = relu(${added})`].entries()) {
    const output = join(scratch, `${name}-${index}${extension}`);
    await transform({ input, output, transforms: [text], sync: false });
    cases.push({ input, output, replaced: index === 1 ? column.name : null, added: index === 0 ? 'added' : null });
  }
}

describe.skipIf(folder === undefined)('files of other implementations', () => {
  it.each(names)('%s is transformed or has no column that can be', async (name) => {
    await expect(run(name)).resolves.toBeUndefined();
  });

  it('are transformed, those of every kind that has a numeric column', () => {
    expect(cases.length + 2 * refusals.length).toBe(2 * names.length);
    for (const kind of KINDS) expect(cases.map(({ input }) => input)).toContainEqual(expect.stringContaining(kind));
  });

  it('keep every buffer of every column, byte for byte, when a column is added', () => {
    const appended = cases.filter((item) => item.added !== null);
    expect(appended.length).toBeGreaterThan(20);
    for (const { input, output } of appended) {
      const before = readRawBatches(readFileSync(input));
      const after = readRawBatches(readFileSync(output));
      expect(after).toHaveLength(before.length);
      for (const [index, batch] of before.entries()) {
        const same = after[index]!;
        expect(same).toMatchObject({ dictionaryId: batch.dictionaryId, rowCount: batch.rowCount, codec: batch.codec });
        expect(same.variadicCounts).toEqual(batch.variadicCounts);
        expect(same.nodes.slice(0, batch.nodes.length)).toEqual(batch.nodes);
        const kept = same.buffers.slice(0, batch.buffers.length);
        expect(kept.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
          batch.buffers.map((bytes) => Buffer.from(bytes).toString('hex')),
        );
      }
    }
  });

  it('are refused for a column that they do not have', async () => {
    const input = join(folder!, names.find((name) => name.includes('primitive.arrow_file'))!);
    const run = transform({ input, output: join(scratch, 'none.arrow'), transforms: ['sigmoid(nothing_like_it)'] });
    await expect(run).rejects.toMatchObject({ code: 'LW_NO_SUCH_COLUMN' });
  });

  it.skipIf(python === undefined)('read back equal in pyarrow', () => {
    expect(differencesInPyarrow(python!, cases)).toEqual([]);
  });
});
