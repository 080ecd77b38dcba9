import { describe, expect, it } from 'vitest';
import { descriptionText } from '../../src/cli/description-text.js';
import { planText } from '../../src/cli/plan-text.js';
import { progressText } from '../../src/cli/progress.js';
import { summaryText } from '../../src/cli/summary-text.js';
import { formatTable, oneLine } from '../../src/cli/table.js';
import type { PlanDescription, Progress, TransformResult } from '../../src/index.js';

const RESULT: TransformResult = {
  output: 'probs.arrow',
  rows: 10_000_000,
  batches: 80,
  bytesRead: 760_000_000,
  bytesWritten: 760_000_000,
  seconds: 0.634,
  threads: 2,
  columns: [{ name: 'p_0', type: 'float64', nullCount: 0 }],
};

const PROGRESS: Progress = {
  rowsDone: 4_200_000,
  rowsTotal: 10_000_000,
  bytesRead: 319_200_000,
  bytesTotal: 760_000_000,
  bytesWritten: 300_000_000,
  elapsedSeconds: 0.8,
};

const PLAN: PlanDescription = {
  input: {
    path: 'in.arrow',
    format: 'Arrow IPC file',
    codec: 'none',
    rows: 200_000,
    batches: 1,
    byteLength: 1_600_864,
  },
  output: {
    path: 'out.arrow',
    format: 'Arrow IPC file',
    codec: 'none',
    rows: 200_000,
    batches: 1,
    byteLength: undefined,
  },
  columns: [
    { name: 'delay', type: 'int16', nullable: true, origin: 'untouched' },
    { name: 'x', type: 'float64', nullable: false, origin: 'replaced' },
    { name: 'delay_sigmoid', type: 'float64', nullable: true, origin: 'new' },
  ],
  jobs: [
    {
      transform: 'sigmoid(delay)',
      functions: 'sigmoid(clip=500)',
      reads: ['delay'],
      writes: [{ name: 'delay_sigmoid', type: 'float64', replaces: undefined }],
    },
    {
      transform: 'x = tanh(x)',
      functions: 'tanh(clip=Infinity)',
      reads: ['x'],
      writes: [{ name: 'x', type: 'float64', replaces: 'x' }],
    },
  ],
  memory: { slotByteLength: 1_048_576, slotCount: 4, threads: 2, totalBytes: 4_194_304, budgetBytes: 134_217_728 },
};

describe('planText', () => {
  it('shows files, memory, jobs and columns', () => {
    expect(planText(PLAN)).toMatchInlineSnapshot(`
      "input   in.arrow: Arrow IPC file, uncompressed, 200,000 rows in 1 record batch, 1.60 MB
      output  out.arrow: Arrow IPC file, uncompressed, 200,000 rows in 1 record batch
      memory  4 slots × 1.05 MB = 4.19 MB of at most 134 MB, 2 threads
      sigmoid(delay)
        computes  sigmoid(clip=500)
        reads     delay
        writes    delay_sigmoid (float64, new)
      x = tanh(x)
        computes  tanh(clip=Infinity)
        reads     x
        writes    x (float64, in place of x)
      columns of the output
        delay          int16    nullable  untouched
        x              float64  not null  replaced
        delay_sigmoid  float64  nullable  new
      "
    `);
  });

  it('says what a stream leaves unknown', () => {
    const unknown = { rows: undefined, batches: undefined, byteLength: undefined };
    const text = planText({
      ...PLAN,
      input: { ...PLAN.input, ...unknown, path: '-', format: 'Arrow IPC stream' },
      output: { ...PLAN.output, ...unknown, path: '-', format: 'Arrow IPC stream' },
    });
    expect(text.split('\n').slice(0, 3)).toMatchInlineSnapshot(`
      [
        "input   standard stream: Arrow IPC stream, uncompressed",
        "output  standard stream: Arrow IPC stream, uncompressed",
        "memory  4 slots × 1.05 MB = 4.19 MB of at most 134 MB, 2 threads",
      ]
    `);
  });

  it('cuts long lists of columns', () => {
    const reads = Array.from({ length: 1000 }, (_, index) => `x${index}`);
    const [job] = PLAN.jobs;
    const text = planText({ ...PLAN, jobs: job === undefined ? [] : [{ ...job, reads }] });
    expect(text).toContain('  reads     x0, x1, x2, x3, x4, x5, x6, x7 and 992 more\n');
  });
});

describe('summaryText', () => {
  it('tells rows, bytes, time, rates and threads', () => {
    expect(summaryText(RESULT)).toBe(
      'wrote probs.arrow: 10,000,000 rows, 760 MB in 0.63 s (1.20 GB/s, 15.8M rows/s; 2 threads)',
    );
  });

  it('leaves rates out where no time has passed', () => {
    expect(summaryText({ ...RESULT, output: '-', rows: 1, bytesWritten: 900, seconds: 0, threads: 1 })).toBe(
      'wrote standard output: 1 row, 900 B in 0.00 s (1 thread)',
    );
  });
});

describe('progressText', () => {
  it('tells share, rate and time left', () => {
    expect(progressText(PROGRESS)).toBe('42% of 10,000,000 rows, 399 MB/s, 1.10 s left');
  });

  it('tells the share of bytes where the rows are unknown', () => {
    expect(progressText({ ...PROGRESS, rowsTotal: undefined })).toBe('42% of 760 MB, 399 MB/s, 1.10 s left');
  });

  it('counts where no total is known', () => {
    expect(progressText({ ...PROGRESS, rowsTotal: undefined, bytesTotal: undefined })).toBe('4,200,000 rows, 399 MB/s');
  });

  it('divides by nothing that is 0', () => {
    const start = { ...PROGRESS, rowsDone: 0, bytesRead: 0, elapsedSeconds: 0 };
    expect(progressText(start)).toBe('0% of 10,000,000 rows, 0 B/s');
    expect(progressText({ ...start, rowsTotal: 0, bytesTotal: 0 })).toBe('0 rows, 0 B/s');
  });
});

describe('descriptionText', () => {
  it('shows the file, its columns and metadata keys', () => {
    const text = descriptionText({
      path: 'in.arrow',
      format: 'Arrow IPC file',
      byteLength: 1_600_864,
      rows: 200_000,
      batches: 1,
      codec: 'none',
      columns: [
        { name: 'delay', type: 'Int16', nullable: true, transformable: true },
        { name: 'city\nname', type: 'Utf8', nullable: false, transformable: false },
      ],
      metadata: [{ key: 'pandas', byteLength: 1234 }],
    });
    expect(text).toMatchInlineSnapshot(`
      "in.arrow: Arrow IPC file, uncompressed, 200,000 rows in 1 record batch, 1.60 MB
      2 columns
        delay           Int16  nullable  numeric
        city\\u000aname  Utf8   not null
      metadata: pandas (1.23 KB)
      "
    `);
  });

  it('counts row groups in Parquet', () => {
    const file = { path: 'a', format: 'Parquet', byteLength: 400, rows: 5, batches: 2, codec: 'zstd' };
    expect(descriptionText({ ...file, columns: [], metadata: [] })).toBe(
      'a: Parquet, zstd, 5 rows in 2 row groups, 400 B\n0 columns\n',
    );
  });

  it('has no table for a file without columns', () => {
    const file = { path: 'a', format: 'Arrow IPC file', byteLength: 400, rows: 0, batches: 0, codec: 'none' };
    expect(descriptionText({ ...file, columns: [], metadata: [] })).toBe(
      'a: Arrow IPC file, uncompressed, 0 rows in 0 record batches, 400 B\n0 columns\n',
    );
  });
});

describe('formatTable', () => {
  it('aligns cells and leaves no trailing spaces', () => {
    expect(
      formatTable(
        [
          ['a', 'bb', ''],
          ['ccc', 'd'],
        ],
        '  ',
      ),
    ).toBe('  a    bb\n  ccc  d');
    expect(formatTable([])).toBe('');
  });
});

describe('oneLine', () => {
  it('escapes what a terminal would act on', () => {
    expect(oneLine('a\nb\u001b[31mc\u007f\u009b')).toBe('a\\u000ab\\u001b[31mc\\u007f\\u009b');
    expect(oneLine('größe — 数')).toBe('größe — 数');
  });
});
