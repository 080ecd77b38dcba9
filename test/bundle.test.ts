import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
/** Chunks that runs load as soon as they start, or find a format: packages wait there until somebody needs them. */
const EAGER = /^(cli|worker|compute|core|arrow|parquet|convert)\b.*\.cjs$/;
/** Modules that Node has loaded by itself, or nearly. */
const AT_HAND = new Set(['fs', 'module', 'os', 'path', 'url', 'util']);

describe('the bundle', () => {
  it.each(readdirSync(DIST).filter((name) => EAGER.test(name)))('loads no package with %s', (name) => {
    const code = readFileSync(join(DIST, name), 'utf8');
    const required = [...code.matchAll(/\brequire\(["'`]([^"'`]+)["'`]\)/g)].map(([, id = '']) => id);
    expect(required.filter((id) => !id.startsWith('.') && !isBuiltin(id))).toEqual([]);
    // Others of Node's own take milliseconds to load: node:net and node:worker_threads five each.
    expect(required.filter((id) => isBuiltin(id) && !AT_HAND.has(id.replace('node:', '')))).toEqual([]);
  });

  it.each([
    ['parquet', /arrow|convert|recut/],
    ['arrow', /parquet|convert/],
    ['core', /arrow|parquet|convert/],
  ])('loads no other format with %s at once', (name, others) => {
    const [file = ''] = readdirSync(DIST).filter((chunk) => chunk.startsWith(`${name}-`) && chunk.endsWith('.cjs'));
    // Those in functions wait until they are called.
    const atOnce = [...readFileSync(join(DIST, file), 'utf8').matchAll(/(?<!=>)require\(["'`]\.\/([^"'`]+)/g)];
    expect(atOnce.length).toBeGreaterThan(0);
    expect(atOnce.map(([, chunk = '']) => chunk).filter((chunk) => others.test(chunk))).toEqual([]);
  });
});
