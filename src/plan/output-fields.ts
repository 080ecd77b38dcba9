import type { BoundTransforms, OutputColumn } from './job.js';
import type { Schema } from './schema.js';

/** One top-level field of the output's schema. */
export type OutputField =
  | {
      /** A field of the input. */
      readonly kind: 'input';
      readonly name: string;
      readonly fieldIndex: number;
      /** The output that takes its place, or those that take the places of children of a struct; none: untouched. */
      readonly replacedBy: readonly OutputColumn[];
    }
  | { readonly kind: 'new'; readonly name: string; readonly output: OutputColumn };

/** The output's fields in order: the input's where they stand, then the new ones in the order of the transforms. */
export function outputFields(bound: BoundTransforms, schema: Schema): OutputField[] {
  const outputs = bound.jobs.flatMap((job) => job.outputs);
  const replacedBy = schema.fieldNames.map((): OutputColumn[] => []);
  const added: OutputField[] = [];
  for (const output of outputs) {
    if (output.replaces === undefined) added.push({ kind: 'new', name: output.name, output });
    else replacedBy[output.replaces.fieldIndex]!.push(output);
  }
  const fields = schema.fieldNames.map((name, fieldIndex): OutputField => {
    return { kind: 'input', name, fieldIndex, replacedBy: replacedBy[fieldIndex]! };
  });
  return [...fields, ...added];
}
