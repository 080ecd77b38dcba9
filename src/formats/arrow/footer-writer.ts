import { Block } from 'apache-arrow/fb/block';
import { Footer } from 'apache-arrow/fb/footer';
import type { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { Builder, type Offset } from 'flatbuffers';
import type { Job } from '../../plan/job.js';
import { copyMetadata } from './custom-metadata.js';
import { type ArrowFooter, MAGIC, type MessageBlock } from './footer.js';
import type { ArrowSchema } from './schema.js';
import { writeSchema } from './schema-writer.js';

/**
 * What stands at the end of a file: the end-of-stream mark, the footer, its length, the magic.
 * @param inputFooter the footer whose metadata is carried over, where the input has one
 */
export function buildFooter(
  schema: ArrowSchema,
  jobs: readonly Job[],
  dictionaries: readonly MessageBlock[],
  recordBatches: readonly MessageBlock[],
  inputFooter: ArrowFooter | undefined,
  version: MetadataVersion,
): Uint8Array {
  const builder = new Builder(1024 + 2 * schema.buffer.capacity() + 24 * recordBatches.length);
  const schemaOffset = writeSchema(builder, schema, jobs);
  const metadata =
    inputFooter === undefined ? 0 : copyMetadata(builder, inputFooter.footer, Footer.createCustomMetadataVector);
  const dictionariesOffset = writeBlocks(builder, dictionaries, Footer.startDictionariesVector);
  const recordBatchesOffset = writeBlocks(builder, recordBatches, Footer.startRecordBatchesVector);
  Footer.startFooter(builder);
  Footer.addVersion(builder, version);
  Footer.addSchema(builder, schemaOffset);
  Footer.addDictionaries(builder, dictionariesOffset);
  Footer.addRecordBatches(builder, recordBatchesOffset);
  Footer.addCustomMetadata(builder, metadata);
  builder.finish(Footer.endFooter(builder));
  const footer = builder.asUint8Array();
  const bytes = new Uint8Array(8 + footer.length + 4 + MAGIC.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, -1, true);
  bytes.set(footer, 8);
  view.setInt32(8 + footer.length, footer.length, true);
  bytes.set(MAGIC, 8 + footer.length + 4);
  return bytes;
}

function writeBlocks(
  builder: Builder,
  blocks: readonly MessageBlock[],
  startVector: (builder: Builder, count: number) => void,
): Offset {
  startVector(builder, blocks.length);
  for (const { position, metadataByteLength, bodyByteLength } of blocks.toReversed()) {
    Block.createBlock(builder, BigInt(position), metadataByteLength, BigInt(bodyByteLength));
  }
  return builder.endVector();
}
