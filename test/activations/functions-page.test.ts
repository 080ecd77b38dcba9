import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CATALOGUE } from '../../src/activations/catalogue.js';
import { renderCatalogueMarkdown } from '../../src/report/catalogue-markdown.js';

it('docs/functions.md is what scripts/functions-page.ts makes of the catalogue', () => {
  const page = readFileSync(new URL('../../docs/functions.md', import.meta.url), 'utf8');
  expect(page).toBe(renderCatalogueMarkdown(CATALOGUE));
});
