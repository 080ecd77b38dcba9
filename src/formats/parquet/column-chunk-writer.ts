/** The column chunk of one result in one row group. */
import type { ValueEncoding } from '../../abi/pages.js';
import { ChunkWriter, type DictionarySummary, type PageSummary, withBounds } from './chunk-writer.js';
import { Encoding, PageType, Statistics } from './definitions.js';
import type { OutputLeaf } from './output-leaf.js';
import type { DataPageInfo } from './page-header.js';
import {
  dataPageHeader,
  dictionaryPageHeader,
  ENCODINGS,
  indexPageHeader,
  type PageSize,
} from './page-header-writer.js';
import type { ThriftStruct } from './thrift.js';
import { i64Field, structOfFields } from './thrift-writer.js';

/** What encoding a page of results told about it. */
export interface EncodedPage extends PageSummary {
  readonly encoding: ValueEncoding;
}

export class ColumnChunkWriter extends ChunkWriter {
  readonly leaf: OutputLeaf;
  #dictionary: (DictionarySummary & { readonly nullCount: number }) | undefined;

  constructor(leaf: OutputLeaf) {
    const { path, physicalType, codec, output } = leaf;
    super({ path, physicalType, codec, order: output.type });
    this.leaf = leaf;
  }

  /** Notes the next page and returns the header that stands before its body. */
  addPage(page: EncodedPage): Uint8Array {
    const encoding = ENCODINGS[page.encoding];
    const header = dataPageHeader(page, encoding);
    this.notePage(page, { pageType: PageType.data, encoding }, header.length);
    return header;
  }

  /**
   * Notes the dictionary, before all pages, and returns the header that stands before its body.
   * @param nullCount of all pages that follow
   */
  addDictionary(page: DictionarySummary, nullCount: number): Uint8Array {
    const header = dictionaryPageHeader(page);
    this.#dictionary = { ...page, nullCount };
    this.noteDictionary(page, header.length);
    return header;
  }

  /** Notes a page of the input, of one value a row, with indices into the dictionary; returns its header. */
  addIndexPage(page: DataPageInfo): Uint8Array {
    const header = indexPageHeader(page);
    const rest = { nullCount: 0, rowCount: page.valueCount, startsRow: true, bounds: 'unknown' } as const;
    const pageType = 'definitionByteLength' in page.levels ? PageType.dataV2 : PageType.data;
    this.notePage({ ...rest, ...pageSizeOf(page) }, { pageType, encoding: Encoding.rleDictionary }, header.length);
    return header;
  }

  /** Of a dictionary, the bounds of its values: whether all of them occur, only the indices tell. */
  protected override statistics(): ThriftStruct {
    if (this.#dictionary === undefined) return super.statistics();
    const { bounds, nullCount } = this.#dictionary;
    const statistics = structOfFields(i64Field(Statistics.nullCount, nullCount));
    return typeof bounds === 'string' ? statistics : withBounds(statistics, bounds);
  }
}

function pageSizeOf({ byteLength, uncompressedByteLength, valueCount, crc }: DataPageInfo): PageSize {
  return { byteLength, uncompressedByteLength, valueCount, crc };
}
