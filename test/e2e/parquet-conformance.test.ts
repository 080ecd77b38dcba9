import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspect, transform } from '../../src/index.js';
import { conformanceFolder } from '../formats/arrow/conformance.js';
import { type ComparedOutput, differencesInPyarrow } from './compare.js';
import { findPyarrow } from './python.js';

const folder = conformanceFolder('parquet');
const names = folder === undefined ? [] : readdirSync(folder);
const python = folder === undefined ? undefined : findPyarrow();
const cases: ComparedOutput[] = [];
/** By what they are refused for. */
const refused = new Map<string, string>();
let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'lanewise-test-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Transforms the first column that can be, as a new one and where it stands. */
async function run(name: string): Promise<void> {
  const input = join(folder!, name);
  try {
    const { columns } = await inspect(input);
    const column = columns.find(({ transformable, name: path }) => transformable && !path.includes('.'));
    if (column === undefined) return;
    const quoted = JSON.stringify(column.name);
    for (const [index, text] of [`added = tanh(${quoted})`, `${quoted} = linear(${quoted})`].entries()) {
      const output = join(scratch, `${name}-${index}.parquet`);
      await transform({ input, output, transforms: [text], sync: false });
      cases.push({ input, output, replaced: index === 1 ? column.name : null, added: index === 0 ? 'added' : null });
    }
  } catch (error) {
    refused.set(name, (error as { code: string }).code);
  }
}

describe.skipIf(folder === undefined)('Parquet files of other implementations', () => {
  it('are transformed, but for those that are encrypted or damaged', async () => {
    for (const name of names) await run(name);
    expect(cases.length).toBeGreaterThan(40);
    const others = [...refused].filter(
      ([name, code]) => !(name.includes('encrypt') && code === 'LW_UNSUPPORTED_INPUT'),
    );
    expect(others.filter(([name, code]) => !(name.includes('corrupt') && code === 'LW_CORRUPT_INPUT'))).toEqual([]);
  });

  it.skipIf(python === undefined)('read back in pyarrow with every other column equal', () => {
    expect(differencesInPyarrow(python!, cases)).toEqual([]);
  });
});
