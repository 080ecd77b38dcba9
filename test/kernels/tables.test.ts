import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KERNEL_TABLES } from '../../scripts/tables/files.js';

describe('tables of the kernels', () => {
  it.each(Object.entries(KERNEL_TABLES))('%s is what scripts/kernel-tables.ts makes of it', (name, text) => {
    const path = new URL(`../../workers/kernels/${name}`, import.meta.url);
    expect(readFileSync(path, 'utf8')).toBe(text());
  });
});
