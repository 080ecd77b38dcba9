import { compareValues } from '../../../abi/value-order.js';
import { type ChunkLeaf, ChunkWriter, withBounds } from '../chunk-writer.js';
import { Statistics } from '../definitions.js';
import type { MinMax } from '../plain-value.js';
import type { ThriftStruct } from '../thrift.js';

/** Where nobody tells the bounds of a page, those of the column chunks that its values come from are told. */
export class RecutChunkWriter extends ChunkWriter {
  readonly #order: ChunkLeaf['order'];
  readonly #chunkBounds: readonly (MinMax | undefined)[];

  /** @param chunkBounds of each column chunk of the input that values come from, as far as its statistics have them */
  constructor(leaf: ChunkLeaf, chunkBounds: readonly (MinMax | undefined)[]) {
    super(leaf);
    this.#order = leaf.order;
    this.#chunkBounds = chunkBounds;
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
