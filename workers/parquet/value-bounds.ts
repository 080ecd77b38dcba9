/** The smallest and the largest of values that are seen one after the other. */
import type { ValueOrder } from '../../src/abi/recode.js';
import { compareBytes, compareValues, orderedNumber } from '../../src/abi/value-order.js';
import type { PageContext } from './page-context.js';

export class ValueBounds {
  readonly #context: PageContext;
  readonly #order: ValueOrder | undefined;
  min: Uint8Array | undefined;
  max: Uint8Array | undefined;

  /** @param order absent where nothing is to be found */
  constructor(context: PageContext, order: ValueOrder | undefined) {
    this.#context = context;
    this.#order = order;
  }

  /** Looks at the value whose bytes stand at an address of the slot. NaN doesn't count. */
  add(address: number, byteLength: number): void {
    const order = this.#order;
    if (order === undefined) return;
    const { memory, view } = this.#context;
    if (order !== 'bytes' && order !== 'signed_bytes') {
      if (!Number.isNaN(orderedNumber(order, view, address))) {
        this.addBytes(memory.subarray(address, address + byteLength));
      }
      return;
    }
    const copy = () => memory.slice(address, address + byteLength);
    if (this.min === undefined || compareBytes(order, memory, address, byteLength, this.min) < 0) this.min = copy();
    if (this.max === undefined || compareBytes(order, memory, address, byteLength, this.max) > 0) this.max = copy();
  }

  /** The same for a value that isn't NaN, by its bytes, which needn't be good any longer than that. */
  addBytes(bytes: Uint8Array): void {
    const order = this.#order;
    if (order === undefined) return;
    if (this.min === undefined || compareValues(order, bytes, this.min) < 0) this.min = bytes.slice();
    if (this.max === undefined || compareValues(order, bytes, this.max) > 0) this.max = bytes.slice();
  }
}
