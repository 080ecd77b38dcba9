// Polars' Node package: scan, expressions, one table in memory, write.
import { createRequire } from 'node:module';
import pl from 'nodejs-polars';

const [, , name, source, target, compression] = process.argv;
const startedAt = performance.now();
const isParquet = source.endsWith('.parquet');
const table = isParquet ? pl.scanParquet(source) : pl.scanIPC(source);
const names = table.columns.filter((column) => column.startsWith('logit_'));
const result = table.withColumns(...expressions()).collectSync();
if (isParquet) result.writeParquet(target, { compression });
else result.writeIPC(target, { compression: 'uncompressed' });
const seconds = (performance.now() - startedAt) / 1e3;
const { version } = createRequire(import.meta.url)('nodejs-polars/package.json');
console.log(JSON.stringify({ seconds, versions: { 'nodejs-polars': version } }));

function expressions() {
  const columns = names.map((column) => pl.col(column));
  if (name === 'sigmoid') return columns.map((x, i) => pl.lit(1).div(x.mul(-1).exp().plus(1)).alias(names[i]));
  const largest = pl.maxHorizontal(columns);
  const exponentials = columns.map((x) => x.minus(largest).exp());
  const total = pl.sumHorizontal(exponentials);
  return exponentials.map((e, i) => e.div(total).alias(names[i]));
}
