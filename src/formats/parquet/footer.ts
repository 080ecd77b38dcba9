/** The end of a Parquet file: its metadata, found, bounded and checked before anything else is believed. */
import { LanewiseError } from '../../errors.js';
import type { ReadableFile } from '../../storage/file.js';
import { chunkStart } from './chunk-start.js';
import { ColumnChunk, ColumnMetaData, FileMetaData, RowGroup, Statistics } from './definitions.js';
import { type ParquetSchema, readSchema } from './schema.js';
import { mendShortChunks } from './short-chunks.js';
import { readStruct, type ThriftStruct } from './thrift.js';

/**
 *     | "PAR1" | column chunks, indexes, bloom filters | FileMetaData | its length, 4 bytes | "PAR1" |
 *     0        4                                       ^ metadataStart                               byteLength
 */
export interface Footer {
  readonly metadata: ThriftStruct;
  readonly metadataStart: number;
  readonly metadataByteLength: number;
  readonly schema: ParquetSchema;
  readonly rowGroups: readonly ThriftStruct[];
  readonly rowCount: number;
  /** The end of the last column chunk; 0 where none has bytes. */
  readonly dataEnd: number;
  /** Whether data pages of version 2 are compressed whatever their headers say, as those of parquet-cpp before 2.0. */
  readonly isAlwaysCompressed: boolean;
}

/** What is known of a column chunk before its pages are looked at. */
export interface ChunkInfo {
  /** The thrift struct ColumnChunk. */
  readonly chunk: ThriftStruct;
  /** The thrift struct ColumnMetaData. */
  readonly metadata: ThriftStruct;
  /** Position of the first page, which may be a dictionary page. */
  readonly start: number;
  readonly end: number;
  readonly codec: number;
  /** The footer's. */
  readonly isAlwaysCompressed: boolean;
  readonly valueCount: number;
  /** By the statistics; `undefined` where they don't say. */
  readonly nullCount: number | undefined;
}

const MAGIC_BYTE_LENGTH = 4;
const TAIL_BYTE_LENGTH = 8;

export function readFooter(file: ReadableFile): Footer {
  const corrupt = (what: string): LanewiseError => new LanewiseError('LW_CORRUPT_INPUT', `${file.name}: ${what}`);
  if (file.byteLength < MAGIC_BYTE_LENGTH + TAIL_BYTE_LENGTH) {
    throw corrupt(`${file.byteLength} bytes are too few for a Parquet file, which has 12 at least`);
  }
  const tail = new Uint8Array(TAIL_BYTE_LENGTH);
  file.read(tail, file.byteLength - TAIL_BYTE_LENGTH);
  const magic = String.fromCharCode(...tail.subarray(4));
  if (magic === 'PARE') throw encrypted(file);
  if (magic !== 'PAR1') throw corrupt('a Parquet file ends with "PAR1", this one doesn\'t: is it complete?');
  const metadataByteLength = new DataView(tail.buffer).getUint32(0, true);
  const metadataStart = file.byteLength - TAIL_BYTE_LENGTH - metadataByteLength;
  if (metadataStart < MAGIC_BYTE_LENGTH) {
    throw corrupt(`its metadata claims ${metadataByteLength} bytes, the file has ${file.byteLength}`);
  }
  const bytes = new Uint8Array(metadataByteLength);
  file.read(bytes, metadataStart);
  const { struct: metadata } = readMetadata(file, bytes);
  if (metadata.has(FileMetaData.encryptionAlgorithm)) throw encrypted(file);
  const schema = readSchema(metadata.structs(FileMetaData.schema));
  const rowGroups = metadata.structs(FileMetaData.rowGroups);
  const createdBy = metadata.string(FileMetaData.createdBy) ?? '';
  const isAlwaysCompressed = /^parquet-cpp version [01]\./.test(createdBy);
  mendShortChunks(createdBy, rowGroups, metadataStart);
  let rowCount = 0;
  let chunkBytes = 0;
  let dataEnd = 0;
  for (const [index, rowGroup] of rowGroups.entries()) {
    const rows = rowGroup.integer(RowGroup.numRows) ?? -1;
    if (rows < 0) throw corrupt(`row group ${index} claims ${rows} rows`);
    rowCount += rows;
    const chunks = rowGroup.structs(RowGroup.columns);
    if (chunks.length !== schema.leaves.length) {
      throw corrupt(`row group ${index} has ${chunks.length} column chunks, the schema ${schema.leaves.length} leaves`);
    }
    for (const chunk of chunks) {
      const { start, end } = readChunkInfo(file, chunk, { metadataStart, isAlwaysCompressed });
      chunkBytes += end - start;
      if (end > start) dataEnd = Math.max(dataEnd, end);
    }
    // Chunks that overlap could claim any number of bytes in a small file.
    if (chunkBytes > file.byteLength) {
      throw corrupt(`its column chunks claim more than the ${file.byteLength} bytes that the file has`);
    }
  }
  return { metadata, metadataStart, metadataByteLength, schema, rowGroups, rowCount, dataEnd, isAlwaysCompressed };
}

/** Thrift's own messages don't know the file. */
function readMetadata(file: ReadableFile, bytes: Uint8Array): ReturnType<typeof readStruct> {
  try {
    return readStruct(bytes, 0);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LanewiseError('LW_CORRUPT_INPUT', `${file.name}: ${reason}`, { cause: error });
  }
}

/** @throws LW_CORRUPT_INPUT where the chunk lies outside of the file, LW_UNSUPPORTED_INPUT where it lies in another. */
export function readChunkInfo(
  file: ReadableFile,
  chunk: ThriftStruct,
  { metadataStart, isAlwaysCompressed }: Pick<Footer, 'metadataStart' | 'isAlwaysCompressed'>,
): ChunkInfo {
  const corrupt = (what: string): LanewiseError => new LanewiseError('LW_CORRUPT_INPUT', `${file.name}: ${what}`);
  if (chunk.has(ColumnChunk.cryptoMetadata)) throw encrypted(file);
  const filePath = chunk.string(ColumnChunk.filePath);
  if (filePath !== undefined && filePath !== '') {
    throw new LanewiseError(
      'LW_UNSUPPORTED_INPUT',
      `${file.name}: a column chunk lies in another file ("${filePath}"); process the files that hold the data instead`,
    );
  }
  const metadata = chunk.struct(ColumnChunk.metaData);
  if (metadata === undefined) throw corrupt('a column chunk has no metadata');
  const start = chunkStart(metadata);
  const byteLength = metadata.integer(ColumnMetaData.totalCompressedSize) ?? -1;
  const valueCount = metadata.integer(ColumnMetaData.numValues) ?? -1;
  if (byteLength < 0 || valueCount < 0) {
    throw corrupt(`a column chunk claims ${byteLength} bytes and ${valueCount} values`);
  }
  if (byteLength > 0 && (start < MAGIC_BYTE_LENGTH || start + byteLength > metadataStart)) {
    throw corrupt(
      `a column chunk claims the bytes ${start} to ${start + byteLength}, the data ends at byte ${metadataStart}`,
    );
  }
  const nullCount = metadata.struct(ColumnMetaData.statistics)?.integer(Statistics.nullCount);
  return {
    chunk,
    metadata,
    start,
    end: start + byteLength,
    codec: metadata.integer(ColumnMetaData.codec) ?? 0,
    isAlwaysCompressed,
    valueCount,
    nullCount,
  };
}

function encrypted(file: ReadableFile): LanewiseError {
  return new LanewiseError(
    'LW_UNSUPPORTED_INPUT',
    `${file.name}: the file is encrypted (Parquet modular encryption); decrypt it first`,
  );
}
