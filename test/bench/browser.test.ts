import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { reportHtml } from '../../src/bench/html.js';
import { REPORT } from './support.js';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const chromium = process.env.CHROMIUM ?? findOnPath(BROWSERS);
const folder = mkdtempSync(join(tmpdir(), 'lanewise-browser-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Added to the page, which has no script of its own: leaves what the browser made of it as text. */
const PROBE = `<script>
const inside = (box, frame) => box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
const found = {
  requests: performance.getEntriesByType('resource').length,
  charts: [...document.querySelectorAll('svg')].map((svg) => {
    const frame = svg.getBoundingClientRect();
    const marks = [...svg.querySelectorAll('text, circle, path')];
    return {
      name: svg.getAttribute('aria-label'),
      width: frame.width,
      circles: svg.querySelectorAll('circle').length,
      outside: marks.filter((mark) => !inside(mark.getBoundingClientRect(), frame)).map((mark) => mark.outerHTML),
    };
  }),
  tableRows: [...document.querySelectorAll('tbody')].map((body) => body.rows.length),
  overflows: document.documentElement.scrollWidth > innerWidth,
};
document.body.textContent = 'FOUND' + JSON.stringify(found) + 'DNUOF';
</script>`;

describe('the page of lanewise bench --html', () => {
  if (chromium === undefined && process.env.CI !== 'true') {
    it.skip(`in Chromium: none of ${BROWSERS.join(', ')} is installed, and CHROMIUM names none`, () => {});
    return;
  }

  it('is drawn by Chromium with every mark in place', () => {
    const page = join(folder, 'bench.html');
    writeFileSync(page, reportHtml(REPORT, undefined).replace('</body>', `${PROBE}</body>`));
    const args = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'profile')}`];
    const dom = execFileSync(chromium ?? 'chromium', [...args, '--dump-dom', pathToFileURL(page).href], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 50_000,
    });
    const text = /FOUND(.*)DNUOF/s
      .exec(dom)?.[1]
      ?.replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    expect(JSON.parse(text ?? 'null')).toEqual({
      requests: 0,
      charts: [
        { name: 'Functions from memory: speed-up over threads', width: 722, circles: 4, outside: [] },
        { name: 'From file to file: speed-up over threads', width: 722, circles: 4, outside: [] },
        { name: 'Roofline: every number of threads is a dot', width: 722, circles: 4, outside: [] },
      ],
      tableRows: [2, 2, 4, 2],
      overflows: false,
    });
  });
});

function findOnPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((path) => join(path, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
