import type { ActivationEntry } from './entry.js';

/** The conventions that defaults may follow: the guide's, or those of a library whose results are to be met. */
export const DIALECTS = ['guide', 'torch', 'onnx', 'keras'] as const;

export type Dialect = (typeof DIALECTS)[number];

/** Defaults of a function's parameters by name, as the numbers that the kernel reads. */
type Defaults = Readonly<Record<string, number>>;

const NO_CLIP: Defaults = { clip: Number.POSITIVE_INFINITY };
/** The keyword of `infinities`. */
const NAN_ROWS: Defaults = { infinities: 1 };

/** What PyTorch, ONNX Runtime and Keras have in common: no input is clipped, and a row with +inf is NaN. */
const LIBRARY_DEFAULTS: Readonly<Record<string, Defaults>> = {
  sigmoid: NO_CLIP,
  softplus: NO_CLIP,
  softmax: NAN_ROWS,
  log_softmax: NAN_ROWS,
  softmin: NAN_ROWS,
  softmax_deriv: NAN_ROWS,
  softmax_jacobian: NAN_ROWS,
};

/**
 * Where a dialect's defaults aren't the catalogue's. Sources: torch.nn.functional of PyTorch 2.13, measured; the operators'
 * specifications of ONNX opset 22 with the CPU kernels of ONNX Runtime; keras.activations and keras.ops of Keras 3.
 */
const OVERRIDES: Readonly<Record<Dialect, Readonly<Record<string, Defaults>>>> = {
  guide: {},
  torch: { ...LIBRARY_DEFAULTS, softplus: { ...NO_CLIP, threshold: 20 } },
  onnx: {
    ...LIBRARY_DEFAULTS,
    // Clip without bounds, ThresholdedRelu, and HardSigmoid and Selu, whose attributes are float32 numbers.
    clip: { min: -Number.MAX_VALUE, max: Number.MAX_VALUE },
    threshold: { threshold: 1, value: 0 },
    hard_sigmoid: { slope: Math.fround(0.2), shift: 0.5 },
    selu: { alpha: Math.fround(1.6732631921768188), scale: Math.fround(1.0507010221481323) },
  },
  keras: { ...LIBRARY_DEFAULTS, leaky_relu: { alpha: 0.2 } },
};

/** The catalogue with a dialect's defaults in place of its own. */
export function applyDialect(catalogue: readonly ActivationEntry[], dialect: Dialect): readonly ActivationEntry[] {
  const overrides = OVERRIDES[dialect];
  return catalogue.map((entry) => withDefaults(entry, overrides[entry.name] ?? {}));
}

/** An entry as each dialect has it, in the order of `DIALECTS`. */
export function entryInDialects(entry: ActivationEntry): readonly { dialect: Dialect; entry: ActivationEntry }[] {
  return DIALECTS.map((dialect) => ({ dialect, entry: withDefaults(entry, OVERRIDES[dialect][entry.name] ?? {}) }));
}

function withDefaults(entry: ActivationEntry, defaults: Defaults): ActivationEntry {
  const parameters = entry.parameters.map((parameter) => ({
    ...parameter,
    default: defaults[parameter.name] ?? parameter.default,
  }));
  return { ...entry, parameters };
}
