/** Which encoding a page's values take where that is left to the values. */
import type { ValueEncoding } from '../../src/abi/pages.js';
import { kernelOf, type PageContext } from './page-context.js';

/** Values that are looked at, from the page's first on. */
const SAMPLE_LENGTH = 4096;
/**
 * A page is PLAIN where more than this part of the sample repeats an earlier value. A codec then finds whole values again,
 * which streams of single bytes hide from it. Zeros at random places among other numbers make both equally large at 0.17 of
 * all values, values drawn from a few thousand at 0.08 to 0.12, with ZSTD as with GZIP.
 */
const REPEATS_SHARE = 1 / 8;

/** @param values `count` of them, back to back, nulls left out */
export function chooseValueEncoding(context: PageContext, values: number, count: number, width: 4 | 8): ValueEncoding {
  const length = Math.min(count, SAMPLE_LENGTH);
  const repeats = kernelOf(context, `count_repeats_${width}`)(values, length, context.scratch);
  return repeats > REPEATS_SHARE * length ? 'plain' : 'byte_stream_split';
}
