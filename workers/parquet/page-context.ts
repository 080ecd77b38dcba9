import { LanewiseError } from '../../src/errors.js';
import type { Zstd } from '../codecs/zstd.js';
import type { Kernel, Kernels } from '../kernel-module.js';

/** What decoding and encoding pages needs of the thread that does it. */
export interface PageContext {
  /** The whole slab: addresses are indices. */
  readonly memory: Uint8Array;
  readonly view: DataView;
  readonly kernels: Kernels;
  readonly zstd: Zstd;
  /** 64 KiB that a kernel may use as it likes: the hash table of `lz4_compress_block` and of `snappy_compress`. */
  readonly scratch: number;
}

/** @param zstd left out where it won't be needed */
export function createPageContext(
  buffer: ArrayBufferLike,
  kernels: Kernels,
  zstd: Zstd | undefined,
  scratch: number,
): PageContext {
  return {
    memory: new Uint8Array(buffer),
    view: new DataView(buffer),
    kernels,
    scratch,
    get zstd() {
      if (zstd === undefined) throw new RangeError('ZSTD was not loaded before it was needed');
      return zstd;
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
