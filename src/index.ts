/** The public API of Lanewise. */
export type { NumericType } from './abi/types.js';
export { CATALOGUE, findActivation } from './activations/catalogue.js';
export { applyDialect, DIALECTS, type Dialect } from './activations/dialects.js';
export type { ActivationEntry, ElementwiseEntry, Parameter, RowEntry, SpecialValue } from './activations/entry.js';
export { type ErrorCode, EXIT_STATUS_BY_CODE, LanewiseError } from './errors.js';
export { renderActivation, renderCatalogue } from './report/catalogue-text.js';
export type {
  ColumnDescription,
  FileDescription,
  MetadataDescription,
  PlanDescription,
  PlannedColumn,
  PlannedFile,
  PlannedJob,
  PlannedMemory,
  PlannedWrite,
  Progress,
  TransformResult,
  WrittenColumn,
} from './report/types.js';
export { type ActivateOptions, type ActivationParameters, activate } from './run/activate.js';
export { inspect } from './run/inspect.js';
export type { OutputFormat, ParquetEncoding, PlanOptions, ResourceOptions, TransformOptions } from './run/options.js';
export { plan } from './run/plan.js';
export { transform } from './run/transform.js';
export { type TransformBatchesOptions, transformBatches } from './run/transform-batches.js';
