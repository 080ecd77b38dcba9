/** The encodings that values of results are written with: as asked for, or by their type and codec. */
import type { EncodingOption, PageCodec } from '../../abi/pages.js';
import type { NumericType } from '../../abi/types.js';

export interface EncodingChoice {
  readonly encoding: EncodingOption;
  /** Whether a dictionary of the input's may stay one, which no encoding was asked for. */
  readonly keepsDictionary: boolean;
}

/** Codecs that tell frequent bytes from rare ones; the others gain less by streams of bytes than those take to make. */
const ENTROPY_CODECS: ReadonlySet<PageCodec> = new Set(['zstd', 'gzip', 'brotli']);

export function chooseEncoding(type: NumericType, codec: PageCodec, option: EncodingOption): EncodingChoice {
  const keepsDictionary = option === 'auto';
  // Integers and float16 may be split since format 2.11 only, and DuckDB, for one, doesn't read it.
  if (type !== 'float64' && type !== 'float32') return { encoding: 'plain', keepsDictionary };
  return { encoding: option === 'auto' && !ENTROPY_CODECS.has(codec) ? 'plain' : option, keepsDictionary };
}
