import type { Spool } from '../../storage/file.js';

/** ZSTD outside of the workers: the number of bytes written, or -1 for damaged data. */
export interface ZstdDecompressor {
  decompress(source: Uint8Array, target: Uint8Array): number;
}

/** What a source may take of memory and disk. */
export interface ArrowSourceOptions {
  /** Memory for what must be read by position and isn't in a file: a pipe's record batch, a large decompressed buffer. */
  readonly windowByteLength: number;
  /** Makes a temporary file for what is larger than that. */
  readonly openSpool: () => Spool;
  /** Asked for when the first ZSTD body is met. Without it, ZSTD buffers that no slot holds are refused. */
  readonly loadZstd?: (() => Promise<ZstdDecompressor>) | undefined;
}
