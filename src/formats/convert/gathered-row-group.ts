/** A row group of the output that is made of one record batch or of several small ones. */
import type { OutputColumn } from '../../plan/job.js';
import type { Appender } from '../parquet/appender.js';
import type { ColumnChunkWriter } from '../parquet/column-chunk-writer.js';
import type { OutputLeaf } from '../parquet/output-leaf.js';
import { keptBytes } from '../parquet/page-indexes.js';
import type { PageStore } from '../parquet/page-store.js';
import { createChunkWriters } from '../parquet/row-group-writer.js';
import type { BridgedRows } from './bridged-fields.js';
import type { NewColumnChunk, NewRowGroup } from './parquet-metadata.js';

/** Where a top-level field of the output comes from: a leaf that is written here, or a field of the bridged ones. */
export type FieldOrigin =
  | { readonly kind: 'written'; readonly leaf: OutputLeaf }
  | { readonly kind: 'bridged'; readonly index: number };

export class GatheredRowGroup {
  readonly chunks: ReadonlyMap<OutputColumn, ColumnChunkWriter>;
  /** Whether its pages go to the file as they come, since they are of one record batch. */
  readonly isDirect: boolean;
  rowCount = 0;
  /** Bytes that the record batches have in the input. */
  byteLength = 0;
  /** What the bridged fields are made of, and which of its row groups is this one; absent where there are none. */
  readonly bridged: { readonly rows: BridgedRows; readonly index: number } | undefined;
  readonly #leaves: readonly OutputLeaf[];

  constructor(leaves: readonly OutputLeaf[], isDirect: boolean, bridged: GatheredRowGroup['bridged']) {
    this.#leaves = leaves;
    this.isDirect = isDirect;
    this.bridged = bridged;
    this.chunks = createChunkWriters(leaves);
  }

  /** Writes what has waited for its end; all pages have come. */
  finish(appender: Appender, store: PageStore, origins: readonly FieldOrigin[]): NewRowGroup {
    for (const [index, leaf] of this.#leaves.entries()) {
      if (!this.isDirect) this.#chunkOf(leaf).start = appender.appendStored(store, index);
    }
    store.clear();
    const bridged = this.#appendBridged(appender);
    const chunks = origins.flatMap((origin): readonly NewColumnChunk[] =>
      origin.kind === 'written' ? [newColumnChunk(this.#chunkOf(origin.leaf))] : (bridged.chunks[origin.index] ?? []),
    );
    const starts = this.#leaves.map((leaf) => this.#chunkOf(leaf).start ?? Number.MAX_SAFE_INTEGER);
    return { rowCount: this.rowCount, start: Math.min(bridged.start, ...starts), chunks };
  }

  #appendBridged(appender: Appender): {
    readonly start: number;
    readonly chunks: readonly (readonly NewColumnChunk[])[];
  } {
    if (this.bridged === undefined) return { start: Number.MAX_SAFE_INTEGER, chunks: [] };
    const { rows, index } = this.bridged;
    // Of several row groups the first is the largest; all of them are encoded with it.
    const encoded = rows.takeRowGroup(index, this.rowCount);
    const start = appender.append([encoded.bytes()]);
    appender.flush();
    return { start, chunks: encoded.chunksAt(start) };
  }

  #chunkOf(leaf: OutputLeaf): ColumnChunkWriter {
    const chunk = this.chunks.get(leaf.output);
    if (chunk === undefined) throw new RangeError(`"${leaf.output.name}" is no output of this file`);
    return chunk;
  }
}

function newColumnChunk(writer: ColumnChunkWriter): NewColumnChunk {
  return {
    struct: writer.columnChunk(),
    columnIndex: keptBytes(writer.columnIndex()),
    offsetIndex: keptBytes(writer.offsetIndex()),
  };
}
