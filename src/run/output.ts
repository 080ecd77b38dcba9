import { LanewiseError } from '../errors.js';
import type { ArrowSinkOptions } from '../formats/arrow/sink.js';
import type { Sink } from '../formats/format.js';
import type { ParquetSource } from '../formats/parquet/source.js';
import type { BoundTransforms } from '../plan/job.js';
import type { Slab } from '../slab/slab.js';
import type { Spool } from '../storage/file.js';
import { isDevice, OutputFile } from '../storage/output-file.js';
import { PipeWriter } from '../storage/pipe-writer.js';
import type { Input } from './input.js';
import { type Compression, PIPE, type Settings } from './options.js';

/** An output being written: nothing of it is seen before `commit`, and nothing stays after `discard`; a pipe can't be taken back. */
export interface Output {
  readonly sink: Sink<unknown>;
  /** Written so far. */
  readonly byteLength: number;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

export interface OutputOptions {
  readonly sync: boolean;
  /** Memory for what has been computed but can't be written yet; more goes to a spool. */
  readonly windowByteLength: number;
  readonly openSpool: () => Spool;
  /** Ends the wait for whoever reads a pipe. */
  readonly signal: AbortSignal | undefined;
}

const STANDARD_OUTPUT = 1;
const ZSTD_LEVELS = { smallest: -7, largest: 22 };

/** @throws LW_OUTPUT_EXISTS, LW_UNSUPPORTED_OPTION before anything is written; LW_IO, LW_DISK_FULL */
export async function openOutput(
  input: Input,
  bound: BoundTransforms,
  slab: Slab,
  settings: Settings,
  options: OutputOptions,
): Promise<Output> {
  const common: CommonOptions = {
    jobs: bound.jobs,
    memory: slab.bytes,
    windowByteLength: options.windowByteLength,
    slotByteLength: slab.layout.slotByteLength,
    openSpool: options.openSpool,
  };
  const pipe = await openPipeWriter(settings, options.signal);
  if (pipe !== undefined) {
    try {
      return new PipeOutput(await pipeSink(input, settings, common, pipe), pipe);
    } catch (error) {
      pipe.close();
      throw error;
    }
  }
  const file = OutputFile.create(settings.output, { overwrite: settings.overwrite, sync: options.sync });
  try {
    return new FileOutput(await fileSink(input, settings, common, file, options.signal), file);
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/**
 * Has the output begin with all of the input's column chunks, where no result takes the place of one.
 * @returns how many bytes of the input the output has now
 */
async function keepColumnChunks(
  { file: input, dataEnd }: ParquetSource,
  { jobs }: CommonOptions,
  file: OutputFile,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (dataEnd === 0 || jobs.some(({ outputs }) => outputs.some(({ replaces }) => replaces !== undefined))) return 0;
  return (await file.copyFrom(input, dataEnd, signal)) ? dataEnd : 0;
}

type CommonOptions = Omit<ArrowSinkOptions, 'source' | 'compression' | 'file'> & { readonly slotByteLength: number };

async function fileSink(
  input: Input,
  settings: Settings,
  common: CommonOptions,
  file: OutputFile,
  signal: AbortSignal | undefined,
): Promise<Sink<unknown>> {
  const pages = { encoding: settings.encoding ?? 'auto', pageChecksum: settings.pageChecksums };
  if (input.format === 'parquet' && settings.format === 'parquet') {
    const { source } = input;
    const parquet = {
      ...common,
      ...pages,
      source,
      compression: settings.compression ?? ('sameAsInput' as const),
      file,
    };
    if (settings.rowGroupRows !== undefined) {
      const { RecutSink } = await import('../formats/parquet/recut/recut-sink.js');
      return new RecutSink(parquet);
    }
    const { ParquetSink } = await import('../formats/parquet/sink.js');
    return new ParquetSink({ ...parquet, keptByteLength: await keepColumnChunks(source, common, file, signal) });
  }
  if (input.format === 'parquet') {
    const { arrowSchema, source } = input;
    if (arrowSchema === undefined) throw notReadAsArrow();
    const { NumericArrowSink } = await import('../formats/convert/numeric-arrow-sink.js');
    const form = settings.format === 'arrow' ? 'file' : 'stream';
    arrowCompression(settings.compression);
    return new NumericArrowSink({ ...common, source, arrowSchema, form, file });
  }
  if (settings.format === 'parquet') {
    const { ParquetConvertSink } = await import('../formats/convert/parquet-sink.js');
    const { compression, rowGroupRows } = settings;
    return ParquetConvertSink.open({ ...common, ...pages, source: input.source, compression, rowGroupRows, file });
  }
  const compression = arrowCompression(settings.compression);
  if (settings.format === 'arrow') {
    const { ArrowFileSink } = await import('../formats/arrow/file-sink.js');
    return new ArrowFileSink({ ...common, source: input.source, compression, file });
  }
  const { ArrowStreamSink } = await import('../formats/arrow/stream-sink.js');
  return new ArrowStreamSink({ ...common, source: input.source, compression, file });
}

async function pipeSink(
  input: Input,
  settings: Settings,
  common: CommonOptions,
  writer: PipeWriter,
): Promise<Sink<unknown>> {
  if (input.format === 'parquet') throw notReadAsArrow();
  const { ArrowPipeSink } = await import('../formats/arrow/stream-sink.js');
  return new ArrowPipeSink({
    ...common,
    source: input.source,
    compression: arrowCompression(settings.compression),
    writer,
  });
}

function notReadAsArrow(): RangeError {
  return new RangeError('a Parquet input is read as Arrow where the output is Arrow');
}

function arrowCompression(compression: Compression | undefined): ArrowSinkOptions['compression'] {
  if (compression === undefined) return 'sameAsInput';
  const { codec, level } = compression;
  if (codec === 'none' && level === undefined) return 'none';
  if (codec === 'lz4' && level === undefined) return { codec, level };
  if (codec === 'zstd' && (level === undefined || (level >= ZSTD_LEVELS.smallest && level <= ZSTD_LEVELS.largest))) {
    return { codec, level };
  }
  const text = level === undefined ? codec : `${codec}:${level}`;
  throw new LanewiseError(
    'LW_UNSUPPORTED_OPTION',
    `Arrow output is compressed with none, lz4 or zstd:${ZSTD_LEVELS.smallest} to zstd:${ZSTD_LEVELS.largest}, not with ${text}`,
  );
}

/** Standard output, or what a path leads to that isn't a regular file: both take bytes in their order only. */
async function openPipeWriter(
  { output, format }: Settings,
  signal: AbortSignal | undefined,
): Promise<PipeWriter | undefined> {
  if (output !== PIPE && !isDevice(output)) return undefined;
  if (format !== 'arrows') {
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `${output === PIPE ? 'standard output' : output} takes bytes in their order, which only the Arrow stream format allows; use --to arrows or name a file`,
    );
  }
  return output === PIPE ? new PipeWriter(STANDARD_OUTPUT, 'standard output', signal) : PipeWriter.open(output, signal);
}

class PipeOutput implements Output {
  readonly sink: Sink<unknown>;
  readonly #pipe: PipeWriter;

  constructor(sink: Sink<unknown>, pipe: PipeWriter) {
    this.sink = sink;
    this.#pipe = pipe;
  }

  get byteLength(): number {
    return this.#pipe.byteLength;
  }

  async commit(): Promise<void> {
    this.#pipe.close();
  }

  async discard(): Promise<void> {
    this.#pipe.close();
  }
}

class FileOutput implements Output {
  readonly sink: Sink<unknown>;
  readonly #file: OutputFile;

  constructor(sink: Sink<unknown>, file: OutputFile) {
    this.sink = sink;
    this.#file = file;
  }

  get byteLength(): number {
    return this.#file.byteLength;
  }

  commit(): Promise<void> {
    return this.#file.commit();
  }

  discard(): Promise<void> {
    return this.#file.discard();
  }
}
