import { LanewiseError } from '../../errors.js';
import type { ByteReader, ReadableFile } from '../../storage/file.js';
import { BufferExpander } from './buffer-expander.js';
import { ArrowFileSource } from './file-source.js';
import { MAGIC } from './footer.js';
import { CONTINUATION } from './message.js';
import type { ArrowSourceOptions } from './options.js';
import { PipeMessageReader } from './pipe-messages.js';
import type { ArrowSource } from './source.js';
import { ArrowStreamSource, FileMessageReader } from './stream-source.js';

/** Feather's first version, a format of its own. */
const FEATHER_V1_MAGIC = Uint8Array.of(0x46, 0x45, 0x41, 0x31);

/**
 * Opens an Arrow file or stream, told apart by their first bytes.
 * @throws LW_NOT_COLUMNAR where it is neither; LW_UNSUPPORTED_INPUT, LW_CORRUPT_INPUT
 */
export async function openArrow(file: ReadableFile, options: ArrowSourceOptions): Promise<ArrowSource> {
  const expander = new BufferExpander(options);
  const head = new Uint8Array(Math.min(8, file.byteLength));
  file.read(head, 0);
  if (startsWith(head, MAGIC)) return new ArrowFileSource(file, expander);
  if (startsWith(head, FEATHER_V1_MAGIC)) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_INPUT',
      `${file.name} is Feather version 1, which isn't Arrow IPC; write it again as version 2`,
    );
  }
  if (!looksLikeStream(head, file.byteLength)) {
    throw new LanewiseError('LW_NOT_COLUMNAR', `${file.name} is neither an Arrow IPC file nor a stream`);
  }
  return ArrowStreamSource.open(new FileMessageReader(file), expander);
}

/**
 * Opens an Arrow stream that comes through a pipe. Waits until its first record batch is there. The reader is closed
 * with the source, or if there is none because this fails.
 * @throws LW_NOT_COLUMNAR, LW_UNSUPPORTED_INPUT, LW_CORRUPT_INPUT
 */
export async function openArrowStream(reader: ByteReader, options: ArrowSourceOptions): Promise<ArrowSource> {
  const messages = new PipeMessageReader(reader, options);
  try {
    return await ArrowStreamSource.open(messages, new BufferExpander(options));
  } catch (error) {
    messages.close();
    throw error;
  }
}

function looksLikeStream(head: Uint8Array, byteLength: number): boolean {
  if (head.length < 8) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const first = view.getUint32(0, true);
  // Before Arrow 0.15: the length of the schema's metadata, then the flatbuffer, which begins with a small offset.
  return first === CONTINUATION || (first >= 8 && first < byteLength && view.getUint32(4, true) < first);
}

function startsWith(bytes: Uint8Array, magic: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}
