/**
 * hard_sigmoid: slope * x + shift held to [0, 1]; hard_swish: x * (x + 3) / 6, 0 left of -3 and x right of 3.
 *
 *   slope * x + shift rounds once: the product's and the sum's errors are carried, as they would be magnified at the zero.
 *   hard_swish: x + 3 as a sum of two float64, times x, divided by 6.
 *
 * Worst errors measured: 0.51 ULP for both and for hard_swish_deriv.
 */
import { forEachLight } from './elementwise';
import {
  allLanes,
  anySumTail,
  exactProductTail,
  keepNaN,
  leading,
  one,
  quotient,
  splatAt,
  zero,
} from './lanes';

// prettier-ignore
const HARD: usize = memory.data<f64>([
  3, -3, 6, 1.5, 1.7976931348623157e308, 3.054936363499605e-151, 0.5,
  0.33333332836627960205, 4.96705373128255208e-9, 0.3333333333333333, // 1/3: 26 bits of it, what they leave, and rounded
], 16);

@unmanaged
class HardSigmoid {
  slope: f64;
  shift: f64;

  @inline
  at(x: v128): v128 {
    const slope = splatAt(changetype<usize>(this));
    const shift = splatAt(changetype<usize>(this) + 8);
    const product = f64x2.mul(slope, x);
    const sum = f64x2.add(product, shift);
    const low = f64x2.add(anySumTail(product, shift, sum), exactProductTail(slope, x, product));
    // Where the sum is huge the low part may be NaN; it can't matter there.
    const y = f64x2.add(sum, v128.and(low, f64x2.eq(low, low)));
    return f64x2.add(f64x2.pmin(f64x2.pmax(y, zero()), one()), zero());
  }

  /** Infinity times a slope of 0 isn't a number, but the function is constant then. */
  @inline
  special(x: v128): v128 {
    return v128.and(f64x2.gt(f64x2.abs(x), splatAt(HARD + 32)), allLanes(this.slope == 0));
  }

  atSpecial(x: f64): f64 {
    return min(max(this.shift, 0), 1);
  }
}

export function hard_sigmoid(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<HardSigmoid>(source, target, count, params);
}

@unmanaged
class HardSigmoidDeriv {
  slope: f64;
  shift: f64;

  @inline
  at(x: v128): v128 {
    const slope = splatAt(changetype<usize>(this));
    const shift = splatAt(changetype<usize>(this) + 8);
    const product = f64x2.mul(slope, x);
    const sum = f64x2.add(product, shift);
    const low = f64x2.add(anySumTail(product, shift, sum), exactProductTail(slope, x, product));
    // 0 < sum + low < 1, without rounding: sum + low and (sum - 1) + low have the right sign.
    const held = v128.and(low, f64x2.eq(low, low));
    const isAbove = f64x2.gt(f64x2.add(sum, held), zero());
    const isBelow = f64x2.lt(f64x2.add(f64x2.sub(sum, one()), held), zero());
    return keepNaN(v128.and(slope, v128.and(isAbove, isBelow)), x);
  }
}

export function hard_sigmoid_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<HardSigmoidDeriv>(source, target, count, params);
}

@unmanaged
class HardSwish {
  @inline
  at(x: v128): v128 {
    const three = splatAt(HARD);
    const s = f64x2.add(x, three);
    const sLow = anySumTail(x, three, s);
    const xHead = leading(x);
    const sHead = leading(s);
    const sRest = f64x2.add(f64x2.sub(s, sHead), sLow);
    const num = f64x2.mul(xHead, sHead);
    const numLow = f64x2.add(f64x2.mul(x, sRest), f64x2.mul(f64x2.sub(x, xHead), sHead));
    const sum = f64x2.add(num, numLow);
    const inner = quotient(sum, f64x2.add(f64x2.sub(num, sum), numLow), splatAt(HARD + 16), zero());
    const isTiny = f64x2.lt(f64x2.abs(x), splatAt(HARD + 40));
    const y = v128.bitselect(f64x2.mul(x, splatAt(HARD + 48)), inner, isTiny);
    const left = v128.andnot(y, f64x2.le(x, splatAt(HARD + 8)));
    return v128.bitselect(x, left, f64x2.ge(x, three));
  }
}

export function hard_swish(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<HardSwish>(source, target, count, params);
}

@unmanaged
class HardSwishDeriv {
  @inline
  at(x: v128): v128 {
    const three = splatAt(HARD);
    const half = splatAt(HARD + 24);
    const s = f64x2.add(x, half);
    const sHead = leading(s);
    const sRest = f64x2.add(f64x2.sub(s, sHead), anySumTail(half, x, s));
    const third = splatAt(HARD + 64);
    const low = f64x2.add(f64x2.mul(sHead, third), f64x2.mul(sRest, splatAt(HARD + 72)));
    const y = f64x2.add(f64x2.mul(sHead, splatAt(HARD + 56)), low);
    const left = v128.andnot(y, f64x2.le(x, splatAt(HARD + 8)));
    return v128.bitselect(one(), left, f64x2.ge(x, three));
  }
}

export function hard_swish_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<HardSwishDeriv>(source, target, count, params);
}
