/*
 * How row kernels reach their rows: a list of u32 addresses, one a column, and a byte offset into each of them. A vector
 * is two rows next to each other (`lanes` 2), or one (`lanes` 1), where both of its lanes compute the same.
 */

@inline
export function addressAt(list: usize, column: usize): usize {
  return load<u32>(list + (column << 2));
}

@inline
export function loadRows(address: usize, lanes: i32, negate: bool): v128 {
  const x = lanes == 2 ? v128.load(address) : v128.load64_splat(address);
  return negate ? f64x2.neg(x) : x;
}

@inline
export function storeRows(address: usize, x: v128, lanes: i32): void {
  if (lanes == 2) v128.store(address, x);
  else v128.store64_lane(address, x, 0);
}

/** The maximum of each row; NaN is passed over. */
@inline
export function rowMaximum(list: usize, width: usize, row: usize, lanes: i32, negate: bool): v128 {
  let m = f64x2.splat(-Infinity);
  let n = m;
  let i: usize = 0;
  for (; i + 2 <= width; i += 2) {
    m = f64x2.pmax(m, loadRows(addressAt(list, i) + row, lanes, negate));
    n = f64x2.pmax(n, loadRows(addressAt(list, i + 1) + row, lanes, negate));
  }
  if (i < width) m = f64x2.pmax(m, loadRows(addressAt(list, i) + row, lanes, negate));
  return f64x2.pmax(m, n);
}

/** What a row's maximum may be by the parameter `infinities` at `address`: finite if it is 1 (nan), else anything (limit). */
@inline
export function largestMaximum(address: usize): f64 {
  return load<f64>(address) == 1 ? f64.MAX_VALUE : Infinity;
}

/** All ones, which is a NaN, where a row's maximum m is above `limit`, and 0 elsewhere. */
@inline
export function aboveLimit(m: v128, limit: f64): v128 {
  return f64x2.gt(m, f64x2.splat(limit));
}
