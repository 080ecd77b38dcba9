import { MessageHeader } from 'apache-arrow/fb/message-header';
import { Schema as FbSchema } from 'apache-arrow/fb/schema';
import { LanewiseError } from '../../errors.js';
import { type ArrowMessage, CONTINUATION, METADATA_BYTE_LENGTH_MAX } from './message.js';
import { type ArrowSchema, parseSchema } from './schema.js';

/** `ARRO` of `ARROW1` as an int32. */
const FILE_MAGIC_START = 0x4f525241;

/** The schema that a stream begins with. */
export function streamSchema(message: ArrowMessage | undefined, name: string): ArrowSchema {
  if (message === undefined) {
    throw new LanewiseError(
      'LW_CORRUPT_INPUT',
      `${name} ends before its schema; whatever should write it wrote nothing`,
    );
  }
  const { buffer } = message;
  if (message.headerType !== MessageHeader.Schema) {
    throw buffer.damaged(`a stream begins with a schema, not with a message of type ${message.headerType}`);
  }
  const table: FbSchema | null = message.message.header(new FbSchema());
  if (table === null) throw buffer.damaged('the schema is absent');
  return parseSchema(table, buffer, message.version);
}

/** What the first bytes of a message say: how long its prefix and its metadata are; a length of 0 ends the stream. */
export function parsePrefix(
  first: number,
  second: number | undefined,
  name: string,
  position: number,
): { readonly prefixByteLength: number; readonly metadataByteLength: number } {
  const isMarked = first === CONTINUATION;
  const metadataByteLength = isMarked ? second! : first;
  if (position === 0 && first === FILE_MAGIC_START) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_INPUT',
      `${name} is an Arrow file, which can only be read where its end can be; give its path, or send the stream format`,
    );
  }
  if (position === 0 && metadataByteLength > METADATA_BYTE_LENGTH_MAX) {
    throw new LanewiseError('LW_NOT_COLUMNAR', `${name} isn't an Arrow stream`);
  }
  if (metadataByteLength > METADATA_BYTE_LENGTH_MAX) {
    throw new LanewiseError(
      'LW_CORRUPT_INPUT',
      `${name} is damaged: the message at byte ${position} says that its metadata takes ${metadataByteLength} bytes, more than ${METADATA_BYTE_LENGTH_MAX}`,
    );
  }
  return { prefixByteLength: isMarked ? 8 : 4, metadataByteLength };
}

export function cutOff(name: string, position: number, neededByteLength: number, byteLength: number): LanewiseError {
  return new LanewiseError(
    'LW_CORRUPT_INPUT',
    `${name} is cut off: at byte ${position} ${neededByteLength} bytes should follow, ${byteLength} do`,
  );
}
