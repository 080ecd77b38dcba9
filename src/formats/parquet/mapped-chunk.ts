/**
 * A column chunk that is computed on its dictionary: the values of the dictionary are the function's operands, its
 * results are the output's dictionary, and the pages of indices into it are copied, nulls and all.
 */
import type { Region } from '../../abi/task.js';
import { BITS_PER_VALUE, type NumericType, valuesByteLength } from '../../abi/types.js';
import { canStandInPlace } from '../../plan/in-place.js';
import type { Job } from '../../plan/job.js';
import type { Load } from '../../slab/load.js';
import type { ReadableFile } from '../../storage/file.js';
import type { CopyItem } from '../format.js';
import type { ColumnPages } from './column-pages.js';
import { copyRoom } from './copy-room.js';
import type { ChunkInfo } from './footer.js';
import type { OutputLeaf } from './output-leaf.js';
import type { DictionaryPageInfo } from './page-header.js';
import { usedDictionaries } from './page-range.js';
import { maxCompressedByteLength } from './page-size.js';
import { PHYSICAL_BYTE_LENGTH } from './page-values.js';
import { dictionaryPage, valuesPage } from './paged-partition.js';
import type { ParquetPiece } from './piece.js';
import type { RowGroupWriter } from './row-group-writer.js';

/** Copies of the dictionary's values in a slot: decoded, computed, as the body of a page, compressed, and one to spare. */
const DICTIONARY_COPIES = 5;
/** What the rest of a load may take, and what is lost to alignment. */
const RESERVE_BYTE_LENGTH = 4096;

export interface MappedChunkOptions {
  readonly file: ReadableFile;
  readonly rowGroup: RowGroupWriter;
  readonly job: Job;
  /** Of the job among the plan's. */
  readonly jobIndex: number;
  readonly leaf: OutputLeaf;
  readonly chunk: ChunkInfo;
  readonly pages: ColumnPages;
  readonly slotByteLength: number;
  readonly pageChecksum: boolean;
}

/** The items of a column chunk that is computed on its dictionary, or `undefined` where its values have to be decoded. */
export function mapChunk(options: MappedChunkOptions): readonly CopyItem<ParquetPiece>[] | undefined {
  const [dictionary] = usedDictionaries(options.pages.pages);
  if (dictionary === undefined || !isOfOneOperand(options.job) || !keepsPages(options, dictionary)) return undefined;
  return [dictionaryItem(options, dictionary), indicesItem(options)];
}

/** Whether each result is that of the operand's value in its place, and null where that is null. */
function isOfOneOperand({ domain, program, operands, outputs }: Job): boolean {
  return (
    domain === 'rows' &&
    operands.length === 1 &&
    outputs.length === 1 &&
    program.steps.every(({ kind }) => kind !== 'row') &&
    program.results.every(({ nanIsNull }) => !nanIsNull)
  );
}

/** Whether the output's pages of indices are to be what the input's are, and the dictionary fits a slot. */
function keepsPages(
  { job, leaf, chunk, pages, slotByteLength, pageChecksum }: MappedChunkOptions,
  dictionary: DictionaryPageInfo,
): boolean {
  const { maxDefinitionLevel, maxRepetitionLevel } = pages.leaf;
  const type = operandType(job);
  const isSameShape =
    maxRepetitionLevel === 0 &&
    (leaf.levels === 'none' ? maxDefinitionLevel === 0 : leaf.levels === 'validity' && maxDefinitionLevel === 1);
  const isSameForm = leaf.codec === chunk.codec && leaf.level === undefined && leaf.keepsDictionary;
  const areNullsKnown = maxDefinitionLevel === 0 || chunk.nullCount !== undefined;
  return (
    dictionary.valueCount > 0 &&
    pages.pages.length > 0 &&
    isSameShape &&
    isSameForm &&
    areNullsKnown &&
    PHYSICAL_BYTE_LENGTH[pages.physicalValue] * 8 === BITS_PER_VALUE[type] &&
    PHYSICAL_BYTE_LENGTH[leaf.physicalValue] * 8 === BITS_PER_VALUE[leaf.output.type] &&
    dictionaryLoadByteLength(job, leaf, dictionary) <= slotByteLength &&
    pages.pages.every(
      ({ encoding, byteLength, crc, levels, nullCount }) =>
        encoding === 'dictionary' &&
        byteLength + RESERVE_BYTE_LENGTH <= slotByteLength &&
        (!pageChecksum || crc !== undefined) &&
        (!('definitionByteLength' in levels) || nullCount !== undefined),
    )
  );
}

/** Slot bytes, at most, that computing the dictionary takes. */
function dictionaryLoadByteLength(
  job: Job,
  leaf: OutputLeaf,
  { valueCount, byteLength, uncompressedByteLength }: DictionaryPageInfo,
): number {
  const values = Math.max(
    valuesByteLength(leaf.output.type, valueCount),
    valuesByteLength(operandType(job), valueCount),
  );
  return DICTIONARY_COPIES * values + byteLength + uncompressedByteLength + RESERVE_BYTE_LENGTH;
}

function operandType(job: Job): NumericType {
  const [type] = job.program.operands;
  if (type === undefined) throw new RangeError(`${job.transform} reads no column`);
  return type;
}

/** The dictionary as a column of a slot, computed, and made a page. */
function dictionaryItem(options: MappedChunkOptions, dictionary: DictionaryPageInfo): CopyItem<ParquetPiece> {
  const { rowGroup, job, jobIndex, leaf, chunk, pages, pageChecksum } = options;
  const { valueCount: count } = dictionary;
  const bodyCapacity = valuesByteLength(leaf.output.type, count);
  const nullCount = chunk.nullCount ?? 0;
  return {
    kind: 'copy',
    length: 1,
    add(load, start) {
      if (load.free < dictionaryLoadByteLength(job, leaf, dictionary) && !load.isEmpty) return start;
      const operand = loadDictionary(load, options, dictionary);
      const values = canStandInPlace(job.program, 0) ? operand.values : load.allocate(bodyCapacity);
      const source: Region = { values, validity: 0 };
      load.addTask({
        kind: 'compute',
        job: jobIndex,
        count,
        operands: [operand],
        outputs: [source],
        standsFor: { count: chunk.valueCount, nullCount },
      });
      const isCompressed = leaf.pageCodec !== 'none';
      const targetCapacity = isCompressed ? maxCompressedByteLength(leaf.pageCodec, bodyCapacity) : 0;
      const target = isCompressed ? load.allocate(targetCapacity) : 0;
      const task = load.addTask({
        kind: 'encode_page',
        name: pages.name,
        physicalValue: leaf.physicalValue,
        type: leaf.output.type,
        encoding: 'plain',
        levels: 'none',
        codec: leaf.pageCodec,
        level: leaf.level,
        crc: pageChecksum,
        source,
        count,
        body: isCompressed ? load.scratch(bodyCapacity) : 0,
        target,
        targetCapacity,
      });
      load.pieces.push({
        kind: 'dictionary',
        rowGroup,
        output: leaf.output,
        task,
        body: isCompressed ? target : values,
        nullCount,
      });
      return 1;
    },
  };
}

/** Reads the dictionary as what it is but for its name: a page of values without levels. */
function loadDictionary(
  load: Load<ParquetPiece>,
  { file, job, pages }: MappedChunkOptions,
  dictionary: DictionaryPageInfo,
): Region {
  const { name, physicalValue } = pages;
  const { uncompressedByteLength, valueCount } = dictionary;
  const address = load.read(file, dictionary.position, dictionary.byteLength);
  const target: Region = { values: load.allocate(valuesByteLength(operandType(job), valueCount)), validity: 0 };
  load.addTask({
    kind: 'decode_pages',
    name,
    physicalValue,
    type: operandType(job),
    maxDefinitionLevel: 0,
    maxRepetitionLevel: 0,
    dictionary: undefined,
    pages: [valuesPage(dictionaryPage(dictionary, address))],
    start: 0,
    end: valueCount,
    target,
    targetRow: 0,
    levels: undefined,
    scratch: load.scratch(uncompressedByteLength),
    levelsScratch: 0,
    dictionaryScratch: 0,
    denseScratch: 0,
  });
  return target;
}

/** The bodies of the pages of indices, counted in pages. */
function indicesItem({ file, rowGroup, leaf, pages: { pages } }: MappedChunkOptions): CopyItem<ParquetPiece> {
  return {
    kind: 'copy',
    length: pages.length,
    add(load, start) {
      let at = start;
      for (let page = pages[at]; page !== undefined; page = pages[++at]) {
        // A page is copied whole, however large.
        if (page.byteLength > (load.isEmpty ? load.free : copyRoom(load))) break;
        const address = load.read(file, page.position, page.byteLength);
        load.pieces.push({ kind: 'indices', rowGroup, output: leaf.output, page, address });
      }
      return at;
    },
  };
}
