import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A folder of files that other implementations of the formats made, beside the repository. Where it's absent the tests
 * that need it are skipped, but not on a CI machine.
 */
export function conformanceFolder(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../../shared/conformance/${name}`, import.meta.url));
  if (existsSync(path)) return path;
  if (process.env.CI === 'true') throw new Error(`the conformance files are absent: ${path}`);
  process.stdout.write(`skipped: the conformance files are absent: ${path}\n`);
  return undefined;
}
