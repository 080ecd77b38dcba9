/** An untouched column chunk of other rows than a row group of the input has: which pages it comes to, and how. */
import type { ReadableFile } from '../../../storage/file.js';
import type { CopyItem } from '../../format.js';
import { codecLike } from '../codec-choice.js';
import { ColumnMetaData, Encoding } from '../definitions.js';
import { leafOrder, storedByteLength, storedValue } from '../leaf-order.js';
import type { PageReader } from '../lists.js';
import type { DictionaryPageInfo } from '../page-header.js';
import type { CopiedPage, ParquetPiece } from '../piece.js';
import type { RowGroupWriter } from '../row-group-writer.js';
import type { Leaf, ParquetSchema } from '../schema.js';
import { bitWidthOf, dictionaryUses, largestUse, mayPay, pays } from './dictionary-use.js';
import { addHashes, hashedParts } from './hash-task.js';
import { LoadedDictionaries } from './loaded-dictionaries.js';
import { type MergedDictionary, mergeDictionaries, placesFile, storedInMemory } from './merged-dictionary.js';
import { RecutChunkWriter } from './recut-chunk-writer.js';
import { type RowRange, valueRange } from './recut-partition.js';
import { type OutputPage, planPages, type ValueRange } from './recut-plan.js';
import { addDictionary, addPage, type Recoding } from './recut-task.js';
import type { StatedPage, StatedPages } from './stated-pages.js';

export interface RecutChunkOptions {
  readonly file: ReadableFile;
  readonly schema: ParquetSchema;
  readonly leaf: Leaf;
  /** Rows of the input's row groups, with the leaf's pages in each. */
  readonly ranges: readonly { readonly rows: RowRange; readonly pages: StatedPages }[];
  readonly reader: PageReader;
  /** Bytes of the longest value of a dictionary of byte arrays. */
  readonly longestValue: (dictionary: DictionaryPageInfo) => number;
  readonly rowGroup: RowGroupWriter;
  readonly pageChecksum: boolean;
}

const ENCODINGS = {
  plain: Encoding.plain,
  dictionary: Encoding.rleDictionary,
  byte_stream_split: Encoding.byteStreamSplit,
  delta_byte_array: Encoding.deltaByteArray,
} as const;

export class RecutChunk {
  readonly writer: RecutChunkWriter;
  /** What the chunk consists of, in its order. */
  readonly items: readonly CopyItem<ParquetPiece>[];
  readonly #options: RecutChunkOptions;
  readonly #recoding: Recoding;

  constructor(options: RecutChunkOptions) {
    this.#options = options;
    const { leaf, schema, file, reader, ranges, pageChecksum, longestValue } = options;
    const name = leaf.path.join('.');
    const order = leafOrder(schema, leaf);
    const { codec: codecId, pageCodec: codec } = codecLike(ranges[0]?.pages.codecId ?? 0);
    const chunkBounds = ranges.map(({ pages }) => pages.chunkBounds);
    const { path, physicalType } = leaf;
    this.writer = new RecutChunkWriter({ path, physicalType, codec: codecId, order }, chunkBounds);

    const values = ranges.map(({ rows, pages }): ValueRange => ({ pages, ...valueRange(rows, pages) }));
    const valueByteLength = storedByteLength(leaf);
    const used = dictionaryUses(values);
    const dictionaries = [...used.keys()];
    const joined =
      dictionaries.length > 1 && mayPay(used)
        ? mergeDictionaries(file, reader, name, dictionaries, valueByteLength)
        : undefined;
    const merged = joined !== undefined && pays(joined.bytes.length, joined.valueCount, [...used]) ? joined : undefined;
    // Of several that can't be one, the one that most values are of stays, and the others' values are written.
    const dictionary = merged === undefined ? largestUse(used) : dictionaries[0];
    const bitWidth = bitWidthOf((merged ?? dictionary ?? { valueCount: 1 }).valueCount);
    const loaded = new LoadedDictionaries(
      file,
      leaf,
      memoized((each: DictionaryPageInfo) => placesFile(merged, each)),
    );
    this.#recoding = { file, leaf, order, codec, pageChecksum, bitWidth, longestValue, dictionaries: loaded };
    const pages = planPages(values, {
      codecId,
      dictionary,
      isMerged: merged !== undefined,
      valueByteLength,
      longestValue,
    });
    this.items = [
      ...(dictionary === undefined ? [] : [this.#dictionaryItem(dictionary, merged)]),
      ...this.#pageItems(pages),
      ...(this.isFiltered ? this.#hashItems(values, used) : []),
    ];
  }

  #pageItems(pages: readonly OutputPage[]): CopyItem<ParquetPiece>[] {
    const items: CopyItem<ParquetPiece>[] = [];
    let copied: CopiedPage[] = [];
    const flush = (): void => {
      if (copied.length > 0) items.push(this.#copiedItem(copied));
      copied = [];
    };
    for (const output of pages) {
      if (output.kind === 'made') {
        flush();
        items.push(this.#madeItem(output));
        continue;
      }
      const last = copied.at(-1)?.page;
      if (last !== undefined && last.position + last.byteLength !== startOf(output.page)) flush();
      copied.push({ page: output.page, ...this.#rowsOf(output.page) });
    }
    flush();
    return items;
  }

  /** Whether it has a bloom filter, as a column chunk of the input that values come from has. Booleans can't have one. */
  get isFiltered(): boolean {
    const { leaf, ranges } = this.#options;
    if (storedValue(leaf) === 'boolean') return false;
    return ranges.some(({ rows }) => rows.partition.chunks[leaf.index]?.metadata.has(ColumnMetaData.bloomFilterOffset));
  }

  /** The values once more, for a bloom filter of theirs alone. */
  #hashItems(
    values: readonly ValueRange[],
    used: ReadonlyMap<DictionaryPageInfo, number>,
  ): readonly CopyItem<ParquetPiece>[] {
    const { rowGroup, longestValue, leaf } = this.#options;
    const { writer } = this;
    let valueCount = values.reduce((sum, { start, end }) => sum + end - start, 0);
    for (const [dictionary, count] of used) valueCount -= Math.max(0, count - dictionary.valueCount);
    const parts = hashedParts(values, { valueByteLength: storedByteLength(leaf), longestValue });
    return parts.map((part, index) => ({
      kind: 'copy',
      length: 1,
      add: (load, start) => {
        const made = addHashes(load, this.#recoding, part);
        if (made === undefined) return start;
        const isLast = index === parts.length - 1;
        load.pieces.push({ kind: 'hashes', rowGroup, writer, valueCount, isLast, ...made });
        return 1;
      },
    }));
  }

  /** Rows that begin in a page, and whether its first value begins one. */
  #rowsOf({ chunkStart, firstValue, valueCount }: StatedPage): Pick<CopiedPage, 'rowCount' | 'startsRow'> {
    const { ranges, leaf } = this.#options;
    const range = ranges.find(({ pages }) => pages.pages[0]?.chunkStart === chunkStart);
    if (range === undefined || leaf.maxRepetitionLevel === 0) return { rowCount: valueCount, startsRow: true };
    const starts = range.rows.partition.rowStarts(range.pages);
    const first = starts.firstStartingAt(firstValue);
    const rowCount = starts.firstStartingAt(firstValue + valueCount) - first;
    return { rowCount, startsRow: starts.elementStart(first) === firstValue };
  }

  /** Pages that lie one behind the other, as bytes. */
  #copiedItem(copied: readonly CopiedPage[]): CopyItem<ParquetPiece> {
    const { file, rowGroup } = this.#options;
    const { writer } = this;
    const [first] = copied;
    const last = copied.at(-1);
    if (first === undefined || last === undefined) throw new RangeError('no pages to copy');
    const position = startOf(first.page);
    const length = last.page.position + last.page.byteLength - position;
    return {
      kind: 'copy',
      length,
      add(load, start) {
        const end = start + Math.min(load.free, length - start);
        if (end === start) return start;
        const pages = copied.filter(({ page }) => {
          const offset = startOf(page) - position;
          return offset >= start && offset < end;
        });
        const address = load.read(file, position + start, end - start);
        load.pieces.push({ kind: 'copied_pages', rowGroup, writer, pages, address, byteLength: end - start });
        return end;
      },
    };
  }

  #madeItem({ encoding, parts }: Extract<OutputPage, { kind: 'made' }>): CopyItem<ParquetPiece> {
    const { rowGroup } = this.#options;
    const { writer } = this;
    return {
      kind: 'copy',
      length: 1,
      add: (load, start) => {
        const made = addPage(load, this.#recoding, encoding, parts);
        if (made === undefined) return start;
        load.pieces.push({ kind: 'made_page', rowGroup, writer, encoding: ENCODINGS[encoding], ...made });
        return 1;
      },
    };
  }

  #dictionaryItem(dictionary: DictionaryPageInfo, merged: MergedDictionary | undefined): CopyItem<ParquetPiece> {
    const { rowGroup, file } = this.#options;
    const { writer } = this;
    const { position, headerByteLength } = dictionary;
    const byteLength = headerByteLength + dictionary.byteLength;
    const isCopied = merged === undefined && dictionary.codec === this.#recoding.codec;
    return {
      kind: 'copy',
      length: 1,
      add: (load, start) => {
        if (isCopied) {
          if (load.free < byteLength) return start;
          const address = load.read(file, position - headerByteLength, byteLength);
          load.pieces.push({ kind: 'copied_dictionary', rowGroup, writer, page: dictionary, address });
          return 1;
        }
        const stored = merged === undefined ? { ...dictionary, file } : storedInMemory(file.name, merged);
        const made = addDictionary(load, this.#recoding, stored);
        if (made === undefined) return start;
        load.pieces.push({ kind: 'made_dictionary', rowGroup, writer, ...made });
        return 1;
      },
    };
  }
}

/** Where a page's header starts. */
function startOf({ position, headerByteLength }: StatedPage): number {
  return position - headerByteLength;
}

function memoized<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined || made.has(key)) return known as V;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
