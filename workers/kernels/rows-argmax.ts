/*
 * argmax: the place of the first maximum of each row, counted from 0, as a float64; NaN for a row that holds NaN. Values that
 * are ABSENT have their place and nothing else: not even -Infinity would do for them, which may be the maximum.
 *
 * The ABI is that of rows-softmax.ts, with one target, which may be a source, and no parameters.
 */
import { ABSENT } from './bitmap';
import { addressAt, loadRows, storeRows } from './rows-tile';

export function argmax(sources: usize, targets: usize, width: i32, count: i32, params: usize, scratch: usize): void {
  const end = (<usize>count) << 3;
  let row: usize = 0;
  for (; row + 16 <= end; row += 16) place(sources, targets, width, row, 2);
  if (row < end) place(sources, targets, width, row, 1);
}

@inline
function place(sources: usize, targets: usize, width: usize, row: usize, lanes: i32): void {
  const mark = i64x2.splat(ABSENT);
  let best = loadRows(addressAt(sources, 0) + row, lanes, false);
  // Whether there has been no value yet.
  let none = i64x2.eq(best, mark);
  let nan = v128.andnot(f64x2.ne(best, best), none);
  let at = f64x2.splat(0);
  let index = at;
  const one = f64x2.splat(1);
  for (let i: usize = 1; i < width; i++) {
    const x = loadRows(addressAt(sources, i) + row, lanes, false);
    const absent = i64x2.eq(x, mark);
    index = f64x2.add(index, one);
    nan = v128.or(nan, v128.andnot(f64x2.ne(x, x), absent));
    const larger = v128.andnot(v128.or(f64x2.gt(x, best), none), absent);
    best = v128.bitselect(x, best, larger);
    at = v128.bitselect(index, at, larger);
    none = v128.and(none, absent);
  }
  storeRows(addressAt(targets, 0) + row, v128.or(at, nan), lanes);
}
