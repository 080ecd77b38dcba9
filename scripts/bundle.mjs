// Bundles the command, the library and the worker into dist/. What a run may not need (formats, codecs, the pool) stays
// behind dynamic imports and becomes chunks of its own, so that a small job starts as fast as Node does.
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = join(root, 'dist');

await mkdir(outdir, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts', worker: 'workers/worker.ts' },
  outdir,
  // Chunks stand beside the entries: `new URL('./worker.js', import.meta.url)` then holds in each of them.
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // piscina starts a file of its own in each worker and wasm-zstd reads one: these have to stay where npm puts them.
  // The others are loaded in a few runs only, so that bundling them would cost size and save nothing.
  external: ['piscina', '@foxglove/wasm-zstd', 'yargs', 'cli-progress'],
  plugins: [
    {
      // `external` would take apache-arrow/fb/* along: those classes are bundled, the full API is not.
      name: 'external-apache-arrow',
      setup({ onResolve }) {
        onResolve({ filter: /^apache-arrow$/ }, ({ path }) => ({ path, external: true }));
      },
    },
  ],
});

await chmod(join(outdir, 'cli.js'), 0o755);
const current = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
const stale = (await readdir(outdir)).filter((name) => name.endsWith('.js') && !current.has(name));
await Promise.all(stale.map((name) => rm(join(outdir, name))));
