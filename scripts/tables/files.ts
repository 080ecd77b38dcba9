import { expTable } from './exp.js';
import { logTable } from './log.js';
import { millsTable } from './mills.js';
import { rootTable } from './roots.js';
import { sigmoidTable } from './sigmoid.js';
import { softplusTable } from './softplus.js';
import { tanhTable } from './tanh.js';

/** The generated files of workers/kernels. */
export const KERNEL_TABLES: Readonly<Record<string, () => string>> = {
  'exp-table.ts': expTable,
  'log-table.ts': logTable,
  'mills-table.ts': millsTable,
  'root-table.ts': rootTable,
  'sigmoid-table.ts': sigmoidTable,
  'softplus-table.ts': softplusTable,
  'tanh-table.ts': tanhTable,
};
