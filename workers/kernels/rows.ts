/* The row kernels, one family a file; index.ts exports them all. */
export { argmax } from './rows-argmax';
export { softmax_deriv, softmax_deriv_grad, softmax_jacobian } from './rows-derivative';
export { entropy, log_softmax, logsumexp } from './rows-logarithm';
export { softmax, softmin } from './rows-softmax';
