/** What has to be known of pages before chunks can be cut, read outside of slots: where rows begin, and dictionaries. */
import type { DataPage, DictionaryPage, LeveledColumn } from '../../src/abi/pages.js';
import { STATIC_BYTE_LENGTH } from '../../src/abi/static-area.js';
import { CODEC_SCRATCH_BYTE_LENGTH } from '../../src/abi/thread-area.js';
import { LanewiseError } from '../../src/errors.js';
import type { ReadableFile } from '../../src/storage/file.js';
import { instantiateKernels } from '../kernel-module.js';
import { decodeLevels, findParts } from './levels.js';
import { openDictionary, openPage } from './page-body.js';
import { createDecodingContext, kernelOf, type PageContext } from './page-context.js';

/** What a kernel may use as it likes. */
const SCRATCH_BYTE_LENGTH = 1 << 16;
/** Scratch for the kernels, then levels, places, and the page. */
const SCRATCH_ADDRESS = STATIC_BYTE_LENGTH;
const CODEC_SCRATCH_ADDRESS = SCRATCH_ADDRESS + SCRATCH_BYTE_LENGTH;
const LEVELS_ADDRESS = CODEC_SCRATCH_ADDRESS + CODEC_SCRATCH_BYTE_LENGTH;
/** Repetition levels below it begin a row. */
const ROW_LEVEL_END = 1;
/** Levels that are decoded at a time. */
const BATCH_LENGTH = 1 << 16;
const STARTS_ADDRESS = LEVELS_ADDRESS + BATCH_LENGTH;
const PAGE_ADDRESS = STARTS_ADDRESS + 4 * (BATCH_LENGTH + 16);
const WASM_PAGE_BYTE_LENGTH = 1 << 16;
/** What a page's header says must not take memory without bound. */
const BYTE_LENGTH_MAX = 1 << 29;
const LIST_COUNT_MAX = 1 << 26;
/** Where what is decompressed begins. */
const PAGE_ALIGNMENT = 8;

/** A page that lies in a file. */
export type StoredPage = Omit<DataPage, 'address'> & { readonly position: number };
export type StoredDictionaryPage = Omit<DictionaryPage, 'address'> & { readonly position: number };

export class PageReader {
  readonly #module: WebAssembly.Module;
  #context!: PageContext;
  #byteLength = 0;

  /** @param byteLength of the largest page, as it is in the file and decompressed, if that is known */
  constructor(module: WebAssembly.Module, byteLength: number) {
    this.#module = module;
    this.#reserve(Math.min(BYTE_LENGTH_MAX, PAGE_ADDRESS + PAGE_ALIGNMENT + byteLength));
  }

  /**
   * The places of a page's values, among those of the column chunk, that begin a row.
   * @throws LW_CORRUPT_INPUT where the page's levels aren't what its header promises, LW_UNSUPPORTED_INPUT for a page too large
   */
  readStarts(file: ReadableFile, page: StoredPage, column: LeveledColumn): Uint32Array {
    const bodyByteLength = levelBytesOf(page);
    const needsDecompression = page.codec !== 'none' && !('definitionByteLength' in page.levels);
    const uncompressed = align(PAGE_ADDRESS + bodyByteLength);
    const end = uncompressed + (needsDecompression ? page.uncompressedByteLength : 0);
    if (end > BYTE_LENGTH_MAX) throw tooLarge(column, page);
    const context = this.#reserve(end);
    const { memory } = context;
    file.read(memory.subarray(PAGE_ADDRESS, PAGE_ADDRESS + bodyByteLength), page.position);
    const stored = { ...page, address: PAGE_ADDRESS };
    const levels = needsDecompression
      ? openPage(column.name, stored, context, uncompressed)
      : { start: PAGE_ADDRESS, end: PAGE_ADDRESS + bodyByteLength };
    return readPlaces(context, stored, column, levels.start, levels.end);
  }

  /**
   * The values of a dictionary page, in the PLAIN encoding; a view that is good until the next call.
   * @throws LW_CORRUPT_INPUT where the page isn't what its header promises, LW_UNSUPPORTED_INPUT for a page too large
   */
  readDictionary(file: ReadableFile, page: StoredDictionaryPage, name: string): Uint8Array {
    const { position, byteLength, uncompressedByteLength, valueCount } = page;
    const uncompressed = align(PAGE_ADDRESS + byteLength);
    const needed = uncompressed + (page.codec === 'none' ? 0 : uncompressedByteLength);
    if (needed > BYTE_LENGTH_MAX) throw tooLarge({ name }, page);
    const context = this.#reserve(needed);
    file.read(context.memory.subarray(PAGE_ADDRESS, PAGE_ADDRESS + byteLength), position);
    const { start, end } = openDictionary(name, { ...page, address: PAGE_ADDRESS, valueCount }, context, uncompressed);
    return context.memory.subarray(start, end);
  }

  /** A memory that reaches as far; what it held before is gone. */
  #reserve(byteLength: number): PageContext {
    if (byteLength <= this.#byteLength) return this.#context;
    const pages = Math.ceil(byteLength / WASM_PAGE_BYTE_LENGTH);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const kernels = instantiateKernels(this.#module, memory);
    this.#byteLength = pages * WASM_PAGE_BYTE_LENGTH;
    this.#context = createDecodingContext(memory.buffer, kernels, {
      scratch: SCRATCH_ADDRESS,
      codecScratch: CODEC_SCRATCH_ADDRESS,
    });
    return this.#context;
  }
}

/** Decodes the repetition levels of a page whose bytes stand from `start` to `end`, some at a time. */
function readPlaces(
  context: PageContext,
  page: DataPage,
  column: LeveledColumn,
  start: number,
  end: number,
): Uint32Array {
  const { valueCount, firstValue } = page;
  const { repetition } = findParts(context, column, page, start, end);
  const findStarts = kernelOf(context, 'list_starts');
  let places = new Uint32Array(0);
  let length = 0;
  for (let from = 0; from < valueCount; from += BATCH_LENGTH) {
    const to = Math.min(from + BATCH_LENGTH, valueCount);
    decodeLevels(context, column.name, repetition, from, to, LEVELS_ADDRESS);
    const count = findStarts(LEVELS_ADDRESS, to - from, ROW_LEVEL_END, firstValue + from, STARTS_ADDRESS);
    if (length + count > LIST_COUNT_MAX) throw tooLarge(column, page);
    if (length + count > places.length) {
      const larger = new Uint32Array(Math.max(length + count, Math.min(2 * places.length, valueCount)));
      larger.set(places);
      places = larger;
    }
    places.set(new Uint32Array(context.memory.buffer, STARTS_ADDRESS, count), length);
    length += count;
  }
  return places.subarray(0, length);
}

function tooLarge(
  { name }: Pick<LeveledColumn, 'name'>,
  { uncompressedByteLength, valueCount }: Pick<DataPage, 'uncompressedByteLength' | 'valueCount'>,
) {
  return new LanewiseError(
    'LW_UNSUPPORTED_INPUT',
    `column "${name}": a page of ${uncompressedByteLength} bytes with ${valueCount} values is too large to be read at once; write smaller pages`,
  );
}

/** Bytes of a page from its start that are read for its repetition levels. */
function levelBytesOf({ levels, byteLength }: StoredPage): number {
  return 'definitionByteLength' in levels ? levels.repetitionByteLength : byteLength;
}

function align(address: number): number {
  return Math.ceil(address / PAGE_ALIGNMENT) * PAGE_ALIGNMENT;
}
