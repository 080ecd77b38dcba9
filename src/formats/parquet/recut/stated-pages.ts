/** Pages of a column chunk with what their headers, or the page index, say of their values. */
import type { ReadableFile } from '../../../storage/file.js';
import type { PageBounds } from '../chunk-writer.js';
import { ColumnChunk, ColumnIndex, ColumnMetaData, Statistics } from '../definitions.js';
import type { ChunkInfo } from '../footer.js';
import { storedByteLength } from '../leaf-order.js';
import { type LeafPages, scanLeafPages } from '../leaf-pages.js';
import type { DataPageInfo } from '../page-header.js';
import type { MinMax } from '../plain-value.js';
import type { Leaf } from '../schema.js';
import { readStruct, type ThriftStruct } from '../thrift.js';
import { WireType } from '../thrift-cursor.js';

export interface StatedPage extends DataPageInfo {
  readonly bounds: PageBounds;
}

export interface StatedPages extends LeafPages {
  readonly pages: readonly StatedPage[];
  /** Of the column chunk, as parquet.thrift numbers it. */
  readonly codecId: number;
  /** Of all values, as the column chunk's statistics have them. */
  readonly chunkBounds: MinMax | undefined;
}

interface Stated {
  readonly nullCount: number | undefined;
  readonly minMax: MinMax | undefined;
}

/** @throws as `scanLeafPages` */
export function scanStatedPages(file: ReadableFile, chunk: ChunkInfo, leaf: Leaf, rowCount: number): StatedPages {
  const heads: Stated[] = [];
  const byteLength = storedByteLength(leaf);
  const hasLength = (bounds: MinMax | undefined) =>
    byteLength === 0 || (bounds?.min.length === byteLength && bounds.max.length === byteLength) ? bounds : undefined;
  const scanned = scanLeafPages(file, chunk, leaf, rowCount, ({ statistics }) => heads.push(statedBy(statistics)));
  const indexed = readColumnIndex(file, chunk);
  const hasIndex = indexed?.length === scanned.pages.length;
  const pages = scanned.pages.map((page, at): StatedPage => {
    const head = heads[at];
    const entry = hasIndex ? indexed[at] : undefined;
    const nullCount =
      leaf.maxDefinitionLevel === 0 || chunk.nullCount === 0
        ? 0
        : (page.nullCount ?? head?.nullCount ?? entry?.nullCount);
    const minMax = hasLength(head?.minMax ?? entry?.minMax);
    const isAllNull = nullCount === page.valueCount;
    return { ...page, nullCount, bounds: minMax ?? (isAllNull ? 'none' : 'unknown') };
  });
  const { minMax } = statedBy(chunk.metadata.struct(ColumnMetaData.statistics));
  return { ...scanned, pages, codecId: chunk.codec, chunkBounds: hasLength(minMax) };
}

/** What a thrift struct Statistics says. Values are copied: the window that they were read in is large. */
function statedBy(statistics: ThriftStruct | undefined): Stated {
  const min = statistics?.binary(Statistics.minValue);
  const max = statistics?.binary(Statistics.maxValue);
  return {
    nullCount: statistics?.integer(Statistics.nullCount),
    minMax: min === undefined || max === undefined ? undefined : { min: min.slice(), max: max.slice() },
  };
}

function readColumnIndex(file: ReadableFile, { chunk }: ChunkInfo): readonly Stated[] | undefined {
  const offset = chunk.integer(ColumnChunk.columnIndexOffset) ?? 0;
  const byteLength = chunk.integer(ColumnChunk.columnIndexLength) ?? 0;
  if (offset <= 0 || byteLength <= 0 || offset + byteLength > file.byteLength) return undefined;
  const bytes = new Uint8Array(byteLength);
  file.read(bytes, offset);
  const { struct } = readStruct(bytes, 0);
  const isNull = struct.list(ColumnIndex.nullPages)?.elements.map(({ type }) => type === WireType.True) ?? [];
  const minValues = struct.binaries(ColumnIndex.minValues);
  const maxValues = struct.binaries(ColumnIndex.maxValues);
  const nullCounts = struct.integers(ColumnIndex.nullCounts);
  return isNull.map((isNullPage, at) => {
    const min = minValues[at];
    const max = maxValues[at];
    return {
      nullCount: nullCounts[at],
      minMax: isNullPage || min === undefined || max === undefined ? undefined : { min, max },
    };
  });
}
