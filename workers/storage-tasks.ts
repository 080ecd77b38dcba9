/** Compressed blocks and Parquet's pages: a module of its own, which runs on uncompressed Arrow never load. */
import type { CompressTask, DecompressTask, StorageTask, TaskResult } from '../src/abi/task.js';
import { LanewiseError } from '../src/errors.js';
import { compressBlock, decompressBlock } from './codecs/block-codec.js';
import { decodePages } from './parquet/decode.js';
import { encodePage } from './parquet/encode.js';
import { hashValues } from './parquet/hash-values.js';
import { findDictionaryValues } from './parquet/open-dictionary.js';
import type { PageContext } from './parquet/page-context.js';
import { recodePage } from './parquet/recode.js';

export function runStorageTask(task: StorageTask, context: PageContext): TaskResult {
  switch (task.kind) {
    case 'decompress':
      return decompress(task, context);
    case 'compress':
      return compress(task, context);
    case 'decode_pages':
      decodePages(task, context);
      return [];
    case 'encode_page':
      return encodePage(task, context);
    case 'hash_values':
      return hashValues(task, context);
    case 'open_dictionary':
      findDictionaryValues(task, context);
      return [];
    case 'recode_page':
      return recodePage(task, context);
  }
}

function decompress(
  { codec, source, sourceByteLength, target, targetByteLength }: DecompressTask,
  context: PageContext,
): TaskResult {
  const byteLength = decompressBlock(context, codec, source, sourceByteLength, target, targetByteLength);
  if (byteLength !== targetByteLength) {
    throw new LanewiseError(
      'LW_CORRUPT_INPUT',
      `a ${codec} block of ${sourceByteLength} bytes doesn't decompress to the ${targetByteLength} bytes that its metadata names; write the file again from its source`,
    );
  }
  return [];
}

function compress(
  { codec, level, source, sourceByteLength, target, targetCapacity }: CompressTask,
  context: PageContext,
): TaskResult {
  return [compressBlock(context, codec, level, source, sourceByteLength, target, targetCapacity)];
}
