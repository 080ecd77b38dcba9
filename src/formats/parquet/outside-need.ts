/** What reading pages outside of slots takes: those whose levels tell where rows begin, and dictionaries. */
import type { ReadableFile } from '../../storage/file.js';
import { ColumnMetaData, RowGroup } from './definitions.js';
import { type Footer, readChunkInfo } from './footer.js';
import { scanLeafPages } from './leaf-pages.js';
import type { DataPageInfo } from './page-header.js';
import type { Leaf } from './schema.js';

/** Bytes of the largest such page of some leaves, as it stands in the file and decompressed. */
export function outsideByteLength(
  file: ReadableFile,
  footer: Footer,
  leaves: Iterable<Leaf>,
  { readsDictionaries }: { readonly readsDictionaries: boolean },
): number {
  const wanted = [...leaves].filter(({ maxRepetitionLevel }) => maxRepetitionLevel > 0 || readsDictionaries);
  let most = 0;
  if (wanted.length === 0) return most;
  for (const rowGroup of footer.rowGroups) {
    const chunks = rowGroup.structs(RowGroup.columns);
    for (const leaf of wanted) {
      const struct = chunks[leaf.index];
      if (struct === undefined) continue;
      const chunk = readChunkInfo(file, struct, footer);
      const bound = chunk.end - chunk.start + (chunk.metadata.integer(ColumnMetaData.totalUncompressedSize) ?? 0);
      if (bound <= most) continue;
      const { pages } = scanLeafPages(file, chunk, leaf, rowGroup.integer(RowGroup.numRows) ?? 0, () => {});
      for (const page of pages) most = Math.max(most, pageByteLength(page, leaf, readsDictionaries));
    }
  }
  return most;
}

function pageByteLength({ levels, dictionary, ...page }: DataPageInfo, leaf: Leaf, readsDictionaries: boolean): number {
  const ofDictionary =
    dictionary !== undefined && readsDictionaries ? dictionary.byteLength + dictionary.uncompressedByteLength : 0;
  if (leaf.maxRepetitionLevel === 0) return ofDictionary;
  const ofLevels =
    'definitionByteLength' in levels
      ? levels.repetitionByteLength
      : page.byteLength + (page.codec === 'none' ? 0 : page.uncompressedByteLength);
  return Math.max(ofLevels, ofDictionary);
}
