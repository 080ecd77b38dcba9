/**
 * What a footer will say of a row group that has been written. It is kept as bytes: the structs of thousands of column
 * chunks would be most of what is in memory.
 */

import { chunkStart } from './chunk-start.js';
import type { OutputChunk } from './copied-row-group.js';
import { ColumnChunk, ColumnMetaData, RowGroup } from './definitions.js';
import type { ChunkInfo } from './footer.js';
import { movedMetadata, shift } from './moved-chunk.js';
import { keptBytes, type PageIndexes } from './page-indexes.js';
import { readStruct, ThriftStruct } from './thrift.js';
import { i64Field, structField, structsField, writeStruct } from './thrift-writer.js';

/** A column chunk: one that was copied, and by how much it has moved, or a written one with its page indexes. */
export type WrittenColumn =
  | { readonly kind: 'copied'; readonly delta: number }
  | ({ readonly kind: 'written' } & PageIndexes);

export class WrittenRowGroup {
  readonly #columns: readonly WrittenColumn[];
  #bytes: Uint8Array;

  /**
   * @param rowGroup the input's, of which sizes and places are set anew
   * @param inputs column chunks of the input that the row group is made of
   * @param chunks in the order of the output's leaves
   */
  constructor(rowGroup: ThriftStruct, inputs: readonly ChunkInfo[], chunks: readonly OutputChunk[]) {
    // What is written has page indexes where the input's column chunks had theirs.
    const had = (id: number) => inputs.some(({ chunk }) => chunk.has(id));
    const hasColumnIndex = had(ColumnChunk.columnIndexOffset);
    const hasOffsetIndex = had(ColumnChunk.offsetIndexOffset);
    this.#columns = chunks.map((from): WrittenColumn => {
      if (from.kind === 'copied') return { kind: 'copied', delta: from.delta };
      const { writer } = from;
      return {
        kind: 'written',
        columnIndex: hasColumnIndex ? keptBytes(writer.columnIndex()) : undefined,
        offsetIndex: hasOffsetIndex ? keptBytes(writer.offsetIndex()) : undefined,
      };
    });
    const structs = chunks.map((from) => columnChunk(inputs, from));
    const metadata = structs.map((chunk) => chunk.struct(ColumnChunk.metaData) ?? new ThriftStruct());
    const sum = (id: number) => metadata.reduce((all, struct) => all + (struct.integer(id) ?? 0), 0);
    rowGroup.set(i64Field(RowGroup.totalByteSize, sum(ColumnMetaData.totalUncompressedSize)));
    if (rowGroup.has(RowGroup.totalCompressedSize)) {
      rowGroup.set(i64Field(RowGroup.totalCompressedSize, sum(ColumnMetaData.totalCompressedSize)));
    }
    if (rowGroup.has(RowGroup.fileOffset)) {
      rowGroup.set(i64Field(RowGroup.fileOffset, Math.min(...metadata.map(chunkStart))));
    }
    this.#bytes = writeStruct(rowGroup.set(structsField(RowGroup.columns, structs))).slice();
  }

  /** The thrift struct RowGroup. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Hands each column chunk over to be changed. */
  update(change: (chunk: ThriftStruct, column: WrittenColumn) => void): void {
    const { struct } = readStruct(this.#bytes, 0);
    const chunks = struct.structs(RowGroup.columns);
    for (const [index, column] of this.#columns.entries()) change(chunks[index] ?? new ThriftStruct(), column);
    this.#bytes = writeStruct(struct.set(structsField(RowGroup.columns, chunks))).slice();
  }
}

function columnChunk(inputs: readonly ChunkInfo[], from: OutputChunk): ThriftStruct {
  if (from.kind === 'written') return from.writer.columnChunk();
  const info = inputs[from.index];
  if (info === undefined) throw new RangeError(`no column chunk ${from.index}`);
  const chunk = info.chunk.copy();
  shift(chunk, ColumnChunk.fileOffset, from.delta);
  return chunk.set(structField(ColumnChunk.metaData, movedMetadata(info.metadata, from.delta)));
}
