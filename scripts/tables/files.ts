import { expTable } from './exp.js';
import { logTable } from './log.js';
import { millsTable } from './mills.js';
import { rootTable } from './roots.js';
import { softplusTable } from './softplus.js';

/** The generated files of workers/kernels. */
export const KERNEL_TABLES: Readonly<Record<string, () => string>> = {
  'exp-table.ts': expTable,
  'log-table.ts': logTable,
  'mills-table.ts': millsTable,
  'root-table.ts': rootTable,
  'softplus-table.ts': softplusTable,
};
