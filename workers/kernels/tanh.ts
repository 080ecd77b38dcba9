/**
 * tanh, and its derivative, with the input held to [-clip, clip].
 *
 *   tanh itself from the node c of |x|'s interval, with T = tanh c from a table and r = |x| - c:
 *     tanh|x| = T + (1 - T^2) t / (1 + T t),  t = tanh r = r + r^3 * P(r^2), P of degree 3
 *     The second term is at most 1/64 of the result, so that its roundings cost little; below 1/32 both T and c are 0.
 *   derivative: 4 times the slope of the sigmoid at 2x
 *
 * Worst errors measured: tanh 0.53 ULP at 0.5148446356846621, tanh_deriv 0.55 at -4.883123117271283.
 */
import { forEachByTwo, forEachLight } from './elementwise';
import { leading, magnitude, one, splatAt, withSign } from './lanes';
import { expScaled } from './scaled';
import { REACH, sigmoidSlopeFar, sigmoidSlopeNear } from './sigmoid-forms';
import { T0, T1, T2, T3, TANH_TABLE } from './tanh-table';

// prettier-ignore
const TANH: usize = memory.data<f64>([4, 22, 350, T0, T1, T2, T3], 16);
/** The leading bits of 1/32 less 1. */
const ROW_BEFORE_FIRST: i32 = 0x7f3f;

@inline
function rowAt(bits: u32): usize {
  const row = <i32>(bits >> 15) - ROW_BEFORE_FIRST;
  return TANH_TABLE + (<usize>(max<i32>(row, 0) & 511) << 5);
}

/** tanh x for any x, where 0 <= a <= 22 is |x| held to that; NaN where a is. */
@inline
function tanhNear(x: v128, a: v128): v128 {
  const row0 = rowAt(i32x4.extract_lane(a, 1));
  const row1 = rowAt(i32x4.extract_lane(a, 3));
  const words01a = v128.load(row0);
  const words01b = v128.load(row1);
  const words23a = v128.load(row0, 16);
  const words23b = v128.load(row1, 16);
  const r = f64x2.sub(a, v128.shuffle<u64>(words01a, words01b, 0, 2));
  const r2 = f64x2.mul(r, r);
  const p23 = f64x2.add(splatAt(TANH + 40), f64x2.mul(r2, splatAt(TANH + 48)));
  const p13 = f64x2.add(splatAt(TANH + 32), f64x2.mul(r2, p23));
  const p = f64x2.add(splatAt(TANH + 24), f64x2.mul(r2, p13));
  const t = f64x2.add(r, f64x2.mul(f64x2.mul(r, r2), p));
  const node = v128.shuffle<u64>(words01a, words01b, 1, 3);
  const num = f64x2.mul(v128.shuffle<u64>(words23a, words23b, 1, 3), t);
  const rise = f64x2.div(num, f64x2.add(one(), f64x2.mul(node, t)));
  const low = f64x2.add(v128.shuffle<u64>(words23a, words23b, 0, 2), rise);
  return withSign(f64x2.add(node, low), x);
}

@unmanaged
class Tanh {
  clip: f64;

  @inline
  at(x: v128): v128 {
    return tanhNear(x, f64x2.pmin(magnitude(x), splatAt(TANH + 8)));
  }
}

@unmanaged
class ClippedTanh {
  clip: f64;

  @inline
  at(x: v128): v128 {
    return tanhNear(x, f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))));
  }
}

export function tanh(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params) < 22) forEachLight<ClippedTanh>(source, target, count, params);
  else forEachLight<Tanh>(source, target, count, params);
}

/** With a clip of at least half of REACH: 4 times the slope of the sigmoid at 2x. */
@unmanaged
class TanhDeriv {
  clip: f64;

  @inline
  at(x: v128): v128 {
    return tanhSlopeNear(magnitude(x));
  }

  @inline
  reach(): v128 {
    return f64x2.splat(REACH / 2);
  }

  @inline
  far(x: v128): v128 {
    const a = f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this)));
    return f64x2.mul(sigmoidSlopeFar(f64x2.add(a, a)), splatAt(TANH));
  }

  @inline
  special(x: v128): v128 {
    return f64x2.gt(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))), splatAt(TANH + 16));
  }

  atSpecial(x: f64): f64 {
    return expScaled(-2 * min(abs(x), this.clip), 0, 2);
  }
}

@inline
function tanhSlopeNear(a: v128): v128 {
  return f64x2.mul(sigmoidSlopeNear(f64x2.add(a, a)), splatAt(TANH));
}

@unmanaged
class ClippedTanhDeriv {
  clip: f64;

  @inline
  at(x: v128): v128 {
    return tanhSlopeNear(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))));
  }
}

export function tanh_deriv(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params) < REACH / 2) forEachByTwo<ClippedTanhDeriv>(source, target, count, params);
  else forEachByTwo<TanhDeriv>(source, target, count, params);
}
