import { LanewiseError } from '../../src/errors.js';
import type { Zstd } from '../codecs/zstd.js';
import type { Kernel, Kernels } from '../kernel-module.js';

/** What decoding and encoding pages needs of the thread that does it. */
export interface PageContext {
  /** The whole slab: addresses are indices. */
  readonly memory: Uint8Array;
  readonly view: DataView;
  readonly kernels: Kernels;
  /** The library, for levels that the kernel doesn't have. */
  readonly zstd: Zstd;
  /** 64 KiB that a kernel may use as it likes: the hash table of what compresses. */
  readonly scratch: number;
  /** CODEC_SCRATCH_BYTE_LENGTH bytes that ZSTD may use. */
  readonly codecScratch: number;
}

/** The context of a thread that only decodes. */
export function createDecodingContext(
  buffer: ArrayBufferLike,
  kernels: Kernels,
  scratch: Pick<PageContext, 'scratch' | 'codecScratch'>,
): PageContext {
  return {
    memory: new Uint8Array(buffer),
    view: new DataView(buffer),
    kernels,
    ...scratch,
    get zstd(): Zstd {
      throw new RangeError('a context for decoding compresses nothing');
    },
  };
}

export function corruptColumn(name: string, what: string): LanewiseError {
  return new LanewiseError('LW_CORRUPT_INPUT', `column "${name}": ${what}`);
}

/** A kernel by its name. */
export function kernelOf({ kernels }: PageContext, name: string): Kernel {
  const kernel = kernels[name];
  if (kernel === undefined) throw new RangeError(`no kernel ${name}`);
  return kernel;
}
