import type { PageCodec } from '../src/abi/pages.js';

/**
 * What the kernel compresses like, for others the library has to be loaded. As Parquet writers choose it where they aren't told: a
 * third of the time of zstd's own default, and nearly as small.
 */
const ZSTD_KERNEL_LEVEL = 1;

/** Whether blocks are compressed by ZSTD's library, which has to be loaded before. */
export function needsZstdLibrary(codec: PageCodec, level: number | undefined): boolean {
  return codec === 'zstd' && (level ?? ZSTD_KERNEL_LEVEL) !== ZSTD_KERNEL_LEVEL;
}
