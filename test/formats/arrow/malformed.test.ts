import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LanewiseError } from '../../../src/errors.js';
import { conformanceFolder } from './conformance.js';
import { memoryReader, transformAll } from './support.js';

const folder = conformanceFolder('malformed');

/** Files that a fuzzer made to break readers: each ends with a result or with one error that says what is wrong. */
describe.skipIf(folder === undefined)('malformed Arrow files', () => {
  const names = folder === undefined ? [] : readdirSync(folder).filter((name) => /^(file|stream)-/.test(name));
  it('are there', () => {
    expect(names.length).toBeGreaterThan(30);
  });

  for (const name of names) {
    it(name, async () => {
      const bytes = readFileSync(join(folder!, name));
      await expectResultOrError(() => transformAll(bytes));
      await expectResultOrError(() => transformAll(memoryReader(bytes)));
    }, 5_000);
  }
});

async function expectResultOrError(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
    expect(true).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(LanewiseError);
    expect((error as LanewiseError).message).not.toMatch(/\n|undefined|NaN/);
  }
}
