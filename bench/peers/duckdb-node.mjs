// DuckDB's Node package: one COPY statement, which the race hands over.
import duckdb, { DuckDBInstance } from '@duckdb/node-api';

const statement = process.argv[6];
const startedAt = performance.now();
const connection = await (await DuckDBInstance.create()).connect();
await connection.run(statement);
console.log(
  JSON.stringify({ seconds: (performance.now() - startedAt) / 1e3, versions: { 'duckdb (node)': duckdb.version() } }),
);
