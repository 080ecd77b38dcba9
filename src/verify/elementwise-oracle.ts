import {
  exact,
  exp,
  expm1,
  log1p,
  normalDensity,
  normalDistribution,
  Real,
  sigmoid,
  softplus,
  TWICE_SQRT_2_OVER_PI,
  tanh,
  tanhshrink,
} from './oracle.js';

/** The true value of a function at a finite x, to about 60 digits. */
type Reference = (x: Real, ...parameters: Real[]) => Real;

/** The true value of the elementwise kernel `kernel` with these parameters, at a finite x. */
export function elementwiseReference(kernel: string, params: readonly number[]): (x: Real) => Real {
  const reference = REFERENCES[kernel];
  if (reference === undefined) throw new RangeError(`there is no reference for ${kernel}`);
  const parameters = params.map((value) => (Number.isFinite(value) ? exact(value) : new Real(value)));
  return (x) => reference(x, ...parameters);
}

const ZERO = new Real(0);
const ONE = new Real(1);

const hold = (x: Real, low: Real, high: Real): Real => Real.min(Real.max(x, low), high);
const limit = (x: Real, clip: Real): Real => hold(x, clip.neg(), clip);
const step = (condition: boolean): Real => (condition ? ONE : ZERO);

/** e / (1 + e)^2 with e = e^-|x|. */
function sigmoidSlope(x: Real): Real {
  const e = exp(x.abs().neg());
  return e.div(e.add(1).pow(2));
}

/** gate(v) (1 + w gate(-v)) for the derivative of x gate(v), w = x v'. */
function gateSlope(v: Real, w: Real): Real {
  return sigmoid(v).mul(w.mul(sigmoid(v.neg())).add(1));
}

/** x * g / (g + 2) with g = e^2x + 2e^x, in e^-|x|. */
function mish(x: Real): Real {
  const e = exp(x.abs().neg());
  const num = x.isNegative() ? e.mul(e.add(2)) : e.mul(2).add(1);
  return x.mul(num).div(num.add(x.isNegative() ? 2 : e.mul(e).mul(2)));
}

/** tanh(sp) + x (1 - tanh(sp)^2) sigmoid(x) with sp = ln(1 + e^x). */
function mishSlope(x: Real): Real {
  const t = tanh(softplus(x));
  return t.add(x.mul(sigmoid(x)).mul(ONE.sub(t.mul(t))));
}

function geluArgument(x: Real): Real {
  return x.mul(x).mul('0.044715').add(1).mul(x).mul(TWICE_SQRT_2_OVER_PI);
}

function gelu(x: Real, approximate: Real): Real {
  return x.mul(approximate.isZero() ? normalDistribution(x) : sigmoid(geluArgument(x)));
}

function geluSlope(x: Real, approximate: Real): Real {
  if (approximate.isZero()) return normalDistribution(x).add(x.mul(normalDensity(x)));
  const w = x.mul(x).mul('0.134145').add(1).mul(x).mul(TWICE_SQRT_2_OVER_PI);
  return gateSlope(geluArgument(x), w);
}

/** `scale * x + shift`, rounded after the product and after the sum as the contract says. */
function affine(x: Real, scale: Real, shift: Real): Real {
  return exact(exact(scale.mul(x).toNumber()).add(shift).toNumber());
}

/** Whether the product of x and beta, rounded as the contract says, is above the threshold. */
function isAbove(x: Real, beta: Real, threshold: Real): boolean {
  return threshold.isFinite() && new Real(x.mul(beta).toNumber()).gt(threshold);
}

function hardSwishSlope(x: Real): Real {
  if (x.lte(-3)) return ZERO;
  return x.gte(3) ? ONE : x.mul(2).add(3).div(6);
}

/** The kernels' mathematical definitions, one for each elementwise kernel, parameters in the catalogue's order. */
export const REFERENCES: Readonly<Record<string, Reference>> = {
  linear: (x) => x,
  linear_deriv: () => ONE,
  affine: (x, scale = ONE, shift = ZERO) => affine(x, scale, shift),
  affine_deriv: (_x, scale = ONE) => scale,
  clip: (x, min = ZERO, max = ZERO) => hold(x, min, max),
  clip_deriv: (x, min = ZERO, max = ZERO) => step(x.gte(min) && x.lte(max)),
  hard_tanh: (x, min = ZERO, max = ZERO) => hold(x, min, max),
  hard_tanh_deriv: (x, min = ZERO, max = ZERO) => step(x.gt(min) && x.lt(max)),
  exp: (x) => exp(x),
  exp_deriv: (x) => exp(x),
  expm1: (x) => expm1(x),
  expm1_deriv: (x) => exp(x),
  log1p: (x) => log1p(x),
  log1p_deriv: (x) => (x.lt(-1) ? new Real(Number.NaN) : ONE.div(x.add(1))),
  sigmoid: (x, clip = ZERO) => sigmoid(limit(x, clip)),
  sigmoid_deriv: (x, clip = ZERO) => sigmoidSlope(limit(x, clip)),
  tanh: (x, clip = ZERO) => tanh(limit(x, clip)),
  tanh_deriv: (x, clip = ZERO) => sigmoidSlope(limit(x, clip).mul(2)).mul(4),
  softplus: (x, beta = ONE, clip = ZERO, threshold = ZERO) =>
    isAbove(x, beta, threshold) ? x : softplus(limit(x.mul(beta), clip)).div(beta),
  softplus_deriv: (x, beta = ONE, clip = ZERO, threshold = ZERO) =>
    isAbove(x, beta, threshold) ? ONE : sigmoid(limit(x.mul(beta), clip)),
  log_sigmoid: (x) => softplus(x.neg()).neg(),
  log_sigmoid_deriv: (x) => sigmoid(x.neg()),
  softsign: (x) => x.div(x.abs().add(1)),
  softsign_deriv: (x) => ONE.div(x.abs().add(1).pow(2)),
  hard_sigmoid: (x, slope = ONE, shift = ZERO) => hold(slope.mul(x).add(shift), ZERO, ONE),
  hard_sigmoid_deriv: (x, slope = ONE, shift = ZERO) => {
    const y = slope.mul(x).add(shift);
    return y.gt(0) && y.lt(1) ? slope : ZERO;
  },
  relu: (x) => Real.max(x, 0),
  relu_deriv: (x) => step(x.gt(0)),
  leaky_relu: (x, alpha = ONE) => (x.gt(0) ? x : x.mul(alpha)),
  leaky_relu_deriv: (x, alpha = ONE) => (x.gt(0) ? ONE : alpha),
  relu6: (x) => hold(x, ZERO, new Real(6)),
  relu6_deriv: (x) => step(x.gt(0) && x.lt(6)),
  elu: (x, alpha = ONE) => (x.gte(0) ? x : expm1(x).mul(alpha)),
  elu_deriv: (x, alpha = ONE) => (x.gte(0) ? ONE : exp(x).mul(alpha)),
  selu: (x, alpha = ONE, scale = ONE) => scale.mul(x.gte(0) ? x : expm1(x).mul(alpha)),
  selu_deriv: (x, alpha = ONE, scale = ONE) => scale.mul(x.gte(0) ? ONE : exp(x).mul(alpha)),
  celu: (x, alpha = ONE) => (x.gte(0) ? x : expm1(x.div(alpha)).mul(alpha)),
  celu_deriv: (x, alpha = ONE) => (x.gte(0) ? ONE : exp(x.div(alpha))),
  threshold: (x, threshold = ZERO, value = ZERO) => (x.gt(threshold) ? x : value),
  threshold_deriv: (x, threshold = ZERO) => step(x.gt(threshold)),
  softshrink: (x, lambd = ZERO) => {
    if (x.abs().lte(lambd)) return ZERO;
    return x.gt(0) ? x.sub(lambd) : x.add(lambd);
  },
  softshrink_deriv: (x, lambd = ZERO) => step(x.abs().gt(lambd)),
  hardshrink: (x, lambd = ZERO) => (x.abs().gt(lambd) ? x : ZERO),
  hardshrink_deriv: (x, lambd = ZERO) => step(x.abs().gt(lambd)),
  tanhshrink: (x) => tanhshrink(x),
  tanhshrink_deriv: (x) => tanh(x).pow(2),
  silu: (x) => x.mul(sigmoid(x)),
  silu_deriv: (x) => gateSlope(x, x),
  gelu: (x, approximate = ZERO) => gelu(x, approximate),
  gelu_deriv: (x, approximate = ZERO) => geluSlope(x, approximate),
  mish: (x) => mish(x),
  mish_deriv: (x) => mishSlope(x),
  hard_swish: (x) => x.mul(hold(x.div(6).add(0.5), ZERO, ONE)),
  hard_swish_deriv: (x) => hardSwishSlope(x),
};
