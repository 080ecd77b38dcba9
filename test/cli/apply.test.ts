import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Table, tableFromIPC, tableToIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { FLIGHTS_PATH, lanewise, temporaryFolder } from './support.js';

const FLIGHTS = tableFromIPC(readFileSync(FLIGHTS_PATH));

function values(table: Table, name: string): readonly number[] {
  return [...(table.getChild(name) ?? [])];
}

/** The worst relative difference from 1/(1 + e^-delay). */
function sigmoidError(table: Table): number {
  const delays = values(FLIGHTS, 'delay');
  return values(table, 'delay_sigmoid').reduce((worst, value, row) => {
    const expected = 1 / (1 + Math.exp(-(delays[row] ?? Number.NaN)));
    return Math.max(worst, Math.abs(value - expected) / expected);
  }, 0);
}

describe('lanewise apply', () => {
  it('has the defaults of the dialect that it is told', async () => {
    const folder = temporaryFolder();
    const outputs = ['guide', 'keras'].map((dialect) => join(folder, `${dialect}.arrow`));
    const transforms = ['-t', 'leaky_relu(delay)', '-t', 'p = softplus(delay, clip=none)'];
    const [guide, keras] = await Promise.all(
      outputs.map(async (output, index) => {
        const dialect = index === 0 ? [] : ['--dialect', 'keras'];
        const { status, stderr } = await lanewise(['apply', FLIGHTS_PATH, '-o', output, ...transforms, ...dialect]);
        expect({ status, stderr }).toMatchObject({ status: 0 });
        return tableFromIPC(readFileSync(output));
      }),
    );
    if (guide === undefined || keras === undefined) throw new Error('two outputs were to be written');
    const row = values(FLIGHTS, 'delay').indexOf(-10);
    expect(values(guide, 'delay_leaky_relu')[row]).toBe(-0.1);
    expect(values(keras, 'delay_leaky_relu')[row]).toBe(-2);
    expect(values(keras, 'p')).toEqual(values(guide, 'p'));

    const wrong = await lanewise([
      'apply',
      FLIGHTS_PATH,
      '-o',
      join(folder, 'x.arrow'),
      ...transforms,
      '--dialect',
      'jax',
    ]);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('Not allowed: --dialect "jax", only "guide", "torch", "onnx", "keras"');
    expect(readdirSync(folder).sort()).toEqual(['guide.arrow', 'keras.arrow']);
  });

  it('writes the file, and one line on standard error', async () => {
    const folder = temporaryFolder();
    const output = join(folder, 'out.arrow');
    const { status, stdout, stderr } = await lanewise(['apply', FLIGHTS_PATH, '-o', output, '-t', 'sigmoid(delay)']);
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/^wrote .*out\.arrow: 200,000 rows, [\d.]+ MB in [\d.]+ m?s \(.+; \d+ threads?\)\n$/);
    expect(readdirSync(folder)).toEqual(['out.arrow']);

    const table = tableFromIPC(readFileSync(output));
    expect(table.schema.fields.map(String)).toEqual([
      ...FLIGHTS.schema.fields.map(String),
      expect.stringMatching(/^delay_sigmoid: Float64$/),
    ]);
    for (const name of ['delay', 'distance', 'time']) expect(values(table, name)).toEqual(values(FLIGHTS, name));
    expect(values(table, 'delay_sigmoid')).toHaveLength(200_000);
    expect(sigmoidError(table)).toBeLessThan(1e-15);
  });

  it('stands in a pipe', async () => {
    const stdin = tableToIPC(FLIGHTS, 'stream');
    const { status, stdout, stderr } = await lanewise(['apply', '-', '-o', '-', '-t', 'sigmoid(delay)'], { stdin });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^wrote standard output: 200,000 rows/);
    expect(sigmoidError(tableFromIPC(stdout))).toBeLessThan(1e-15);
  });

  it('replaces a file when told to, its own input too', async () => {
    const path = join(temporaryFolder(), 'flights.arrow');
    const first = await lanewise(['apply', FLIGHTS_PATH, '-o', path, '-t', 'sigmoid(delay)', '-q']);
    const second = await lanewise(['apply', path, '-o', path, '-t', 'x = tanh(delay_sigmoid)', '-q', '--overwrite']);
    expect([first.status, second.status]).toEqual([0, 0]);
    const table = tableFromIPC(readFileSync(path));
    expect(table.schema.names).toEqual(['delay', 'distance', 'time', 'delay_sigmoid', 'x']);
    expect(values(table, 'x')[0]).toBe(Math.tanh(0.5));
  });

  it('says nothing when quiet', async () => {
    const output = join(temporaryFolder(), 'out.arrow');
    const { status, stdout, stderr } = await lanewise([
      'apply',
      FLIGHTS_PATH,
      '-o',
      output,
      '-t',
      'relu(delay)',
      '--quiet',
    ]);
    expect({ status, stdout: stdout.toString(), stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('sums up as JSON', async () => {
    const output = join(temporaryFolder(), 'out.arrow');
    const { stdout, stderr } = await lanewise([
      'apply',
      FLIGHTS_PATH,
      '-o',
      output,
      '-t',
      'relu(delay)',
      '--json',
      '--no-sync',
    ]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout.toString())).toMatchObject({
      output,
      rows: 200_000,
      batches: 1,
      bytesWritten: readFileSync(output).length,
      columns: [{ name: 'delay_relu', type: 'float64', nullCount: 0 }],
    });
  });

  it('keeps JSON away from the data', async () => {
    const args = ['apply', FLIGHTS_PATH, '-o', '-', '-t', 'relu(delay)', '--json'];
    const { stdout, stderr } = await lanewise(args);
    expect(tableFromIPC(stdout).numRows).toBe(200_000);
    expect(JSON.parse(stderr)).toMatchObject({ output: '-', rows: 200_000 });
  });

  it('plans without writing', async () => {
    const folder = temporaryFolder();
    const args = ['apply', FLIGHTS_PATH, '-o', join(folder, 'out.arrow'), '-t', 's = sigmoid(delay)', '--dry-run'];
    const text = await lanewise([...args, '--threads', '2']);
    expect(text.status).toBe(0);
    expect(text.stdout.toString()).toContain('\ns = sigmoid(delay)\n  computes  sigmoid(clip=500)\n');
    expect(text.stdout.toString()).toContain('  writes    s (float64, new)\n');
    const json = await lanewise([...args, '--threads', '2', '--json']);
    expect(JSON.parse(json.stdout.toString())).toMatchObject({
      input: { format: 'Arrow IPC file' },
      jobs: [{ transform: 's = sigmoid(delay)', reads: ['delay'], writes: [{ name: 's', type: 'float64' }] }],
      memory: { threads: 2 },
    });
    expect(existsSync(join(folder, 'out.arrow'))).toBe(false);
  });
});

describe('lanewise inspect', () => {
  it('shows format, size and columns', async () => {
    const { status, stdout, stderr } = await lanewise(['inspect', FLIGHTS_PATH]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.toString()).toMatch(
      /: Arrow IPC file, uncompressed, 200,000 rows in 1 record batch, 1\.60 MB\n3 columns\n {2}delay /,
    );
  });

  it('prints JSON', async () => {
    const { stdout } = await lanewise(['inspect', FLIGHTS_PATH, '--json']);
    const description = JSON.parse(stdout.toString());
    expect(description).toMatchObject({ format: 'Arrow IPC file', byteLength: 1_600_864, rows: 200_000, batches: 1 });
    expect(description.columns.map(({ name }: { name: string }) => name)).toEqual(['delay', 'distance', 'time']);
  });
});

describe('lanewise functions', () => {
  it('lists all and explains one', async () => {
    const all = await lanewise(['functions']);
    const one = await lanewise(['functions', 'softplus']);
    expect([all.status, one.status]).toEqual([0, 0]);
    expect(all.stdout.toString()).toMatch(/\bsigmoid\b.*\bsoftmax\b/s);
    expect(one.stdout.toString()).toMatch(/\bbeta\b/);
  });

  it('prints entries as JSON, with infinities as text', async () => {
    const { stdout } = await lanewise(['functions', 'tanh_deriv', '--json']);
    expect(JSON.parse(stdout.toString())).toMatchObject([
      { name: 'tanh', kind: 'elementwise', parameters: [{ name: 'clip', default: 'Infinity' }] },
    ]);
  });
});
