// `npm run bench:smoke`: runs every bench once on small data, so that none rots. Peers that aren't installed are left out;
// what the times are doesn't matter, that the results are right does.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const TYPESCRIPT = ['--import', './bench/typescript.mjs'];
const BENCHES = [
  [...TYPESCRIPT, 'bench/kernels.ts', '--seconds', '0.002', '--values', '1024', '--widths', '2,8', '--numpy'],
  [...TYPESCRIPT, 'bench/race.ts', '--rows', '20000', '--runs', '1', '--peers', 'polars,numpy+pyarrow,duckdb'],
  [
    ...TYPESCRIPT,
    'bench/scaling.ts',
    '--max-rows',
    '20000',
    '--max-columns',
    '10',
    '--max-row-groups',
    '10',
    '--runs',
    '1',
  ],
  ['dist/cli.cjs', 'bench', '--quick', '--quiet'],
];

for (const args of BENCHES) {
  console.log(`\n$ node ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
