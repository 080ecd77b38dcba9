import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type { Zstd } from '../../workers/codecs/zstd.js';
import { LanewiseError } from '../errors.js';
import type { ZstdDecompressor } from '../formats/arrow/options.js';
import type { ArrowSchema } from '../formats/arrow/schema.js';
import type { ArrowSource } from '../formats/arrow/source.js';
import type { PageReader } from '../formats/parquet/lists.js';
import type { ParquetSource } from '../formats/parquet/source.js';
import { compileKernels } from '../pool/assets.js';
import type { ReadableFile, Spool } from '../storage/file.js';
import { openInput, openPipe } from '../storage/local-file.js';
import { isDevice } from '../storage/output-file.js';
import { openSpool } from '../storage/spool.js';
import { PIPE, type Settings } from './options.js';

/** An open input, told apart by its format. */
export type Input = (
  | { readonly format: 'arrow'; readonly source: ArrowSource }
  | {
      readonly format: 'parquet';
      readonly source: ParquetSource;
      /** Where all columns are numbers that are to be written as Arrow. */
      readonly arrowSchema?: ArrowSchema;
    }
) & {
  /** `undefined` where it comes through a pipe. */
  readonly byteLength: number | undefined;
  /** `undefined` where only the whole file tells. */
  readonly rowCount: number | undefined;
};

export interface InputOptions {
  /** Memory for a record batch that comes through a pipe; a larger one goes to a spool. */
  readonly windowByteLength: number;
  readonly openSpool: () => Spool;
  /** Ends the wait for whoever fills a pipe. */
  readonly signal?: AbortSignal | undefined;
  /** Asked for when something compressed with ZSTD has to be read outside of a slot. */
  readonly loadZstd: () => Promise<ZstdDecompressor>;
  /** Told what a file is before anything but its first bytes is read. */
  readonly onOpened?: ((format: Input['format'], byteLength: number) => void) | undefined;
}

/** @param output where what doesn't fit in memory goes: beside it, where there is room for one of its size */
export function inputOptions(output: string, memoryBytes: number): InputOptions {
  return {
    // What is read ahead from a pipe may take a part of the budget beside the slots.
    windowByteLength: Math.floor(memoryBytes / 4),
    openSpool: () => openSpool(output === PIPE ? tmpdir() : dirname(output)),
    loadZstd,
  };
}

async function loadZstd(): Promise<Zstd> {
  const { Zstd } = await import('../../workers/codecs/zstd.js');
  return Zstd.load();
}

const STANDARD_INPUT = 0;
const LONGEST_MAGIC = 6;

/** Opens a path, or standard input, and finds the format by the content. */
export async function openSource(path: string, options: InputOptions): Promise<Input> {
  const input =
    path === PIPE
      ? { kind: 'pipe' as const, reader: await openPipe(STANDARD_INPUT, 'standard input', options.signal) }
      : await openInput(path, options.signal);
  if (input.kind === 'pipe') {
    const { openArrowStream } = await import('../formats/arrow/open.js');
    return {
      format: 'arrow',
      source: await openArrowStream(input.reader, options),
      byteLength: undefined,
      rowCount: undefined,
    };
  }
  const { file } = input;
  try {
    return await openFile(file, options);
  } catch (error) {
    file.close();
    throw error;
  }
}

async function openFile(file: ReadableFile, options: InputOptions): Promise<Input> {
  const format = readMagic(file).startsWith('PAR') ? 'parquet' : 'arrow';
  options.onOpened?.(format, file.byteLength);
  if (format === 'parquet') {
    const { openParquet } = await import('../formats/parquet/source.js');
    const source = openParquet(file, openPageReader);
    return { format, source, byteLength: file.byteLength, rowCount: source.rowCount };
  }
  const { openArrow } = await import('../formats/arrow/open.js');
  return { format, source: await openArrow(file, options), byteLength: file.byteLength, rowCount: undefined };
}

/**
 * A Parquet input for an Arrow output; it takes the place of the input that it is made of. Columns of numbers are
 * decoded to where they belong in an uncompressed file; for all else a library makes record batches of the row groups.
 */
export async function readForArrow(
  input: Extract<Input, { format: 'parquet' }>,
  { output, format, compression, memoryBytes }: Settings,
  options: InputOptions,
): Promise<Input> {
  const takesAnyOrder = output !== PIPE && !isDevice(output);
  if (takesAnyOrder && (compression?.codec ?? 'none') === 'none') {
    const { numericArrowSchema } = await import('../formats/convert/numeric-schema.js');
    const arrowSchema = await numericArrowSchema(input.source);
    if (arrowSchema !== undefined) {
      input.source.carry(input.source.schema.columns);
      return { ...input, arrowSchema };
    }
  }
  const { ParquetAsArrowSource } = await import('../formats/convert/parquet-as-arrow.js');
  const form = format === 'arrow' ? 'file' : 'stream';
  const source = await ParquetAsArrowSource.open(input.source, { ...options, memoryBytes, form });
  return { format: 'arrow', source, byteLength: input.byteLength, rowCount: input.rowCount };
}

async function openPageReader(byteLength: number): Promise<PageReader> {
  const { PageReader } = await import('../../workers/parquet/page-reader.js');
  return new PageReader(compileKernels(), byteLength);
}

function readMagic(file: ReadableFile): string {
  if (file.byteLength === 0) {
    throw new LanewiseError('LW_NOT_COLUMNAR', `${file.name} is empty: 0 bytes; name an Arrow IPC or Parquet file`);
  }
  const bytes = new Uint8Array(Math.min(LONGEST_MAGIC, file.byteLength));
  file.read(bytes, 0);
  return String.fromCharCode(...bytes);
}
