import { LanewiseError } from '../../errors.js';
import type { Job } from '../../plan/job.js';
import type { ReadableFile, Spool } from '../../storage/file.js';
import { MemoryFile } from '../../storage/memory-file.js';
import type { ArrowPartition } from './batch.js';
import type { BodyCodec, BufferRange, Expander } from './compression.js';
import { decompressLz4Frame } from './lz4-frame.js';
import type { ArrowSourceOptions, ZstdDecompressor } from './options.js';
import { jobByteLength } from './slot-need.js';
import { type ZstdFrame, zstdFrameAt } from './zstd-frames.js';

/** A slot takes a buffer, its content, and its content compressed again, which may be a little longer. */
const SLOT_SHARE = 3 / 8;

/**
 * Decompresses buffers that don't fit into a slot, to memory as far as the window goes and to a temporary file beyond.
 * What one record batch has left there is gone with the next.
 */
export class BufferExpander implements Expander {
  bufferByteLengthMax = 0;
  readonly #options: ArrowSourceOptions;
  #slotByteLength = 0;
  #jobs: readonly Job[] = [];
  #zstd: ZstdDecompressor | undefined;
  #window = new Uint8Array(0);
  #windowUsed = 0;
  #spool: Spool | undefined;
  #spoolUsed = 0;

  constructor(options: ArrowSourceOptions) {
    this.#options = options;
  }

  /** Tells how large the slots are, and what has to stand in one of them together. */
  useSlots(slotByteLength: number, jobs: readonly Job[]): void {
    this.#slotByteLength = slotByteLength;
    this.bufferByteLengthMax = Math.floor(slotByteLength * SLOT_SHARE);
    this.#jobs = jobs;
  }

  /** Gets ready for a record batch: what was expanded for the one before may be overwritten. */
  async prepare(partition: ArrowPartition | undefined): Promise<void> {
    this.#windowUsed = 0;
    this.#spoolUsed = 0;
    if (partition?.codec === undefined) return;
    if (partition.codec === 'zstd') this.#zstd ??= await this.#options.loadZstd?.();
    for (const job of this.#jobs) {
      if (jobByteLength(job, partition) <= this.#slotByteLength) continue;
      for (const column of job.operands) partition.moveOutside(column);
    }
  }

  expand(source: BufferRange, codec: BodyCodec, byteLength: number): BufferRange {
    const target = this.#reserve(byteLength);
    let written = 0;
    const write = (bytes: Uint8Array) => {
      if (written + bytes.length > byteLength) throw this.#damaged(source.file, codec, byteLength);
      target.write(bytes, written);
      written += bytes.length;
    };
    const failure =
      codec === 'lz4' ? this.#expandLz4(source, byteLength, write) : this.#expandZstd(source, byteLength, write);
    if (failure !== undefined || written !== byteLength) throw this.#damaged(source.file, codec, byteLength, failure);
    return { file: target.file, position: target.position, byteLength };
  }

  close(): void {
    this.#spool?.close();
  }

  #expandLz4(source: BufferRange, contentByteLength: number, write: (bytes: Uint8Array) => void): string | undefined {
    const { file, position, byteLength } = source;
    const read = (target: Uint8Array, at: number) => file.read(target, position + at);
    return decompressLz4Frame(byteLength, contentByteLength, read, write);
  }

  #expandZstd(source: BufferRange, contentByteLength: number, write: (bytes: Uint8Array) => void): string | undefined {
    const { file, position, byteLength } = source;
    const read = (target: Uint8Array, at: number) => file.read(target, position + at);
    for (let at = 0; at < byteLength; ) {
      const frame = zstdFrameAt(at, byteLength, read);
      if (frame === undefined) return 'a damaged ZSTD frame';
      if (frame.contentByteLength !== 0) {
        const content = this.#decompressFrame(source, at, frame, contentByteLength);
        if (content === undefined) return 'a damaged ZSTD frame';
        write(content);
      }
      at += frame.byteLength;
    }
    return undefined;
  }

  #decompressFrame(source: BufferRange, at: number, frame: ZstdFrame, byteLength: number): Uint8Array | undefined {
    const contentByteLength = Math.min(frame.contentByteLength ?? byteLength, byteLength);
    const needed = frame.byteLength + contentByteLength;
    if (this.#zstd === undefined || needed > this.#options.windowByteLength) {
      throw new LanewiseError(
        'LW_MEMORY_BUDGET',
        `${source.file.name} has a ZSTD buffer that takes ${needed} bytes to decompress, ${this.#options.windowByteLength} are allowed for it; allow more memory or write smaller record batches`,
      );
    }
    const compressed = new Uint8Array(frame.byteLength);
    source.file.read(compressed, source.position + at);
    const content = new Uint8Array(contentByteLength);
    const written = this.#zstd.decompress(compressed, content);
    return written < 0 ? undefined : content.subarray(0, written);
  }

  #reserve(byteLength: number): {
    readonly file: ReadableFile;
    readonly position: number;
    write(bytes: Uint8Array, offset: number): void;
  } {
    const { windowByteLength, openSpool } = this.#options;
    if (this.#windowUsed + byteLength <= windowByteLength) {
      const start = this.#windowUsed;
      if (start + byteLength > this.#window.length) {
        // Views of the window before keep it: nothing is moved.
        this.#window = new Uint8Array(
          Math.min(windowByteLength, Math.max(2 * this.#window.length, start + byteLength)),
        );
      }
      const window = this.#window;
      this.#windowUsed += byteLength;
      return {
        file: new MemoryFile('a decompressed buffer', window),
        position: start,
        write: (bytes, offset) => window.set(bytes, start + offset),
      };
    }
    this.#spool ??= openSpool();
    const spool = this.#spool;
    const position = this.#spoolUsed;
    this.#spoolUsed += byteLength;
    return { file: spool, position, write: (bytes, offset) => spool.write([bytes], position + offset) };
  }

  #damaged(file: ReadableFile, codec: BodyCodec, byteLength: number, failure?: string): LanewiseError {
    return new LanewiseError(
      'LW_CORRUPT_INPUT',
      `${file.name} is damaged: a ${codec.toUpperCase()} buffer doesn't come to its ${byteLength} bytes${failure === undefined ? '' : ` (${failure})`}; write the file again from its source`,
    );
  }
}
