import { seededRandom } from '../seeded-random.js';
import { seededBits } from './seeded.js';

/** Where one or another kernel's error was found to be largest, in millions of points. */
const LARGEST_ERRORS = [
  -37.421316489251275, -707.448952061092, 2.0659178178960405, -0.302551295315887, -20.959590236409255,
  -0.7839289387354337, -0.4999999999999979, 1.1844858168959871e-247, 0.443172808606005, -22.3624282223157,
  -1.2784732714673808, -2.9943708999401224e-199, 0.0031219414599400652, -0.006788584597322185, -0.007665356080979109,
  0.011104441882014884, -0.0006746632146835988, -29.17379112597863, -6.2782514270096, 6.325011058495406,
  0.003501447096893706, -1.2784645427610744, -0.7524614220710159, 0.707181030625172, -3.7749387494989355,
  -0.2585504891340742, 3.362669053034785e153, 1.9887714332310885e307, 0.00364218065225232, -2.519818755336365e-154,
  -2.9999999999999996, -37.42781974520843, -20.9718880726965, -21.188658618536156, -264.83703148669997,
  709.4327292751369, -32.68823416320969, -2.4825392885154054, -9.993424334815735, -21.97297225260196, -707.402044957517,
  -10.018705603078537, 29.24824169983006, 0.24999999999999994, -0.9999999999982018, -1.9824165526959217,
  -13.735686149943273, 0.5148446356846621, -1.2679671082170438, 0.4582316454973363, -2.7659927677390277,
  -14.60933122462202, -4.883123117271283, -0.27852123127846623,
];

/** Where functions of the catalogue bend, saturate, underflow or have a root. */
const LANDMARKS = [
  0,
  1,
  -1,
  0.5,
  -0.5,
  0.25,
  3,
  -3,
  -1.5,
  6,
  22,
  36,
  37,
  -36,
  -38.5,
  -38.6,
  500,
  -500,
  600,
  -600,
  700,
  -700,
  708,
  -708,
  709.78,
  709.79,
  -745.1,
  -745.2,
  1e-8,
  -1e-8,
  1e-160,
  -1e-160,
  1e308,
  -1e308,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  2 ** -1022,
  -(2 ** -1022),
  -0.7517915246935645,
  -0.7524614220710163,
  -1.2784645427610737,
  -1.1924312145154952,
  ...LARGEST_ERRORS,
];

/** The float64 next to `x`, away from 0 if `away` is set. */
function neighbour(x: number, away: boolean): number {
  const value = new Float64Array([x]);
  const bits = new BigInt64Array(value.buffer);
  bits[0] = (bits[0] ?? 0n) + (away || x === 0 ? 1n : -1n);
  return value[0] ?? 0;
}

/** Finite values: the landmarks with their neighbours, every exponent, and many where functions are interesting. */
export function samplePoints(seed: number, count: number): Float64Array {
  const random = seededRandom(seed);
  const anyBits = seededBits(seed);
  const between = (low: number, high: number): number => low + (high - low) * random();
  const makers = [
    anyBits,
    () => between(-40, 40),
    () => between(-760, 760),
    () => between(-4, 4),
    () => between(-1, 1) * 2 ** between(-60, 0),
    () => between(-0.02, 0.02),
  ];
  const landmarks = LANDMARKS.flatMap((x) => [x, neighbour(x, true), neighbour(x, false)]);
  const sampled = Array.from({ length: count }, (_, i) => makers[i % makers.length]?.() ?? 0);
  return Float64Array.from([...landmarks, ...sampled].filter(Number.isFinite));
}
