// Runs random jobs on random files for as long as it is told, and stops at the first that goes wrong:
//
//     node scripts/soak.mjs [minutes = 5] [seed = 1]
//
// Each round makes a file of random columns and record batches, then
// - runs random transforms with random threads, memory, forms and codecs, and compares with a plain run on one thread;
// - flips random bits of the file, which may only end in a result or in a LanewiseError;
// - kills a run at a random moment, after which the next one must succeed and leave nothing but its output.
// The package has to be built before (`npm run build`).
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as arrow from 'apache-arrow';
import { LanewiseError, transform } from '../dist/index.js';

const [minutes = 5, firstSeed = 1] = process.argv.slice(2).map(Number);
const CLI_PATH = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url));
const FLIPS_PER_ROUND = 300;

let state = 0;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const below = (limit) => Math.floor(random() * limit);
const oneOf = (choices) => choices[below(choices.length)];

const number = () => oneOf([() => (random() - 0.5) * 20, () => below(9) - 4, () => (random() - 0.5) * 2000])();
const item = new arrow.Field('item', new arrow.Float64(), true);
const KINDS = [
  { type: () => new arrow.Float64(), value: () => oneOf([number, number, () => Number.NaN, () => -0])(), isFlat: true },
  { type: () => new arrow.Float32(), value: number, isFlat: true },
  { type: () => new arrow.Float16(), value: number, isFlat: true },
  { type: () => new arrow.Int32(), value: () => below(2000) - 1000, isFlat: true },
  { type: () => new arrow.Uint8(), value: () => below(256), isFlat: true },
  { type: () => new arrow.Int64(), value: () => BigInt(below(1e9)), isFlat: true },
  { type: () => new arrow.Bool(), value: () => random() < 0.5, isFlat: true },
  { type: () => new arrow.List(item), value: () => Array.from({ length: below(5) }, number), isList: true },
  { type: () => new arrow.FixedSizeList(3, item), value: () => [number(), number(), number()], isList: true },
  { type: () => new arrow.Utf8(), value: () => 'x'.repeat(below(20)) },
  {
    type: (id) => new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), id),
    value: () => oneOf(['a', 'b', 'c']),
    isDictionary: true,
  },
];
const ELEMENTWISE = ['sigmoid', 'tanh', 'relu', 'gelu', 'softplus', 'elu_deriv', 'mish', 'sigmoid_deriv', 'exp'];
const ROWS = ['softmax', 'log_softmax', 'softmin'];

function makeColumn({ type, value }, rowCount, nullShare) {
  const builder = arrow.makeBuilder({ type, nullValues: [null] });
  for (let row = 0; row < rowCount; row++) builder.append(random() < nullShare ? null : value());
  return builder.finish().flush();
}

/** Columns `c0`, `c1`, ··· of random kinds in record batches of random sizes. */
function makeTable() {
  const columns = Array.from({ length: 1 + below(9) }, (_, i) => {
    const kind = i === 0 ? KINDS[0] : oneOf(KINDS);
    return { ...kind, name: `c${i}`, type: kind.type(i), nullShare: oneOf([0, 0, 0.1, 0.9]) };
  });
  const schema = new arrow.Schema(
    columns.map(({ name, type, nullShare }) => new arrow.Field(name, type, nullShare > 0)),
  );
  const batches = Array.from({ length: below(8) }, () => {
    const length = oneOf([0, 1, 7, 64, below(300), below(5000)]);
    const children = columns.map((column) => makeColumn(column, length, column.nullShare));
    return new arrow.RecordBatch(
      schema,
      arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children }),
    );
  });
  return { columns, table: new arrow.Table(schema, batches) };
}

function makeTransforms(columns) {
  const flat = columns.filter(({ isFlat }) => isFlat).map(({ name }) => name);
  const all = columns.filter(({ isFlat, isList }) => isFlat || isList).map(({ name }) => name);
  const transforms = all
    .filter(() => random() < 0.5)
    .map((name, i) => {
      const call = random() < 0.3 ? `${oneOf(ELEMENTWISE)}(clip(${name}))` : `${oneOf(ELEMENTWISE)}(${name})`;
      return random() < 0.4 ? `${name} = ${call}` : `e${i} = ${call}`;
    });
  const row = flat.filter(() => random() < 0.7);
  const nulls = random() < 0.5 ? ', nulls=skip' : '';
  if (row.length > 0) transforms.push(`${oneOf(ROWS)}(${row.join(', ')}${nulls})`);
  if (row.length > 0) transforms.push(`best = argmax(${row.join(', ')}${nulls})`);
  return transforms.length === 0 ? ['e = relu(c0)'] : transforms;
}

function toIpc(table, isFile) {
  const writer = isFile ? new arrow.RecordBatchFileWriter() : new arrow.RecordBatchStreamWriter();
  writer.reset(undefined, table.schema);
  for (const batch of table.batches) writer.write(batch);
  return writer.finish().toUint8Array(true);
}

/** A digest of all values of a file, whatever its form, its codec and its padding. */
async function contentDigest(input, folder) {
  const output = join(folder, 'content.arrows');
  const options = { compression: 'none', threads: 1, sync: false, overwrite: true };
  await transform({ input, output, transforms: ['content = linear(c0)'], ...options });
  const hash = createHash('sha256');
  const table = arrow.tableFromIPC(readFileSync(output));
  hash.update(`${table.schema.fields}`);
  for (const batch of table.batches) {
    hash.update(`${batch.numRows}`);
    for (const data of batch.data.children) addData(hash, data);
  }
  return hash.digest('hex');
}

function addData(hash, data) {
  // The reader makes no child of a list column without rows.
  if (data === undefined) return;
  hash.update(`${data.length} ${data.nullCount}`);
  for (const buffer of [data.valueOffsets, data.values]) if (buffer !== undefined) hash.update(bytesOf(buffer));
  if (data.nullCount > 0) hash.update(bytesOf(data.nullBitmap).subarray(0, Math.ceil(data.length / 8)));
  for (const child of data.children) addData(hash, child);
}

function bytesOf(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

async function checkSettings(folder, input, transforms, forms) {
  const plain = join(folder, 'plain.arrows');
  await transform({ input, output: plain, transforms, threads: 1, compression: 'none', sync: false, overwrite: true });
  const expected = await contentDigest(plain, folder);
  for (let run = 0; run < 4; run++) {
    const output = join(folder, `out${oneOf(forms)}`);
    const threads = 1 + below(3);
    const options = {
      compression: oneOf(['none', 'lz4', 'zstd', 'zstd:1', undefined]),
      threads,
      memory: oneOf([threads * 2 ** 17, threads * 300_000, 2 ** 22, undefined]),
      overwrite: true,
      sync: false,
    };
    try {
      await transform({ input, output, transforms, ...options });
    } catch (error) {
      if (error.code === 'LW_MEMORY_BUDGET') continue;
      throw new Error(`with ${JSON.stringify(options)}`, { cause: error });
    }
    const found = await contentDigest(output, folder);
    if (found !== expected) throw new Error(`other content with ${JSON.stringify({ output, ...options })}`);
  }
}

async function checkFlips(folder, input, bytes, transforms) {
  const damaged = join(folder, 'damaged.arrow');
  const output = join(folder, 'damaged-out.arrow');
  for (let flip = 0; flip < FLIPS_PER_ROUND; flip++) {
    const copy = Uint8Array.from(bytes);
    // Metadata stands at both ends.
    const place = oneOf([copy.length, Math.min(copy.length, 2000), -Math.min(copy.length, 2000)]);
    const at = place < 0 ? copy.length + place + below(-place) : below(place);
    copy[at] = random() < 0.5 ? copy[at] ^ (1 << below(8)) : below(256);
    writeFileSync(damaged, copy);
    try {
      await transform({ input: damaged, output, transforms, threads: 1, sync: false, overwrite: true });
    } catch (error) {
      if (error instanceof LanewiseError && error.code !== 'LW_INTERNAL') continue;
      throw new Error(`byte ${at} of ${input} as ${copy[at]}`, { cause: error });
    }
  }
}

async function checkKill(folder, input, transforms, extension) {
  const output = join(folder, `killed${extension}`);
  const args = ['apply', input, '-o', output, '-q', '--overwrite', ...transforms.flatMap((text) => ['-t', text])];
  const run = () => {
    const child = spawn(process.execPath, [CLI_PATH, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    return { child, end: new Promise((resolve) => child.on('close', resolve)) };
  };
  const { child, end } = run();
  await setTimeout(random() * 400);
  child.kill('SIGKILL');
  await end;
  if ((await run().end) !== 0) throw new Error('the run after a kill failed');
  const left = readdirSync(folder).filter((name) => name.startsWith('.'));
  if (left.length > 0) throw new Error(`left after a kill: ${left.join(', ')}`);
}

const end = performance.now() + minutes * 60_000;
let seed = firstSeed;
for (; performance.now() < end; seed++) {
  state = Math.imul(seed, 2654435761) >>> 0;
  for (let i = 0; i < 5; i++) random();
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-soak-'));
  const { columns, table } = makeTable();
  const transforms = makeTransforms(columns);
  const input = join(folder, 'in.arrow');
  try {
    // The file format knows no dictionary that another replaces.
    const forms = columns.some(({ isDictionary }) => isDictionary) ? ['.arrows'] : ['.arrow', '.arrows'];
    const isFile = oneOf(forms) === '.arrow';
    let bytes = toIpc(table, isFile);
    writeFileSync(input, bytes);
    const codec = oneOf(['none', 'lz4', 'zstd']);
    if (codec !== 'none') {
      const compressed = join(folder, `compressed.arrow${isFile ? '' : 's'}`);
      await transform({ input, output: compressed, transforms: ['c0 = linear(c0)'], compression: codec, sync: false });
      bytes = readFileSync(compressed);
      writeFileSync(input, bytes);
    }
    await checkSettings(folder, input, transforms, forms);
    await checkFlips(folder, input, bytes, transforms);
    await checkKill(folder, input, transforms, forms[0]);
  } catch (error) {
    console.error(`seed ${seed}, files kept in ${folder}, columns ${columns.map(({ type }) => type)}:`);
    console.error(`transforms ${JSON.stringify(transforms)}`);
    console.error(error);
    process.exit(1);
  }
  rmSync(folder, { recursive: true });
}
console.log(`${seed - firstSeed} rounds without a fault`);
