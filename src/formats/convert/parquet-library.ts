/**
 * What parquet-wasm (arrow-rs) is used for: columns that aren't flat numbers, where a file changes its format. It takes
 * half a second to load and copies everything through a memory of its own, so nothing else goes through it.
 */
import { LanewiseError } from '../../errors.js';
import { Codec } from '../parquet/definitions.js';

type Exports = typeof import('parquet-wasm');

export class ParquetLibrary {
  readonly #exports: Exports;

  static async load(): Promise<ParquetLibrary> {
    return new ParquetLibrary(await import('parquet-wasm'));
  }

  private constructor(exports: Exports) {
    this.#exports = exports;
  }

  /**
   * Writes the record batches of an Arrow stream, uncompressed, as a Parquet file.
   * @param codec of parquet.thrift
   * @param rowGroupRows rows of each row group, and of the last at most
   * @throws the library's own error for types that it doesn't write
   */
  encode(stream: Uint8Array, codec: number, rowGroupRows: number): Uint8Array {
    const { Table, WriterPropertiesBuilder, writeParquet } = this.#exports;
    // Each of them is consumed by the next call.
    const properties = new WriterPropertiesBuilder()
      .setCompression(this.#compression(codec))
      .setMaxRowGroupSize(Math.max(1, rowGroupRows))
      .build();
    return writeParquet(Table.fromIPCStream(stream), properties);
  }

  /**
   * Reads rows of a Parquet file as an Arrow stream of one record batch; of no rows, of none.
   * @throws LW_UNSUPPORTED_INPUT for what the library can't read, LW_CORRUPT_INPUT for what it doesn't survive
   */
  decode(file: Uint8Array, rowStart: number, rowCount: number, name: string): Uint8Array {
    const { readParquet } = this.#exports;
    try {
      const options = { offset: rowStart, limit: rowCount, batchSize: Math.max(1, rowCount) };
      return readParquet(file, options).intoIPCStream();
    } catch (error) {
      if (error instanceof Error && error.name === 'RuntimeError') {
        throw new LanewiseError(
          'LW_CORRUPT_INPUT',
          `${name} can't be read as Arrow: its pages contradict its metadata; write the file again from its source`,
          { cause: error },
        );
      }
      throw new LanewiseError(
        'LW_UNSUPPORTED_INPUT',
        `${name} can't be read as Arrow: ${oneLine(error)}; convert it with the program that wrote it, or write Parquet`,
        { cause: error },
      );
    }
  }

  #compression(codec: number): number {
    const { Compression } = this.#exports;
    switch (codec) {
      case Codec.snappy:
        return Compression.SNAPPY;
      case Codec.gzip:
        return Compression.GZIP;
      case Codec.zstd:
        return Compression.ZSTD;
      case Codec.lz4Raw:
        return Compression.LZ4_RAW;
      default:
        return Compression.UNCOMPRESSED;
    }
  }
}

/** The library's message; it may have lines and quotes of its own. */
export function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
