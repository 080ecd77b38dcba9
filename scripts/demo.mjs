// `npm run demo`: installs and builds what is missing, then has Lanewise do its main job on a real file: 200,000 flights,
// of which each gets the sigmoid of its delay. Works on a fresh clone with Node and npm alone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const INPUT = 'node_modules/vega-datasets/data/flights-200k.arrow';
const OUTPUT = '.demo/flights.arrow';
const TRANSFORMS = ['sigmoid(delay)', 'late = sigmoid(affine(delay, scale=0.1, shift=-1.5))'];
const ROWS_SHOWN = 5;

if (!existsSync(INPUT)) run('npm', ['ci', '--no-audit', '--no-fund']);
run('npm', ['run', '--silent', 'build:bundle']);
run('npm', ['run', '--silent', 'build:kernels']);
mkdirSync('.demo', { recursive: true });

const options = TRANSFORMS.flatMap((transform) => ['-t', transform]);
lanewise(['apply', INPUT, '-o', OUTPUT, ...options, '--overwrite']);
lanewise(['inspect', OUTPUT]);

const { tableFromIPC } = await import('apache-arrow');
await showFirstRows('before', INPUT);
await showFirstRows('after', OUTPUT);

function lanewise(args) {
  console.log(`\n$ lanewise ${args.map((arg) => (/[^\w./-]/.test(arg) ? `'${arg}'` : arg)).join(' ')}`);
  run(process.execPath, ['dist/cli.cjs', ...args]);
}

async function showFirstRows(title, path) {
  const table = tableFromIPC(await readFile(path));
  console.log(`\nfirst rows ${title}`);
  console.table(
    table
      .slice(0, ROWS_SHOWN)
      .toArray()
      .map((row) => row.toJSON()),
  );
}

/** Runs a command in the open and ends with its exit status if that isn't 0. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
