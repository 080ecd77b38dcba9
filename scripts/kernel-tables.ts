// Writes the kernels' tables and polynomials: node --import ./bench/typescript.mjs scripts/kernel-tables.ts
import { writeFileSync } from 'node:fs';
import { KERNEL_TABLES } from './tables/files.js';

for (const [name, text] of Object.entries(KERNEL_TABLES)) {
  writeFileSync(new URL(`../workers/kernels/${name}`, import.meta.url), text());
}
