import type { Block } from 'apache-arrow/fb/block';
import { Footer } from 'apache-arrow/fb/footer';
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { Schema as FbSchema } from 'apache-arrow/fb/schema';
import { LanewiseError } from '../../errors.js';
import type { ReadableFile } from '../../storage/file.js';
import { CheckedByteBuffer } from './checked-buffer.js';
import { CONTINUATION, checkVersion, METADATA_BYTE_LENGTH_MAX, PREFIX_BYTE_LENGTH, parseMessage } from './message.js';
import { type ArrowSchema, parseSchema } from './schema.js';

/** `ARROW1`, at both ends of a file. */
export const MAGIC = Uint8Array.of(0x41, 0x52, 0x52, 0x4f, 0x57, 0x31);
/** The magic at a file's start, padded to 8 bytes. */
export const HEAD_BYTE_LENGTH = 8;
/** The footer's length (int32) and the magic. */
const TAIL_BYTE_LENGTH = 10;

/** Where a message stands in a file. */
export interface MessageBlock {
  readonly position: number;
  /** With prefix and padding. */
  readonly metadataByteLength: number;
  readonly bodyByteLength: number;
}

export interface ArrowFooter {
  readonly footer: Footer;
  readonly schema: ArrowSchema;
  readonly dictionaries: readonly MessageBlock[];
  readonly recordBatches: readonly MessageBlock[];
}

/** @throws LW_CORRUPT_INPUT, LW_UNSUPPORTED_INPUT */
export function readFooter(file: ReadableFile): ArrowFooter {
  const description = `the footer of ${file.name}`;
  const tail = new Uint8Array(TAIL_BYTE_LENGTH);
  const tailPosition = file.byteLength - TAIL_BYTE_LENGTH;
  if (tailPosition < HEAD_BYTE_LENGTH) throw truncated(file);
  file.read(tail, tailPosition);
  if (!MAGIC.every((byte, i) => tail[4 + i] === byte)) throw truncated(file);
  const byteLength = new DataView(tail.buffer).getInt32(0, true);
  if (byteLength <= 0 || byteLength > tailPosition - HEAD_BYTE_LENGTH || byteLength > METADATA_BYTE_LENGTH_MAX) {
    throw new LanewiseError(
      'LW_CORRUPT_INPUT',
      `${description} can't have ${byteLength} bytes in a file of ${file.byteLength}; write the file again from its source`,
    );
  }
  const bytes = new Uint8Array(byteLength);
  file.read(bytes, tailPosition - byteLength);
  const buffer = new CheckedByteBuffer(bytes, description);
  const footer = Footer.getRootAsFooter(buffer.forTables);
  const version = footerVersion(footer, file);
  const table = footer.schema(new FbSchema());
  if (table === null) throw buffer.damaged('it has no schema');
  const schema = parseSchema(table, buffer, version);
  const dataEnd = tailPosition - byteLength;
  const dictionaries = readBlocks(footer.dictionariesLength(), (i) => footer.dictionaries(i)!, buffer, dataEnd);
  const recordBatches = readBlocks(footer.recordBatchesLength(), (i) => footer.recordBatches(i)!, buffer, dataEnd);
  const sum = [...dictionaries, ...recordBatches].reduce((n, b) => n + b.metadataByteLength + b.bodyByteLength, 0);
  if (sum > dataEnd) throw buffer.damaged(`its blocks take ${sum} bytes of ${dataEnd}`);
  return { footer, schema, dictionaries, recordBatches };
}

/** Some old writers left a footer's version out; the schema message at the file's start has it, too. */
function footerVersion(footer: Footer, file: ReadableFile): MetadataVersion {
  if (footer.version() !== MetadataVersion.V1) {
    checkVersion(footer.version(), file.name);
    return footer.version();
  }
  const prefix = new Uint8Array(PREFIX_BYTE_LENGTH);
  file.read(prefix, HEAD_BYTE_LENGTH);
  const view = new DataView(prefix.buffer);
  const isMarked = view.getUint32(0, true) === CONTINUATION;
  const byteLength = isMarked ? view.getUint32(4, true) : view.getUint32(0, true);
  const start = HEAD_BYTE_LENGTH + (isMarked ? 8 : 4);
  const metadata = new Uint8Array(Math.min(byteLength, file.byteLength - start, METADATA_BYTE_LENGTH_MAX));
  file.read(metadata, start);
  return parseMessage(metadata, `the schema message of ${file.name}`).version;
}

function readBlocks(
  count: number,
  at: (index: number) => Block,
  buffer: CheckedByteBuffer,
  dataEnd: number,
): readonly MessageBlock[] {
  const blocks: MessageBlock[] = [];
  for (let i = 0; i < count; i++) {
    const { bb_pos } = at(i);
    const block = {
      position: buffer.readLength(bb_pos),
      metadataByteLength: buffer.readInt32(bb_pos + 8),
      bodyByteLength: buffer.readLength(bb_pos + 16),
    };
    const end = block.position + block.metadataByteLength + block.bodyByteLength;
    if (block.metadataByteLength < 8 || end > dataEnd) {
      throw buffer.damaged(
        `block ${i} (${block.metadataByteLength} + ${block.bodyByteLength} bytes at ${block.position}) doesn't fit in ${dataEnd} bytes`,
      );
    }
    blocks.push(block);
  }
  return blocks;
}

function truncated(file: ReadableFile): LanewiseError {
  return new LanewiseError(
    'LW_CORRUPT_INPUT',
    `${file.name} starts as an Arrow file but its ${file.byteLength} bytes don't end as one; it was cut off or is still being written`,
  );
}
