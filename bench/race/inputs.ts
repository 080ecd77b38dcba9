import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, ValueKind } from '../../src/bench/dataset.js';
import { writeArrow } from '../../src/bench/write-arrow.js';
import { writeParquet } from '../../src/bench/write-parquet.js';
import { run } from './measure.js';
import { LANEWISE } from './peers.js';

/** The forms in which the race's table is on disk. */
export type InputKind =
  | 'arrow'
  | 'arrow-single'
  | 'arrow-stream'
  | 'arrow-small'
  | 'parquet'
  | 'parquet-zstd'
  | 'parquet-dictionary';

export interface InputFile {
  readonly path: string;
  readonly dataset: Dataset;
  /** Of a Parquet output, in the words of every peer. */
  readonly compression: 'snappy' | 'zstd';
}

const SMALL_ROW_COUNT = 10_000;
const LOGIT_COUNT = 8;

/** Makes the input in the folder unless it is there. */
export async function makeInput(kind: InputKind, folder: string, rowCount: number): Promise<InputFile> {
  const values: ValueKind = kind === 'parquet-dictionary' ? 'quantized' : 'continuous';
  const dataset = { rowCount: kind === 'arrow-small' ? SMALL_ROW_COUNT : rowCount, logitCount: LOGIT_COUNT, values };
  const path = join(folder, `${kind}-${dataset.rowCount}${inputExtension(kind)}`);
  const compression = kind === 'parquet-zstd' ? 'zstd' : 'snappy';
  if (!existsSync(path)) {
    const unfinished = join(folder, `unfinished${inputExtension(kind)}`);
    rmSync(unfinished, { force: true });
    await writeInput(kind, unfinished, dataset, folder);
    renameSync(unfinished, path);
  }
  return { path, dataset, compression };
}

export function inputExtension(kind: InputKind): string {
  if (kind.startsWith('parquet')) return '.parquet';
  return kind === 'arrow-stream' ? '.arrows' : '.arrow';
}

async function writeInput(kind: InputKind, path: string, dataset: Dataset, folder: string): Promise<void> {
  switch (kind) {
    case 'arrow':
    case 'arrow-small':
      return writeArrow(path, dataset, { form: 'file', single: false });
    case 'arrow-single':
      return writeArrow(path, dataset, { form: 'file', single: true });
    case 'arrow-stream':
      return writeArrow(path, dataset, { form: 'stream', single: false });
    case 'parquet':
    case 'parquet-dictionary':
      return writeParquet(path, dataset);
    case 'parquet-zstd': {
      const { path: snappy } = await makeInput('parquet', folder, dataset.rowCount);
      const transform = ['-t', 'logit_* = linear(logit_*)', '--compression', 'zstd'];
      await run([...LANEWISE, 'apply', snappy, '-o', path, ...transform, '-q', '--no-sync']);
    }
  }
}
