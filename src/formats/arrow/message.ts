/**
 * The framing of Arrow's messages:
 *
 *     | 0xffffffff | metadata length (int32) | metadata: a Message flatbuffer, padded | body |
 *
 * Before Arrow 0.15 the marker was absent. A length of 0 is the end of a stream.
 */
import { Message } from 'apache-arrow/fb/message';
import type { MessageHeader } from 'apache-arrow/fb/message-header';
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { LanewiseError } from '../../errors.js';
import { CheckedByteBuffer } from './checked-buffer.js';

export const CONTINUATION = 0xffffffff;
/** Bytes of the marker and the length before the metadata. */
export const PREFIX_BYTE_LENGTH = 8;
/** Metadata is a few dozen bytes a column; more than this is damage, and must not be allocated. */
export const METADATA_BYTE_LENGTH_MAX = 1 << 28;

export interface ArrowMessage {
  /** The flatbuffer, without prefix. */
  readonly metadata: Uint8Array;
  readonly buffer: CheckedByteBuffer;
  readonly message: Message;
  readonly version: MetadataVersion;
  readonly headerType: MessageHeader;
  readonly bodyByteLength: number;
}

/** @throws LW_CORRUPT_INPUT, LW_UNSUPPORTED_INPUT for versions before 0.8 */
export function parseMessage(metadata: Uint8Array, description: string): ArrowMessage {
  const buffer = new CheckedByteBuffer(metadata, description);
  const message = Message.getRootAsMessage(buffer.forTables);
  const version = message.version();
  checkVersion(version, description);
  const bodyOffset = buffer.__offset(message.bb_pos, 10);
  return {
    metadata,
    buffer,
    message,
    version,
    headerType: message.headerType(),
    bodyByteLength: bodyOffset === 0 ? 0 : buffer.readLength(message.bb_pos + bodyOffset),
  };
}

export function checkVersion(version: number, description: string): void {
  if (version === MetadataVersion.V4 || version === MetadataVersion.V5) return;
  throw new LanewiseError(
    'LW_UNSUPPORTED_INPUT',
    `${description} has metadata version V${version + 1}; Lanewise reads V4 and V5 (Arrow 0.8 and later): write it again with a newer Arrow`,
  );
}

/** Where the flatbuffer of an encapsulated message stands in its bytes, prefix and padding included. */
export function metadataRange(
  bytes: Uint8Array,
  description: string,
): { readonly start: number; readonly end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = bytes.length >= 8 ? view.getUint32(0, true) : 0;
  const start = first === CONTINUATION ? PREFIX_BYTE_LENGTH : 4;
  const byteLength = first === CONTINUATION ? view.getInt32(4, true) : first;
  if (byteLength <= 0 || start + byteLength > bytes.length) {
    throw new LanewiseError(
      'LW_CORRUPT_INPUT',
      `${description} is damaged: its metadata takes ${byteLength} bytes where ${bytes.length - start} stand; write the file again from its source`,
    );
  }
  return { start, end: start + byteLength };
}

/**
 * The metadata with marker and length before it and zeros behind it.
 * @param padTo what the whole comes to a multiple of, counted from `position`
 */
export function frameMetadata(metadata: Uint8Array, position: number, padTo: number): Uint8Array {
  const framed = new Uint8Array(framedByteLength(metadata.length, position, padTo));
  prefixMetadata(framed);
  framed.set(metadata, PREFIX_BYTE_LENGTH);
  return framed;
}

/** Puts marker and length at the start of bytes that a message's metadata fills. */
export function prefixMetadata(framed: Uint8Array): void {
  const view = new DataView(framed.buffer, framed.byteOffset, framed.byteLength);
  view.setUint32(0, CONTINUATION, true);
  view.setInt32(4, framed.length - PREFIX_BYTE_LENGTH, true);
}

/** Length of what `frameMetadata` makes. */
export function framedByteLength(metadataByteLength: number, position: number, padTo: number): number {
  const end = position + PREFIX_BYTE_LENGTH + metadataByteLength;
  return Math.ceil(end / padTo) * padTo - position;
}
