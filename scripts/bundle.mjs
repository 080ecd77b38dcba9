// Bundles the command, the library and the workers into dist/. What a run may not need (Parquet, codecs, the pool, help) stays
// behind dynamic imports and becomes chunks of its own; what every run needs is in as few files as possible, since each
// file costs a start about a millisecond. The command and the workers are CommonJS, which starts faster than ESM; the
// library is ESM.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = join(root, 'dist');

// piscina starts a file of its own in each worker and wasm-zstd reads one: these have to stay where npm puts them. The
// others are loaded in a few runs only, so that bundling them would cost size and save nothing. Of apache-arrow the
// flatbuffer classes are bundled, the full API is not.
const external = [
  'piscina',
  'yargs',
  'cli-progress',
  'apache-arrow',
  'parquet-wasm',
  'tinybench',
  'decimal.js',
  /^@foxglove\//,
];

/**
 * Takes Node's builtins from `process.getBuiltinModule`. An ESM import of one has Node run all of its getters, which
 * load other builtins that nobody asked for.
 */
const builtins = {
  name: 'builtins',
  resolveId: { filter: { id: /^node:/ }, handler: (id) => ({ id: `builtin:${id}` }) },
  load: {
    filter: { id: /^builtin:/ },
    handler(id) {
      const name = id.slice('builtin:'.length);
      const members = Object.keys(process.getBuiltinModule(name)).filter((member) => /^[a-z_]\w*$/i.test(member));
      return {
        code: [
          `const builtin = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(name)});`,
          ...members
            .filter((member) => member !== 'default')
            .map((member) => `export const ${member} = builtin.${member};`),
          'export default builtin;',
        ].join('\n'),
        moduleType: 'js',
        moduleSideEffects: false,
      };
    },
  },
};

/**
 * `compute` is all that a worker loads at first, `core` with it and one format all that most runs do; `storage-tasks` is for
 * what is compressed or Parquet. A group takes along what its
 * modules import, so that those which others build on come first.
 */
const groups = [
  {
    name: 'compute',
    priority: 6,
    test: /workers[\\/](?!worker|storage-tasks|parquet|codecs)|src[\\/](abi|errors|storage[\\/](reading|writing|system-error))/,
  },
  { name: 'storage-tasks', priority: 5, test: /workers[\\/](storage-tasks|parquet|codecs[\\/](?!zstd))/ },
  { name: 'arrow', priority: 2, test: /src[\\/]formats[\\/]arrow|flatbuffers|apache-arrow[\\/]fb/ },
  {
    name: 'parquet',
    priority: 1,
    test: /src[\\/]formats[\\/]parquet[\\/](?!arrow-schema|recut)|hyparquet-writer[\\/]src[\\/]thrift/,
  },
  { name: 'recut', priority: 0, test: /src[\\/]formats[\\/]parquet[\\/]recut/ },
  { name: 'convert', priority: 0, test: /src[\\/]formats[\\/](convert|parquet[\\/]arrow-schema)/ },
  {
    name: 'core',
    priority: 4,
    test: /src[\\/]((activations|plan|pool|report|run|slab)[\\/]|formats[\\/]pandas-metadata|storage[\\/](?!pipe-reader)|index\.ts|cli[\\/](?!main|bench|help|verify))/,
  },
];

async function bundle(input, { format, extension }) {
  const build = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    external,
    treeshake: { propertyReadSideEffects: false },
    plugins: format === 'esm' ? [builtins] : [],
  });
  // Chunks stand beside the entries: `new URL('./worker.cjs', import.meta.url)` then holds in each of them.
  const { output } = await build.write({
    dir: outdir,
    format,
    minify: true,
    entryFileNames: `[name]${extension}`,
    chunkFileNames: `[name]-[hash]${extension}`,
    codeSplitting: { groups },
  });
  await build.close();
  return output.map(({ fileName }) => fileName);
}

await mkdir(outdir, { recursive: true });
const command = { cli: 'src/cli/main.ts', worker: 'workers/worker.ts', 'verify-worker': 'src/verify/worker.ts' };
const present = Object.fromEntries(Object.entries(command).filter(([, path]) => existsSync(join(root, path))));
const written = new Set([
  ...(await bundle(present, { format: 'cjs', extension: '.cjs' })),
  ...(await bundle({ index: 'src/index.ts' }, { format: 'esm', extension: '.js' })),
]);

await chmod(join(outdir, 'cli.cjs'), 0o755);
const stale = (await readdir(outdir)).filter((name) => /\.c?js$/.test(name) && !written.has(name));
await Promise.all(stale.map((name) => rm(join(outdir, name))));
