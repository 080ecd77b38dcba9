import { spawnSync } from 'node:child_process';

/** A Python that has pyarrow, or `undefined` after a word of why the tests that need it are skipped. */
export function findPyarrow(): string | undefined {
  for (const python of [process.env.PYTHON, 'python3']) {
    if (python === undefined) continue;
    if (spawnSync(python, ['-c', 'import pyarrow']).status === 0) return python;
  }
  process.stdout.write('skipped: no Python with pyarrow; name one in PYTHON\n');
  return undefined;
}
