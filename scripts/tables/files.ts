import { expTable } from './exp.js';
import { softplusTable } from './softplus.js';

/** The generated files of workers/kernels. */
export const KERNEL_TABLES: Readonly<Record<string, () => string>> = {
  'exp-table.ts': expTable,
  'softplus-table.ts': softplusTable,
};
