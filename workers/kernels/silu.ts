/**
 * silu: x * sigmoid(x), and its derivative sigmoid(x) * (1 + x * sigmoid(-x)), which has a root at -1.278.
 *
 * Worst errors measured: silu 0.56 ULP at -13.735686149943273, silu_deriv 0.53 at -1.2784645427610744.
 */
import { forEach, forEachByTwo } from './elementwise';
import { sigmoidTimesOnePlus } from './gate';
import { beyond, zero } from './lanes';
import { besideRoot, isBesideRoot } from './root';
import { SILU_ROOT } from './root-table';
import { timesExp } from './scaled';
import { REACH, sigmoidFar, sigmoidNear } from './sigmoid-forms';

// prettier-ignore
const SILU: usize = memory.data<f64>([660, 0.015625], 16);
@unmanaged
class Silu {
  @inline
  at(x: v128): v128 {
    return sigmoidNear(x, x, false, x, true);
  }

  @inline
  reach(): v128 {
    return f64x2.splat(REACH);
  }

  @inline
  far(x: v128): v128 {
    return sigmoidFar(x, x, false, x, true);
  }

  @inline
  special(x: v128): v128 {
    return beyond(x, SILU);
  }

  atSpecial(x: f64): f64 {
    return x > 0 ? x : timesExp(x, 0, x, 0);
  }
}

export function silu(source: usize, target: usize, count: i32, params: usize): void {
  forEachByTwo<Silu>(source, target, count, params);
}

@unmanaged
class SiluDeriv {
  @inline
  at(x: v128): v128 {
    return sigmoidTimesOnePlus(x, zero(), x, zero());
  }

  @inline
  special(x: v128): v128 {
    return v128.or(beyond(x, SILU), isBesideRoot(x, SILU_ROOT, SILU + 8));
  }

  atSpecial(x: f64): f64 {
    if (x > 0) return 1;
    return x < -2 ? timesExp(1 + x, x - (1 + x) + 1, x, 0) : besideRoot(x, SILU_ROOT, 9);
  }
}

export function silu_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEach<SiluDeriv>(source, target, count, params);
}
