/** Bytes of the slab. */
export interface MemoryRange {
  /** 0 for zeros, of which there are fewer than `GAP_BYTE_LENGTH_LIMIT`. */
  address: number;
  byteLength: number;
}

/** From this length on a gap between two ranges isn't written with them. */
export const GAP_BYTE_LENGTH_LIMIT = 64;

const ZEROS = new Uint8Array(GAP_BYTE_LENGTH_LIMIT);

/** Fewer than `GAP_BYTE_LENGTH_LIMIT`. */
export function zeros(byteLength: number): Uint8Array {
  return ZEROS.subarray(0, byteLength);
}

/** The bytes of ranges, one view for each. */
export function viewsOf(slab: Uint8Array, ranges: readonly Readonly<MemoryRange>[]): readonly Uint8Array[] {
  return ranges.map(({ address, byteLength }) =>
    address === 0 ? zeros(byteLength) : slab.subarray(address, address + byteLength),
  );
}
