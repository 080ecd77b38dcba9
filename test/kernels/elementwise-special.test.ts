import { describe, expect, it } from 'vitest';
import { kernelMemory } from './rows-support.js';

const memory = kernelMemory();
const INF = Number.POSITIVE_INFINITY;

function apply(kernel: string, parameters: readonly number[], ...values: number[]): number[] {
  memory.reset();
  const at = memory.put(Float64Array.from(values));
  memory.call(kernel, at, at, values.length, memory.put(Float64Array.from(parameters)));
  return Array.from(memory.float64(at, values.length));
}

/** [kernel, parameters, result at -Infinity, result at +Infinity] */
const LIMITS: readonly (readonly [string, readonly number[], number, number])[] = [
  ['linear', [], -INF, INF],
  ['linear_deriv', [], 1, 1],
  ['affine', [2, 1], -INF, INF],
  ['affine_deriv', [2, 1], 2, 2],
  ['clip', [-500, 500], -500, 500],
  ['clip_deriv', [-500, 500], 0, 0],
  ['hard_tanh', [-1, 1], -1, 1],
  ['hard_tanh_deriv', [-1, 1], 0, 0],
  ['exp', [], 0, INF],
  ['exp_deriv', [], 0, INF],
  ['expm1', [], -1, INF],
  ['expm1_deriv', [], 0, INF],
  ['log1p', [], Number.NaN, INF],
  ['log1p_deriv', [], Number.NaN, 0],
  ['sigmoid', [500], 7.124576406741286e-218, 1],
  ['sigmoid', [INF], 0, 1],
  ['sigmoid_deriv', [500], 7.124576406741286e-218, 7.124576406741286e-218],
  ['sigmoid_deriv', [INF], 0, 0],
  ['tanh', [INF], -1, 1],
  ['tanh_deriv', [INF], 0, 0],
  ['softplus', [1, 500, INF], 7.124576406741286e-218, 500],
  ['softplus', [1, INF, INF], 0, INF],
  ['softplus', [0.7, INF, INF], 0, INF],
  ['softplus', [1e-310, INF, INF], 0, INF],
  ['softplus', [2, 500, INF], 3.562288203370643e-218, 250],
  ['softplus_deriv', [1, INF, INF], 0, 1],
  ['softplus', [1, INF, 20], 0, INF],
  ['softplus_deriv', [1, INF, 20], 0, 1],
  ['log_sigmoid', [], -INF, 0],
  ['log_sigmoid_deriv', [], 1, 0],
  ['softsign', [], -1, 1],
  ['softsign_deriv', [], 0, 0],
  ['hard_sigmoid', [1 / 6, 0.5], 0, 1],
  ['hard_sigmoid', [-0.2, 0.5], 1, 0],
  ['hard_sigmoid', [0, 0.25], 0.25, 0.25],
  ['hard_sigmoid_deriv', [1 / 6, 0.5], 0, 0],
  ['relu', [], 0, INF],
  ['relu_deriv', [], 0, 1],
  ['leaky_relu', [0.01], -INF, INF],
  ['leaky_relu', [0], 0, INF],
  ['leaky_relu_deriv', [0.01], 0.01, 1],
  ['relu6', [], 0, 6],
  ['relu6_deriv', [], 0, 0],
  ['elu', [1.5], -1.5, INF],
  ['elu_deriv', [1.5], 0, 1],
  ['selu', [1.6732632423543772, 1.0507009873554805], -1.7580993408473766, INF],
  ['selu_deriv', [1.6732632423543772, 1.0507009873554805], 0, 1.0507009873554805],
  ['celu', [1.5], -1.5, INF],
  ['celu', [1e-310], -1e-310, INF],
  ['celu_deriv', [1.5], 0, 1],
  ['threshold', [0.1, 20], 20, INF],
  ['threshold_deriv', [0.1, 20], 0, 1],
  ['softshrink', [0.5], -INF, INF],
  ['softshrink_deriv', [0.5], 1, 1],
  ['hardshrink', [0.5], -INF, INF],
  ['hardshrink_deriv', [0.5], 1, 1],
  ['tanhshrink', [], -INF, INF],
  ['tanhshrink_deriv', [], 1, 1],
  ['silu', [], 0, INF],
  ['silu_deriv', [], 0, 1],
  ['gelu', [0], 0, INF],
  ['gelu_deriv', [0], 0, 1],
  ['gelu', [1], 0, INF],
  ['gelu_deriv', [1], 0, 1],
  ['mish', [], 0, INF],
  ['mish_deriv', [], 0, 1],
  ['hard_swish', [], 0, INF],
  ['hard_swish_deriv', [], 0, 1],
];

/** [kernel, parameters, x, result]: kinks, bounds, and the examples of the guide. */
const POINTS: readonly (readonly [string, readonly number[], number, number])[] = [
  ['sigmoid', [500], 0, 0.5],
  ['sigmoid', [500], 600, 1],
  ['sigmoid_deriv', [500], 600, 7.124576406741286e-218],
  ['sigmoid_deriv', [INF], 600, 2.6503965530043108e-261],
  ['softplus', [1, INF, 20], 20, 20.000000002061153],
  ['softplus', [1, INF, 20], 20.000000000000004, 20.000000000000004],
  ['softplus', [0.5, INF, 20], 40.1, 40.1],
  ['softplus_deriv', [1, INF, 20], 20.000000000000004, 1],
  ['relu', [], -0, 0],
  ['relu6', [], -0, 0],
  ['tanh', [INF], -0, -0],
  ['softsign', [], -0, -0],
  ['expm1', [], -0, -0],
  ['log1p', [], -0, -0],
  ['log1p', [], -1, -INF],
  ['log1p', [], -1.5, Number.NaN],
  ['log1p_deriv', [], -1, INF],
  ['relu_deriv', [], 0, 0],
  ['leaky_relu_deriv', [0.01], 0, 0.01],
  ['elu_deriv', [2], 0, 1],
  ['celu_deriv', [2], 0, 1],
  ['selu_deriv', [1.6732632423543772, 1.0507009873554805], 0, 1.0507009873554805],
  ['hard_sigmoid_deriv', [0.25, 0.5], -2, 0],
  ['hard_sigmoid_deriv', [0.25, 0.5], 2, 0],
  ['hard_sigmoid_deriv', [0.25, 0.5], 1.9999999999999998, 0.25],
  ['clip_deriv', [-1, 2], -1, 1],
  ['clip_deriv', [-1, 2], 2, 1],
  ['hard_tanh_deriv', [-1, 1], 1, 0],
  ['relu6_deriv', [], 6, 0],
  ['softshrink_deriv', [0.5], 0.5, 0],
  ['hardshrink_deriv', [0.5], -0.5, 0],
  ['threshold_deriv', [0.1, 20], 0.1, 0],
  ['threshold', [0.1, 20], 0.1, 20],
  ['affine', [3, 0.1], 0.1, 0.4],
];

describe('elementwise kernels at special values', () => {
  it.each(LIMITS)('%s with %j goes from %d to %d', (kernel, parameters, atMinus, atPlus) => {
    const [minus, plus] = apply(kernel, parameters, -INF, INF);
    // Adding 0 takes the sign from a zero: a limit of 0 has none.
    expect([(minus ?? 0) + 0, (plus ?? 0) + 0]).toEqual([atMinus, atPlus]);
  });

  it.each(POINTS)('%s with %j at %d is %d', (kernel, parameters, x, expected) => {
    expect(apply(kernel, parameters, x)[0]).toBe(expected);
  });
});
