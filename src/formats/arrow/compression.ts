import { LanewiseError } from '../../errors.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { ReadableFile } from '../../storage/file.js';

/** Codecs of record batch bodies: every buffer is compressed by itself, after its uncompressed length as int64. */
export type BodyCodec = 'lz4' | 'zstd';

/** The uncompressed length of a buffer that was stored as it is. */
const STORED = -1;
export const LENGTH_PREFIX_BYTE_LENGTH = 8;

/** Bytes of a file. */
export interface BufferRange {
  readonly file: ReadableFile;
  readonly position: number;
  readonly byteLength: number;
}

/** Decompresses what doesn't fit into a slot, to where it can be read by position. */
export interface Expander {
  /** Compressed and uncompressed bytes, together, up to which a buffer is decompressed within a slot. */
  readonly bufferByteLengthMax: number;
  /** @throws LW_CORRUPT_INPUT, LW_MEMORY_BUDGET */
  expand(source: BufferRange, codec: BodyCodec, byteLength: number): BufferRange;
}

/** A buffer of a compressed body. */
export class CompressedBuffer {
  /** Uncompressed. */
  readonly byteLength: number;
  readonly isStored: boolean;
  readonly #content: BufferRange;
  readonly #codec: BodyCodec;
  readonly #expander: Expander;
  #isOutside = false;
  #expanded: BufferRange | undefined;

  /** @param range the buffer with its length prefix */
  constructor(range: BufferRange, codec: BodyCodec, description: string, expander: Expander) {
    this.#codec = codec;
    this.#expander = expander;
    if (range.byteLength === 0) {
      this.byteLength = 0;
      this.isStored = true;
      this.#content = range;
      return;
    }
    const prefix = new DataView(new ArrayBuffer(LENGTH_PREFIX_BYTE_LENGTH));
    if (range.byteLength >= LENGTH_PREFIX_BYTE_LENGTH) range.file.read(new Uint8Array(prefix.buffer), range.position);
    const byteLength = Number(prefix.getBigInt64(0, true));
    const contentByteLength = range.byteLength - LENGTH_PREFIX_BYTE_LENGTH;
    // Neither codec shrinks beyond a 255th (LZ4) or a few ten thousandths (ZSTD): more is damage, not data.
    const isPossible = byteLength >= STORED && byteLength <= (contentByteLength + 64) * RATIO_MAX[codec];
    if (contentByteLength < 0 || !isPossible) {
      throw new LanewiseError(
        'LW_CORRUPT_INPUT',
        `${description} is damaged: a compressed buffer of ${range.byteLength} bytes says that it holds ${byteLength}; write the file again from its source`,
      );
    }
    this.isStored = byteLength === STORED;
    this.byteLength = this.isStored ? contentByteLength : byteLength;
    this.#content = {
      file: range.file,
      position: range.position + LENGTH_PREFIX_BYTE_LENGTH,
      byteLength: contentByteLength,
    };
  }

  /** Whether `load` can be used; else `expanded` has to. */
  get expandsInSlot(): boolean {
    return !this.isStored && !this.#isOutside && this.loadByteLength <= this.#expander.bufferByteLengthMax;
  }

  /** Has it decompressed outside of the slots, since a job loads more columns than fit into one. */
  moveOutside(): void {
    this.#isOutside = true;
  }

  /** Slot bytes, at most, that `load` takes. */
  get loadByteLength(): number {
    return this.#content.byteLength + this.byteLength + 2 * ALIGNMENT;
  }

  /** Has the whole buffer, uncompressed, stand in the slot; returns where. */
  load(load: Load<unknown>): number {
    const { file, position, byteLength } = this.#content;
    const source = load.read(file, position, byteLength);
    const target = load.allocate(this.byteLength);
    load.addTask({
      kind: 'decompress',
      codec: this.#codec === 'lz4' ? 'lz4_frame' : 'zstd',
      source,
      sourceByteLength: byteLength,
      target,
      targetByteLength: this.byteLength,
    });
    return target;
  }

  /** The uncompressed bytes, to be read by position. */
  expanded(): BufferRange {
    if (this.isStored) return this.#content;
    this.#expanded ??= this.#expander.expand(this.#content, this.#codec, this.byteLength);
    return this.#expanded;
  }
}

const RATIO_MAX: Readonly<Record<BodyCodec, number>> = { lz4: 256, zstd: 65536 };
