/**
 * The names of parquet.thrift: enum values, and the field ids of the structs that are read or written here.
 *
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */

/** Where Arrow's writers keep the schema that the file was made of, as a base64 IPC message. */
export const ARROW_SCHEMA_KEY = 'ARROW:schema';

export const FileMetaData = {
  version: 1,
  schema: 2,
  numRows: 3,
  rowGroups: 4,
  keyValueMetadata: 5,
  createdBy: 6,
  columnOrders: 7,
  encryptionAlgorithm: 8,
} as const;

export const SchemaElement = {
  type: 1,
  typeLength: 2,
  repetitionType: 3,
  name: 4,
  numChildren: 5,
  convertedType: 6,
  scale: 7,
  precision: 8,
  fieldId: 9,
  logicalType: 10,
} as const;

export const KeyValue = { key: 1, value: 2 } as const;

export const RowGroup = {
  columns: 1,
  totalByteSize: 2,
  numRows: 3,
  sortingColumns: 4,
  fileOffset: 5,
  totalCompressedSize: 6,
  ordinal: 7,
} as const;

export const SortingColumn = { columnIndex: 1 } as const;

export const ColumnChunk = {
  filePath: 1,
  fileOffset: 2,
  metaData: 3,
  offsetIndexOffset: 4,
  offsetIndexLength: 5,
  columnIndexOffset: 6,
  columnIndexLength: 7,
  cryptoMetadata: 8,
} as const;

export const ColumnMetaData = {
  type: 1,
  encodings: 2,
  pathInSchema: 3,
  codec: 4,
  numValues: 5,
  totalUncompressedSize: 6,
  totalCompressedSize: 7,
  keyValueMetadata: 8,
  dataPageOffset: 9,
  indexPageOffset: 10,
  dictionaryPageOffset: 11,
  statistics: 12,
  encodingStats: 13,
  bloomFilterOffset: 14,
  bloomFilterLength: 15,
  sizeStatistics: 16,
} as const;

export const Statistics = {
  max: 1,
  min: 2,
  nullCount: 3,
  maxValue: 5,
  minValue: 6,
  isMaxValueExact: 7,
  isMinValueExact: 8,
} as const;

export const PageEncodingStats = { pageType: 1, encoding: 2, count: 3 } as const;

export const PageHeader = {
  type: 1,
  uncompressedPageSize: 2,
  compressedPageSize: 3,
  crc: 4,
  dataPageHeader: 5,
  dictionaryPageHeader: 7,
  dataPageHeaderV2: 8,
} as const;

export const DataPageHeader = {
  numValues: 1,
  encoding: 2,
  definitionLevelEncoding: 3,
  repetitionLevelEncoding: 4,
  statistics: 5,
} as const;

export const DataPageHeaderV2 = {
  numValues: 1,
  numNulls: 2,
  numRows: 3,
  encoding: 4,
  definitionLevelsByteLength: 5,
  repetitionLevelsByteLength: 6,
  isCompressed: 7,
  statistics: 8,
} as const;

export const DictionaryPageHeader = { numValues: 1, encoding: 2 } as const;

export const OffsetIndex = { pageLocations: 1 } as const;
export const PageLocation = { offset: 1, compressedPageSize: 2, firstRowIndex: 3 } as const;
export const ColumnIndex = { nullPages: 1, minValues: 2, maxValues: 3, boundaryOrder: 4, nullCounts: 5 } as const;

export const BloomFilterHeader = { numBytes: 1, algorithm: 2, hash: 3, compression: 4 } as const;
/** The only members of the unions that they are: split blocks, XXH64, none. */
export const BloomFilterForm = { block: 1, xxhash: 1, uncompressed: 1 } as const;

export const LogicalType = {
  string: 1,
  map: 2,
  list: 3,
  enum: 4,
  decimal: 5,
  date: 6,
  time: 7,
  timestamp: 8,
  integer: 10,
  unknown: 11,
  json: 12,
  bson: 13,
  uuid: 14,
  float16: 15,
  variant: 16,
  geometry: 17,
  geography: 18,
} as const;

export const IntType = { bitWidth: 1, isSigned: 2 } as const;

export const ConvertedType = {
  map: 1,
  mapKeyValue: 2,
  list: 3,
  decimal: 5,
  uint8: 11,
  uint16: 12,
  uint32: 13,
  uint64: 14,
  int8: 15,
  int16: 16,
  int32: 17,
  int64: 18,
  interval: 21,
} as const;

/** Indexed by the value of a converted type. */
export const CONVERTED_TYPE_NAMES = [
  'UTF8',
  'MAP',
  'MAP_KEY_VALUE',
  'LIST',
  'ENUM',
  'DECIMAL',
  'DATE',
  'TIME_MILLIS',
  'TIME_MICROS',
  'TIMESTAMP_MILLIS',
  'TIMESTAMP_MICROS',
  'UINT_8',
  'UINT_16',
  'UINT_32',
  'UINT_64',
  'INT_8',
  'INT_16',
  'INT_32',
  'INT_64',
  'JSON',
  'BSON',
  'INTERVAL',
] as const;

export const PhysicalType = {
  boolean: 0,
  int32: 1,
  int64: 2,
  int96: 3,
  float: 4,
  double: 5,
  byteArray: 6,
  fixedLenByteArray: 7,
} as const;

/** Indexed by the value of a physical type. */
export const PHYSICAL_TYPE_NAMES = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const;

export const Repetition = { required: 0, optional: 1, repeated: 2 } as const;

export const PageType = { data: 0, index: 1, dictionary: 2, dataV2: 3 } as const;

export const Encoding = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  bitPacked: 4,
  deltaBinaryPacked: 5,
  deltaLengthByteArray: 6,
  deltaByteArray: 7,
  rleDictionary: 8,
  byteStreamSplit: 9,
} as const;

/** Indexed by the value of a codec. */
export const CODEC_NAMES = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const;

export const Codec = {
  uncompressed: 0,
  snappy: 1,
  gzip: 2,
  lzo: 3,
  brotli: 4,
  lz4: 5,
  zstd: 6,
  lz4Raw: 7,
} as const;
