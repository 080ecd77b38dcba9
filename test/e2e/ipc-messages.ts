import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { ByteBuffer } from 'flatbuffers';

/** A record batch, or the values of a dictionary, as it stands in a file: nothing decoded. */
export interface RawBatch {
  /** `undefined` for a record batch. */
  readonly dictionaryId: bigint | undefined;
  readonly rowCount: bigint;
  /** Of each field node: values and nulls. */
  readonly nodes: readonly (readonly [bigint, bigint])[];
  /** The bytes of each buffer, compressed where the file is. */
  readonly buffers: readonly Uint8Array[];
  readonly variadicCounts: readonly bigint[];
  readonly codec: number | undefined;
}

const CONTINUATION = 0xffffffff;
/** `ARROW1` and two bytes of padding, in front of the messages of a file. */
const FILE_HEAD = 'ARROW1\0\0';

/** All batches of an Arrow file or stream, in their order; a walk of the format's frames with nothing of Lanewise's own. */
export function readRawBatches(bytes: Buffer): readonly RawBatch[] {
  const batches: RawBatch[] = [];
  let at = bytes.subarray(0, FILE_HEAD.length).toString('latin1') === FILE_HEAD ? FILE_HEAD.length : 0;
  while (at + 4 <= bytes.length) {
    let byteLength = bytes.readUInt32LE(at);
    at += 4;
    if (byteLength === CONTINUATION) {
      byteLength = bytes.readUInt32LE(at);
      at += 4;
    }
    if (byteLength === 0) break;
    const message = Message.getRootAsMessage(new ByteBuffer(bytes.subarray(at, at + byteLength)));
    at += byteLength;
    const body = bytes.subarray(at, at + Number(message.bodyLength()));
    at += body.length;
    if (message.headerType() === MessageHeader.RecordBatch) {
      batches.push(rawBatch(message.header(new RecordBatch()) as RecordBatch, body, undefined));
    } else if (message.headerType() === MessageHeader.DictionaryBatch) {
      const dictionary = message.header(new DictionaryBatch()) as DictionaryBatch;
      batches.push(rawBatch(dictionary.data()!, body, dictionary.id()));
    }
  }
  return batches;
}

function rawBatch(batch: RecordBatch, body: Uint8Array, dictionaryId: bigint | undefined): RawBatch {
  const count = <T>(length: number, at: (index: number) => T) => Array.from({ length }, (_, index) => at(index));
  return {
    dictionaryId,
    rowCount: batch.length(),
    nodes: count(batch.nodesLength(), (i) => [batch.nodes(i)!.length(), batch.nodes(i)!.nullCount()] as const),
    buffers: count(batch.buffersLength(), (i) => {
      const start = Number(batch.buffers(i)!.offset());
      return body.subarray(start, start + Number(batch.buffers(i)!.length()));
    }),
    variadicCounts: count(batch.variadicBufferCountsLength(), (i) => batch.variadicBufferCounts(i)!),
    codec: batch.compression()?.codec(),
  };
}
