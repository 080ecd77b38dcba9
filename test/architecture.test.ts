import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MOST_LINES = 300;

/** What the files of a unit (a folder of src/, or a file directly in it) may import from other units. */
const UNITS_BELOW: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  'seeded-random': [],
  abi: ['errors'],
  activations: ['abi', 'errors'],
  storage: ['abi', 'errors'],
  slab: ['storage', 'abi', 'errors'],
  report: ['activations', 'plan', 'abi', 'errors'],
  plan: ['activations', 'abi', 'errors'],
  pool: ['workers', 'slab', 'abi', 'errors'],
  formats: ['plan', 'slab', 'storage', 'abi', 'errors'],
  run: ['workers', 'plan', 'formats', 'pool', 'report', 'slab', 'storage', 'activations', 'abi', 'errors'],
  index: ['run', 'plan', 'formats', 'report', 'activations', 'abi', 'errors'],
  bench: ['seeded-random', 'run', 'plan', 'pool', 'slab', 'storage', 'activations', 'workers', 'abi', 'errors'],
  verify: ['seeded-random', 'run', 'plan', 'pool', 'slab', 'storage', 'activations', 'workers', 'abi', 'errors'],
  cli: ['index', 'bench', 'verify'],
  workers: ['storage', 'abi', 'errors'],
};

/** The units that may use something of the outside world. */
const USERS: readonly { readonly what: string; readonly pattern: RegExp; readonly units: readonly string[] }[] = [
  // The pool reads the kernels' file; the benchmarks make inputs, and write and compare reports.
  { what: 'the file system', pattern: /from 'node:fs(\/promises)?'/, units: ['storage', 'pool', 'bench'] },
  { what: 'piscina', pattern: /(from|import\() ?'piscina'/, units: ['pool', 'workers'] },
  { what: 'yargs and cli-progress', pattern: /(from|import\() ?'(yargs|cli-progress)'/, units: ['cli'] },
  { what: 'the console', pattern: /\bconsole\.\w/, units: [] },
  { what: 'the standard streams', pattern: /\bprocess\.(stdout|stderr)\b/, units: ['cli'] },
  { what: 'the end of the process', pattern: /\bprocess\.(exit|exitCode|abort)\b/, units: ['cli'] },
];

interface SourceFile {
  /** Path from the repository's root. */
  readonly path: string;
  readonly unit: string;
  readonly code: string;
  /** Files of the repository that it imports, types included, with whether anything but a type is. */
  readonly imports: readonly { readonly path: string; readonly isTypeOnly: boolean }[];
}

const FILES: readonly SourceFile[] = [...listFiles('src'), ...listFiles('workers')]
  .filter((path) => path.endsWith('.ts') && !path.startsWith('workers/kernels/'))
  .map(readSource);

describe('architecture', () => {
  it('finds the sources', () => {
    expect(FILES.map(({ path }) => path)).toEqual(expect.arrayContaining(['src/errors.ts', 'src/index.ts']));
  });

  it('has imports between folders run downwards only', () => {
    const wrong = FILES.flatMap(({ path, unit, imports }) =>
      imports
        .map((imported) => ({ path: imported.path, unit: unitOf(imported.path) }))
        .filter((imported) => imported.unit !== unit && !UNITS_BELOW[unit]?.includes(imported.unit))
        .map((imported) => `${path} imports ${imported.path}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(findCycle(FILES)).toEqual([]);
  });

  it.each(USERS)('leaves $what to its place', ({ pattern, units }) => {
    const users = FILES.filter(({ code }) => pattern.test(code)).filter(({ unit }) => !units.includes(unit));
    expect(users.map(({ path }) => path)).toEqual([]);
  });

  it('names Node’s own modules with node:', () => {
    const bare = new RegExp(`from '(${builtinModules.filter((name) => !name.startsWith('_')).join('|')})'`);
    expect(FILES.filter(({ code }) => bare.test(code)).map(({ path }) => path)).toEqual([]);
  });

  it('has one barrel, and it names what it exports', () => {
    const reexporting = FILES.filter(({ code }) => /^export (\*|\{[^}]*\}|type \{[^}]*\}) from /m.test(code));
    expect(reexporting.map(({ path }) => path)).toEqual(['src/index.ts']);
    expect(FILES.filter(({ code }) => /^export (\*|default)/m.test(code)).map(({ path }) => path)).toEqual([]);
  });

  it(`keeps files at ${MOST_LINES} lines or less`, () => {
    const long = FILES.map(({ path, code }) => ({ path, lines: code.split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > MOST_LINES)).toEqual([]);
  });
});

function readSource(path: string): SourceFile {
  const code = readFileSync(join(ROOT, path), 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
  const statements = code.matchAll(/^(?:import|export)\s(?<what>[^'";]*?\bfrom\s)?'(?<target>\.[^']*)'/gm);
  const lazy = code.matchAll(/\bimport\('(?<target>\.[^']*)'\)/g);
  const imports = [...statements, ...lazy].map(({ groups }) => ({
    path: normalize(join(dirname(path), groups?.target ?? '')).replace(/\.js$/, '.ts'),
    isTypeOnly: groups?.what?.startsWith('type ') ?? false,
  }));
  return { path, unit: unitOf(path), code, imports: imports.filter((imported) => imported.path.endsWith('.ts')) };
}

function unitOf(path: string): string {
  const [top, name = ''] = path.split('/');
  return top === 'workers' ? 'workers' : name.replace(/\.ts$/, '');
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

/** The files of a cycle of imports at run time, the first one again at its end; empty if there is none. */
function findCycle(files: readonly SourceFile[]): readonly string[] {
  const importsOf = new Map(
    files.map(({ path, imports }) => [path, imports.filter(({ isTypeOnly }) => !isTypeOnly).map((i) => i.path)]),
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of importsOf.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  for (const { path } of files) {
    const cycle = visit(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
