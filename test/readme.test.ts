import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { FLIGHTS_PATH } from './cli/support.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const EXAMPLES = [...README.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);

// Inside the repository, so that `lanewise` is this package as it was built.
mkdirSync(join(ROOT, '.demo'), { recursive: true });
const folder = mkdtempSync(join(ROOT, '.demo', 'readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
copyFileSync(FLIGHTS_PATH, join(folder, 'flights.arrow'));

describe('the examples of the README', () => {
  it('are found', () => {
    expect(EXAMPLES.length).toBeGreaterThan(3);
  });

  it.each(EXAMPLES.map((code, index) => [index + 1, code] as const))('number %i runs as it says', (number, code) => {
    const path = join(folder, `example-${number}.mjs`);
    writeFileSync(path, transformSync(code, { loader: 'ts' }).code);
    const printed = execFileSync(process.execPath, [path], { cwd: folder, encoding: 'utf8' });
    for (const [, expected = ''] of code.matchAll(/^ *\/\/ (.*)$/gm)) expect(printed.split('\n')).toContain(expected);
  });

  it('have the types that ship', () => {
    for (const [index, code] of EXAMPLES.entries()) writeFileSync(join(folder, `example-${index + 1}.mts`), code);
    const config = { extends: '../../tsconfig.json', include: ['*.mts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});
