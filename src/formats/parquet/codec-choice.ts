/** The codecs that results are written with: as asked for by name, or like the input's. */
import type { PageCodec } from '../../abi/pages.js';
import { LanewiseError } from '../../errors.js';
import { Codec } from './definitions.js';

export interface CodecChoice {
  readonly codec: number;
  readonly pageCodec: PageCodec;
  readonly level: number | undefined;
}

/** What `--compression` names, with the levels that it takes. */
const CODECS: Readonly<
  Record<string, { readonly codec: number; readonly pageCodec: PageCodec; readonly levels?: readonly [number, number] }>
> = {
  none: { codec: Codec.uncompressed, pageCodec: 'none' },
  snappy: { codec: Codec.snappy, pageCodec: 'snappy' },
  gzip: { codec: Codec.gzip, pageCodec: 'gzip', levels: [0, 9] },
  zstd: { codec: Codec.zstd, pageCodec: 'zstd', levels: [-7, 22] },
  lz4_raw: { codec: Codec.lz4Raw, pageCodec: 'lz4_raw' },
};

/** @throws LW_UNSUPPORTED_OPTION for a name that is none, and a level that the codec doesn't have */
export function codecByName(name: string, level: number | undefined): CodecChoice {
  const found = Object.hasOwn(CODECS, name) ? CODECS[name] : undefined;
  if (found === undefined) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `Parquet isn't written with the codec ${name}; use ${Object.keys(CODECS).join(', ')}`,
    );
  }
  const { codec, pageCodec, levels } = found;
  if (level !== undefined && levels === undefined) {
    throw new LanewiseError('LW_UNSUPPORTED_OPTION', `${name} has no levels; leave out the level ${level}`);
  }
  if (level !== undefined && levels !== undefined && (level < levels[0] || level > levels[1])) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `${name} has the levels ${levels[0]} to ${levels[1]}, not ${level}`,
    );
  }
  return { codec, pageCodec, level };
}

/** The codec for a column after the input's: what isn't written any more is replaced by its successor. */
export function codecLike(codec: number): CodecChoice {
  switch (codec) {
    case Codec.uncompressed:
      return codecByName('none', undefined);
    case Codec.gzip:
      return codecByName('gzip', undefined);
    case Codec.brotli:
      return { codec, pageCodec: 'brotli', level: undefined };
    case Codec.zstd:
      return codecByName('zstd', undefined);
    case Codec.lz4:
    case Codec.lz4Raw:
      return codecByName('lz4_raw', undefined);
    default:
      return codecByName('snappy', undefined);
  }
}
