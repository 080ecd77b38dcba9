/*
 * argmax: the place of the first maximum of each row, counted from 0, as a float64; NaN for a row that holds NaN.
 *
 * The ABI is that of rows-softmax.ts, with one target, which may be a source, and no parameters.
 */
import { addressAt, loadRows, storeRows } from './rows-tile';

export function argmax(sources: usize, targets: usize, width: i32, count: i32, params: usize, scratch: usize): void {
  const end = (<usize>count) << 3;
  let row: usize = 0;
  for (; row + 16 <= end; row += 16) place(sources, targets, width, row, 2);
  if (row < end) place(sources, targets, width, row, 1);
}

@inline
function place(sources: usize, targets: usize, width: usize, row: usize, lanes: i32): void {
  let best = loadRows(addressAt(sources, 0) + row, lanes, false);
  let nan = f64x2.ne(best, best);
  let at = f64x2.splat(0);
  let index = at;
  const one = f64x2.splat(1);
  for (let i: usize = 1; i < width; i++) {
    const x = loadRows(addressAt(sources, i) + row, lanes, false);
    index = f64x2.add(index, one);
    nan = v128.or(nan, f64x2.ne(x, x));
    const larger = f64x2.gt(x, best);
    best = v128.bitselect(x, best, larger);
    at = v128.bitselect(index, at, larger);
  }
  storeRows(addressAt(targets, 0) + row, v128.or(at, nan), lanes);
}
