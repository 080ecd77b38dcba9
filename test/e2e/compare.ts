import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** An output with what was asked for: names of columns. */
export interface ComparedOutput {
  readonly input: string;
  readonly output: string;
  readonly replaced: string | null;
  readonly added: string | null;
}

/** Reads outputs and their inputs with pyarrow and tells, of all of them, what differs that was to stay. */
export function differencesInPyarrow(python: string, outputs: readonly ComparedOutput[]): readonly string[] {
  const script = fileURLToPath(new URL('compare.py', import.meta.url));
  const { stdout, stderr } = spawnSync(python, [script], { input: JSON.stringify(outputs), encoding: 'utf8' });
  expect(stderr).toBe('');
  const found = JSON.parse(stdout) as readonly (readonly string[])[];
  expect(found).toHaveLength(outputs.length);
  return outputs.flatMap(({ output }, i) => (found[i] ?? []).map((text) => `${output}: ${text}`));
}
