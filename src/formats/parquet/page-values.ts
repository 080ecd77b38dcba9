/** Parquet's codecs and physical types as pages in a slot have them. */
import type { PageCodec, PhysicalValue } from '../../abi/pages.js';
import { LanewiseError } from '../../errors.js';
import type { ReadableFile } from '../../storage/file.js';
import { CODEC_NAMES, Codec, PhysicalType } from './definitions.js';

const PAGE_CODECS: Readonly<Record<number, PageCodec>> = {
  [Codec.uncompressed]: 'none',
  [Codec.snappy]: 'snappy',
  [Codec.gzip]: 'gzip',
  [Codec.brotli]: 'brotli',
  [Codec.lz4]: 'lz4_hadoop',
  [Codec.zstd]: 'zstd',
  [Codec.lz4Raw]: 'lz4_raw',
};

const PHYSICAL_VALUES: Readonly<Record<number, PhysicalValue>> = {
  [PhysicalType.boolean]: 'boolean',
  [PhysicalType.int32]: 'int32',
  [PhysicalType.int64]: 'int64',
  [PhysicalType.float]: 'float',
  [PhysicalType.double]: 'double',
  [PhysicalType.fixedLenByteArray]: 'float16',
};

/** Bytes of a value in a PLAIN page; booleans are bits. */
export const PHYSICAL_BYTE_LENGTH: Readonly<Record<PhysicalValue, number>> = {
  boolean: 0,
  int32: 4,
  int64: 8,
  float: 4,
  double: 8,
  float16: 2,
};

/** How the values of a numeric leaf lie in pages. */
export function physicalValue(physicalType: number): PhysicalValue {
  const value = PHYSICAL_VALUES[physicalType];
  if (value === undefined) throw new RangeError(`physical type ${physicalType} holds no numbers`);
  return value;
}

export function pageCodec(file: ReadableFile, name: string, codec: number): PageCodec {
  const pageCodecOf = PAGE_CODECS[codec];
  if (pageCodecOf === undefined) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_INPUT',
      `${file.name}: column "${name}" is compressed with ${CODEC_NAMES[codec] ?? `codec ${codec}`}, which Lanewise doesn't read`,
    );
  }
  return pageCodecOf;
}
