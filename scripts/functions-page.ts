// Writes docs/functions.md from the catalogue: node --import ./bench/typescript.mjs scripts/functions-page.ts
import { writeFileSync } from 'node:fs';
import { CATALOGUE } from '../src/activations/catalogue.js';
import { renderCatalogueMarkdown } from '../src/report/catalogue-markdown.js';

writeFileSync(new URL('../docs/functions.md', import.meta.url), renderCatalogueMarkdown(CATALOGUE));
