import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT_STATUS_BY_CODE } from '../../src/errors.js';

const PAGE = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

/** The codes on the page, each with the exit status in the heading above it. */
function documentedCodes(): Record<string, number> {
  const codes: Record<string, number> = {};
  let status = Number.NaN;
  for (const line of PAGE.split('\n')) {
    status = Number(/^## .*\((\d+)\)$/.exec(line)?.[1] ?? status);
    const code = /^\| `(LW_\w+)` \|/.exec(line)?.[1];
    if (code !== undefined) codes[code] = status;
  }
  return codes;
}

describe('docs/errors.md', () => {
  it('has every code under its exit status', () => {
    expect(documentedCodes()).toEqual(EXIT_STATUS_BY_CODE);
  });
});
