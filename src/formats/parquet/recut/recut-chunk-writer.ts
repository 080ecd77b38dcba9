import { compareValues } from '../../../abi/value-order.js';
import type { Appender } from '../appender.js';
import { type ChunkLeaf, ChunkWriter, withBounds } from '../chunk-writer.js';
import { ColumnChunk, ColumnMetaData, Statistics } from '../definitions.js';
import type { MinMax } from '../plain-value.js';
import type { ThriftStruct } from '../thrift.js';
import { i32Field, i64Field, structField } from '../thrift-writer.js';
import { BloomFilter } from './bloom-filter.js';

/** Where nobody tells the bounds of a page, those of the column chunks that its values come from are told. */
export class RecutChunkWriter extends ChunkWriter {
  readonly #order: ChunkLeaf['order'];
  readonly #chunkBounds: readonly (MinMax | undefined)[];
  /** Undefined where there is none, and once it is finished. */
  #filter: BloomFilter | undefined;
  #filterBytes: Uint8Array | undefined;
  #filterPosition: number | undefined;
  #hasUnknownHashes = false;

  /** @param chunkBounds of each column chunk of the input that values come from, as far as its statistics have them */
  constructor(leaf: ChunkLeaf, chunkBounds: readonly (MinMax | undefined)[]) {
    super(leaf);
    this.#order = leaf.order;
    this.#chunkBounds = chunkBounds;
  }

  /**
   * Adds hashes of values to the bloom filter.
   * @param hashes `undefined` where some can't be told: then there is none
   * @param valueCount of different values in the column chunk, at most
   * @param isLast whether these are the last ones
   */
  addHashes(hashes: Uint32Array | undefined, valueCount: number, isLast: boolean): void {
    if (hashes === undefined) this.#hasUnknownHashes = true;
    else if (!this.#hasUnknownHashes) {
      this.#filter ??= new BloomFilter(valueCount);
      this.#filter.insert(hashes);
    }
    if (!isLast) return;
    this.#filterBytes = this.#hasUnknownHashes ? undefined : this.#filter?.finish();
    this.#filter = undefined;
  }

  /** Writes the bloom filter, if there is one, behind the row group's column chunks. */
  appendFilter(appender: Appender): void {
    if (this.#filterBytes !== undefined) this.#filterPosition = appender.append([this.#filterBytes]);
  }

  override columnChunk(): ThriftStruct {
    const chunk = super.columnChunk();
    const metadata = chunk.struct(ColumnChunk.metaData);
    if (metadata === undefined || this.#filterPosition === undefined) return chunk;
    metadata
      .set(i64Field(ColumnMetaData.bloomFilterOffset, this.#filterPosition))
      .set(i32Field(ColumnMetaData.bloomFilterLength, this.#filterBytes?.length ?? 0));
    return chunk.set(structField(ColumnChunk.metaData, metadata));
  }

  protected override statistics(): ThriftStruct {
    const statistics = super.statistics();
    const order = this.#order;
    if (order === undefined || statistics.has(Statistics.minValue) || !this.hasUnknownBounds) return statistics;
    let bounds: MinMax | undefined;
    for (const own of this.#chunkBounds) {
      if (own === undefined) return statistics;
      const { min, max } = bounds ?? own;
      bounds = {
        min: compareValues(order, own.min, min) < 0 ? own.min : min,
        max: compareValues(order, own.max, max) > 0 ? own.max : max,
      };
    }
    return bounds === undefined ? statistics : withBounds(statistics, bounds);
  }
}
