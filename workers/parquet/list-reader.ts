/** Where lists begin in pages, found outside of slots: before chunks can be cut, and so without the values. */
import type { DataPage, LeveledColumn } from '../../src/abi/pages.js';
import type { ReadableFile } from '../../src/storage/file.js';
import { decompressBlock } from '../codecs/block-codec.js';
import type { Zstd } from '../codecs/zstd.js';
import { instantiateKernels } from '../kernel-module.js';
import { decodeLevels, findParts } from './levels.js';
import { corruptColumn, createPageContext, kernelOf, type PageContext } from './page-context.js';

/** The kernels' static tables end below this address; scratch for them follows. */
const SCRATCH_ADDRESS = 1 << 16;
const PAGE_ADDRESS = 1 << 17;
const WASM_PAGE_BYTE_LENGTH = 1 << 16;

/** A page that lies in a file. */
export type StoredPage = Omit<DataPage, 'address'> & { readonly position: number };

export class ListReader {
  readonly #module: WebAssembly.Module;
  readonly #zstd: Zstd | undefined;
  #context: PageContext | undefined;
  #byteLength = 0;

  /** @param zstd may be left out where no page is compressed with it */
  constructor(module: WebAssembly.Module, zstd: Zstd | undefined) {
    this.#module = module;
    this.#zstd = zstd;
  }

  /**
   * The places of a page's values, among those of the column chunk, that begin a list; of lists in lists an inner one.
   * @throws LW_CORRUPT_INPUT where the page's levels aren't what its header promises
   */
  readStarts(file: ReadableFile, page: StoredPage, column: LeveledColumn): Uint32Array {
    const { valueCount, firstValue } = page;
    const bodyByteLength = levelBytesOf(page);
    const uncompressedByteLength = page.codec === 'none' ? 0 : page.uncompressedByteLength;
    const body = PAGE_ADDRESS;
    const uncompressed = align(body + bodyByteLength);
    const repetition = align(uncompressed + uncompressedByteLength);
    const starts = align(repetition + valueCount);
    const context = this.#reserve(starts + 4 * (valueCount + 1));
    const { memory } = context;
    file.read(memory.subarray(body, body + bodyByteLength), page.position);
    const stored = { ...page, address: body };
    let start = body;
    let end = body + bodyByteLength;
    if (page.codec !== 'none' && !('definitionByteLength' in page.levels)) {
      const { codec } = page;
      const length = decompressBlock(context, codec, body, bodyByteLength, uncompressed, uncompressedByteLength);
      if (length !== uncompressedByteLength) {
        throw corruptColumn(
          column.name,
          `a page of ${bodyByteLength} bytes doesn't decompress (${codec}) to the ${uncompressedByteLength} bytes that it promises`,
        );
      }
      start = uncompressed;
      end = uncompressed + uncompressedByteLength;
    }
    const parts = findParts(context, column, stored, start, end);
    decodeLevels(context, column.name, parts.repetition, 0, valueCount, repetition);
    const { maxRepetitionLevel } = column;
    const count = kernelOf(context, 'list_starts')(repetition, valueCount, maxRepetitionLevel, firstValue, starts);
    return new Uint32Array(memory.buffer, starts, count).slice();
  }

  /** A memory that reaches as far; what it held before is gone. */
  #reserve(byteLength: number): PageContext {
    if (this.#context !== undefined && byteLength <= this.#byteLength) return this.#context;
    const pages = Math.ceil(Math.max(byteLength, 2 * this.#byteLength) / WASM_PAGE_BYTE_LENGTH);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const kernels = instantiateKernels(this.#module, memory);
    this.#byteLength = pages * WASM_PAGE_BYTE_LENGTH;
    this.#context = createPageContext(memory.buffer, kernels, this.#zstd, SCRATCH_ADDRESS);
    return this.#context;
  }
}

/** Bytes of a page from its start that are read for its repetition levels. */
function levelBytesOf({ levels, byteLength }: StoredPage): number {
  return 'definitionByteLength' in levels ? levels.repetitionByteLength : byteLength;
}

function align(address: number): number {
  return Math.ceil(address / 8) * 8;
}
