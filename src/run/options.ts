import { extname } from 'node:path';
import type { EncodingOption } from '../abi/pages.js';
import { CATALOGUE } from '../activations/catalogue.js';
import { applyDialect, DIALECTS, type Dialect } from '../activations/dialects.js';
import type { ActivationEntry } from '../activations/entry.js';
import { LanewiseError } from '../errors.js';
import type { Progress } from '../report/types.js';
import { availableCores } from '../storage/host.js';
import { DEFAULT_MEMORY_BYTES } from './budget.js';

export type OutputFormat = 'arrow' | 'arrows' | 'parquet';

/** Options of everything that runs transforms. */
export interface ResourceOptions {
  /**
   * Whose defaults the functions' parameters have: the guide's, or those of PyTorch, ONNX Runtime or Keras.
   * @default guide
   */
  readonly dialect?: Dialect | undefined;
  /**
   * Type of every floating-point output.
   * @default the type that follows from the columns
   */
  readonly outType?: 'float64' | 'float32' | 'float16' | undefined;
  /**
   * Threads that compute, the calling one included.
   * @default the cores that this process may use, where starting others pays
   */
  readonly threads?: number | undefined;
  /**
   * Bytes that chunks in flight may take.
   * @default 128 MiB
   */
  readonly memory?: number | undefined;
}

/** Options of `plan` and `transform`. */
export interface PlanOptions extends ResourceOptions {
  /** Path of an Arrow IPC or Parquet file; `-` for an Arrow stream on standard input. */
  readonly input: string;
  /** Path of the output; `-` for an Arrow stream on standard output. */
  readonly output: string;
  /** Transforms such as `p_* = softmax(logit_*)`. All of them read the input's columns. */
  readonly transforms: readonly string[];
  /**
   * Format of the output.
   * @default by the output's extension: `.arrow`, `.feather`, `.ipc` file; `.arrows` stream; `.parquet`
   */
  readonly to?: OutputFormat | undefined;
  /**
   * Codec of the output, with a level where it has one: `none`, `lz4`, `zstd:3`, `snappy`, `gzip`, `lz4_raw`.
   * @default the input's
   */
  readonly compression?: string | undefined;
  /**
   * Rows of each row group but the last of a Parquet output; of an Arrow input, a multiple of 64 rows, at most.
   * @default the input's row groups; of an Arrow input, as many record batches as come to about a million rows or 64 MiB,
   * and a large one as it is
   */
  readonly rowGroupRows?: number | undefined;
  /**
   * How floating-point columns that are written as Parquet are encoded: `plain`, or `byte_stream_split`. `auto` does the
   * latter where the codec is zstd, gzip or brotli, but for pages whose values repeat often, which are smaller PLAIN; and it
   * keeps the dictionary of an input column that an elementwise function can be computed on.
   * @default auto
   */
  readonly encoding?: ParquetEncoding | undefined;
  /**
   * Whether Parquet pages of numbers that are written carry a CRC-32.
   * @default false
   */
  readonly pageChecksums?: boolean | undefined;
  /**
   * Whether an existing output is replaced.
   * @default false
   */
  readonly overwrite?: boolean | undefined;
}

/** Options of `transform`. */
export interface TransformOptions extends PlanOptions {
  /**
   * Whether the output must have reached the disk before it appears under its name.
   * @default true
   */
  readonly sync?: boolean | undefined;
  /** Stops the run, which leaves nothing behind and rejects with `LW_ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /** Called a few times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A codec with its level, as `--compression` says it. */
export interface Compression {
  readonly codec: string;
  readonly level: number | undefined;
}

/** Resource options with every default filled in. */
export interface Resources {
  /** The functions, with the dialect's defaults. */
  readonly catalogue: readonly ActivationEntry[];
  readonly outType: 'float64' | 'float32' | 'float16' | undefined;
  readonly threads: number;
  readonly memoryBytes: number;
}

/** Options with every default filled in. */
export interface Settings extends Resources {
  readonly input: string;
  readonly output: string;
  readonly transforms: readonly string[];
  readonly format: OutputFormat;
  readonly compression: Compression | undefined;
  readonly rowGroupRows: number | undefined;
  readonly encoding: ParquetEncoding | undefined;
  readonly pageChecksums: boolean;
  readonly overwrite: boolean;
}

const FORMAT_BY_EXTENSION: Readonly<Record<string, OutputFormat>> = {
  '.arrow': 'arrow',
  '.feather': 'arrow',
  '.ipc': 'arrow',
  '.arrows': 'arrows',
  '.parquet': 'parquet',
  '.pq': 'parquet',
};

export type ParquetEncoding = EncodingOption;
const PARQUET_ENCODINGS = ['auto', 'plain', 'byte_stream_split'] as const satisfies readonly ParquetEncoding[];

/** Standard input or output. */
export const PIPE = '-';

/** @throws LW_USAGE for an option out of its range */
export function fillResources(options: ResourceOptions): Resources {
  const threads = options.threads ?? availableCores();
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
    throw new LanewiseError('LW_USAGE', `threads must be a whole number from 1 to 1024, not ${threads}`);
  }
  const memoryBytes = options.memory ?? DEFAULT_MEMORY_BYTES;
  if (!Number.isInteger(memoryBytes) || memoryBytes <= 0) {
    throw new LanewiseError('LW_USAGE', `memory must be a whole number of bytes above 0, not ${memoryBytes}`);
  }
  return { catalogue: catalogueOf(options.dialect ?? 'guide'), outType: options.outType, threads, memoryBytes };
}

/**
 * The functions with a dialect's defaults.
 * @throws LW_USAGE for a dialect that there isn't
 */
export function catalogueOf(dialect: Dialect): readonly ActivationEntry[] {
  if (DIALECTS.includes(dialect)) return applyDialect(CATALOGUE, dialect);
  throw new LanewiseError('LW_USAGE', `dialect must be one of ${DIALECTS.join(', ')}, not ${dialect}`);
}

/** @throws LW_USAGE for an option out of its range, LW_UNSUPPORTED_OPTION for one that the output's format doesn't have */
export function fillSettings(options: PlanOptions): Settings {
  if (options.transforms.length === 0) {
    throw new LanewiseError('LW_USAGE', "there is no transform; give at least one, such as 'sigmoid(score)'");
  }
  const format = options.to ?? formatOf(options.output);
  const { encoding, pageChecksums = false } = options;
  if (format !== 'parquet' && (encoding !== undefined || pageChecksums)) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `${encoding === undefined ? 'page-checksums' : 'encoding'} is of Parquet, and the output is Arrow; leave it out, or write Parquet`,
    );
  }
  return {
    ...fillResources(options),
    input: options.input,
    output: options.output,
    transforms: options.transforms,
    format,
    compression: parseCompression(options.compression),
    rowGroupRows: checkRowGroupRows(options.rowGroupRows),
    encoding: checkEncoding(encoding),
    pageChecksums,
    overwrite: options.overwrite ?? false,
  };
}

function checkEncoding(encoding: ParquetEncoding | undefined): ParquetEncoding | undefined {
  if (encoding === undefined || PARQUET_ENCODINGS.includes(encoding)) return encoding;
  throw new LanewiseError('LW_USAGE', `encoding must be one of ${PARQUET_ENCODINGS.join(', ')}, not ${encoding}`);
}

/** A row group's rows are counted in 32 bits. */
const ROW_GROUP_ROWS_MAX = 2 ** 31 - 1;

function checkRowGroupRows(rows: number | undefined): number | undefined {
  if (rows === undefined) return undefined;
  if (Number.isInteger(rows) && rows > 0 && rows <= ROW_GROUP_ROWS_MAX) return rows;
  throw new LanewiseError(
    'LW_USAGE',
    `row-group-rows must be a whole number from 1 to ${ROW_GROUP_ROWS_MAX}, not ${rows}`,
  );
}

function formatOf(output: string): OutputFormat {
  if (output === PIPE) return 'arrows';
  const format = FORMAT_BY_EXTENSION[extname(output).toLowerCase()];
  if (format === undefined) {
    throw new LanewiseError(
      'LW_USAGE',
      `the extension of ${output} names no format; use ${Object.keys(FORMAT_BY_EXTENSION).join(', ')} or say which with --to`,
    );
  }
  return format;
}

function parseCompression(text: string | undefined): Compression | undefined {
  if (text === undefined) return undefined;
  const match = /^(?<codec>[a-z0-9_]+)(?::(?<level>-?\d+))?$/.exec(text);
  if (match?.groups?.codec === undefined) {
    throw new LanewiseError(
      'LW_USAGE',
      `compression must be a codec with or without a level, such as zstd:3, not ${text}`,
    );
  }
  const { codec, level } = match.groups;
  return { codec, level: level === undefined ? undefined : Number(level) };
}
