/**
 * gelu_deriv beside its root, for `besideRoot`: the root and the slope there in two parts each, then the
 * coefficients of the slope's growth. Written by scripts/kernel-tables.ts.
 */
// prettier-ignore
export const GELU_ROOT: usize = memory.data<f64>([
  -0.7517915246935645, 1.4956759177009883e-17,
  0.4314939923140469, 2.150120330444237e-17,
  0.388284982990552, -0.018199676398671084, -0.1140082332972217, -0.014771522148243359, 0.01942167983818894, 0.004539228367892027, -0.0022395380666113377, -0.0007447742529784842, 0.0001863329016226753,
], 16);

/**
 * gelu_deriv with approximate=tanh beside its root, for `besideRoot`: the root and the slope there in two parts each, then the
 * coefficients of the slope's growth. Written by scripts/kernel-tables.ts.
 */
// prettier-ignore
export const GELU_TANH_ROOT: usize = memory.data<f64>([
  -0.7524614220710163, 3.635560509207687e-17,
  0.4304000910248585, 6.194082322159001e-18,
  0.38751844613578895, -0.015782853521848016, -0.11394448308095899, -0.016619328343051153, 0.01968230945983272, 0.005261059238722348, -0.0024227318413177347, -0.0009273661893107256, 0.0002639063064058745,
], 16);

/**
 * silu_deriv beside its root, for `besideRoot`: the root and the slope there in two parts each, then the
 * coefficients of the slope's growth. Written by scripts/kernel-tables.ts.
 */
// prettier-ignore
export const SILU_ROOT: usize = memory.data<f64>([
  -1.2784645427610737, -1.0946994183093437e-16,
  0.2178117057198001, 1.2079302475967295e-17,
  0.1466487969969469, 0.01887481422378231, -0.015222655223188034, -0.00660658913835673, 0.0001266274100811492, 0.0007985218822234168, 0.00018570724330597955, -0.000040907138206028395, -0.00002973211031777146,
], 16);

/**
 * mish_deriv beside its root, for `besideRoot`: the root and the slope there in two parts each, then the
 * coefficients of the slope's growth. Written by scripts/kernel-tables.ts.
 */
// prettier-ignore
export const MISH_ROOT: usize = memory.data<f64>([
  -1.1924312145154952, -4.8484829848031044e-17,
  0.2669479140495345, 2.5259177026054944e-17,
  0.20473126408010586, 0.04190782104360987, -0.02027182271668425, -0.015821126561734015, -0.003360684927023465, 0.0010924055482237837, 0.0009898181043842896, 0.0002540952888243597, -0.000041972053964310285,
], 16);
