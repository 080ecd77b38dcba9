/** The pages of one column chunk, of whatever type: where they lie, and which values they hold. */
import { LanewiseError } from '../../errors.js';
import type { ReadableFile } from '../../storage/file.js';
import type { ChunkInfo } from './footer.js';
import { storedByteLength } from './leaf-order.js';
import { type DataPageHead, type DataPageInfo, type DictionaryPageInfo, PageHeaderReader } from './page-header.js';
import { pageCodec } from './page-values.js';
import type { Leaf } from './schema.js';

const LENGTH_BYTE_LENGTH = 4;

export interface LeafPages {
  readonly name: string;
  readonly leaf: Leaf;
  readonly valueCount: number;
  readonly pages: readonly DataPageInfo[];
}

/**
 * Scans the page headers of a column chunk.
 * @param visit is handed each page that has values, in their order
 * @throws LW_CORRUPT_INPUT where pages don't hold its values, or a flat leaf's aren't `rowCount`; LW_UNSUPPORTED_INPUT for
 * an unknown codec or encoding
 */
export function scanLeafPages(
  file: ReadableFile,
  chunk: ChunkInfo,
  leaf: Leaf,
  rowCount: number,
  visit: (page: DataPageHead, reader: PageHeaderReader) => void,
): LeafPages {
  const name = leaf.path.join('.');
  const corrupt = (what: string): LanewiseError =>
    new LanewiseError('LW_CORRUPT_INPUT', `${file.name}: column "${name}": ${what}`);
  const { valueCount: chunkValues } = chunk;
  const isNested = leaf.maxRepetitionLevel > 0;
  if (isNested ? chunkValues < rowCount || (rowCount === 0 && chunkValues > 0) : chunkValues !== rowCount) {
    throw corrupt(`a column chunk of ${chunkValues} values in a row group of ${rowCount} rows`);
  }
  const codec = pageCodec(file, name, chunk.codec);
  const { isAlwaysCompressed, end } = chunk;
  const reader = new PageHeaderReader(file, name, { codec, isAlwaysCompressed, end });
  const pages: DataPageInfo[] = [];
  let dictionary: DictionaryPageInfo | undefined;
  let valueCount = 0;
  let position = chunk.start;
  while (valueCount < chunkValues) {
    if (position >= chunk.end) throw corrupt(`its pages hold ${valueCount} of ${chunkValues} values`);
    const page = reader.read(position, valueCount);
    position = page.position + page.byteLength;
    if (page.kind === 'dictionary') {
      if (dictionary !== undefined) throw corrupt('a column chunk has two dictionary pages');
      if (page.valueCount * dictionaryValueByteLength(leaf) > page.uncompressedByteLength) {
        throw corrupt(`a dictionary of ${page.valueCount} values in ${page.uncompressedByteLength} bytes`);
      }
      dictionary = page;
    } else if (page.kind === 'data') {
      valueCount += page.valueCount;
      if (valueCount > chunkValues)
        throw corrupt(`its pages hold more than the ${chunkValues} values of the row group`);
      const isIndices = page.encoding === 'dictionary';
      if (isIndices && dictionary === undefined) throw corrupt('a page refers to a dictionary, and there is none');
      if (page.valueCount === 0) continue;
      const { statistics: _, ...head } = page;
      pages.push({ ...head, dictionary: isIndices ? dictionary : undefined, chunkStart: chunk.start });
      visit(page, reader);
    }
  }
  return { name, leaf, valueCount, pages };
}

/** What a value of a dictionary takes at least: those of variable length have 4 bytes for it. */
function dictionaryValueByteLength(leaf: Leaf): number {
  return storedByteLength(leaf) || LENGTH_BYTE_LENGTH;
}
