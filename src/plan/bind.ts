import type { Program } from '../abi/program.js';
import type { ActivationEntry } from '../activations/entry.js';
import { LanewiseError } from '../errors.js';
import { applyCall } from './apply.js';
import { compileProgram, type Root } from './compile.js';
import type { Expression, RowExpression } from './expression.js';
import type { BoundTransforms, Job, OutputColumn } from './job.js';
import { parseTransform } from './parse.js';
import { quote } from './quote.js';
import { resolveFunction } from './resolve.js';
import type { Column, Schema } from './schema.js';
import { outputNames, TargetNames } from './targets.js';
import type { FloatType, Value } from './value.js';

export interface BindOptions {
  /** The type of every floating-point output, in place of the one that follows from its columns. */
  readonly outType?: FloatType | undefined;
}

/**
 * Parses the transforms, binds them to the columns of a schema, and compiles them, so that everything wrong with them
 * is known before a byte is written.
 *
 * All transforms read the input's columns, whatever the others write, so their order decides nothing but the order of
 * new columns. Jobs of one output that compute the same share one `Program` object.
 */
export function bindTransforms(
  texts: readonly string[],
  schema: Schema,
  { outType }: BindOptions,
  catalogue: readonly ActivationEntry[],
): BoundTransforms {
  const names = new TargetNames(schema);
  const programs = new Map<string, Program>();
  const jobs = texts.flatMap((text) => {
    try {
      return bindTransform(text, schema, catalogue, outType, names);
    } catch (error) {
      if (!(error instanceof LanewiseError)) throw error;
      throw new LanewiseError(error.code, `transform ${quote(text.trim())}: ${error.message}`);
    }
  });
  return Object.freeze({ jobs: Object.freeze(jobs.map((job) => shareProgram(job, programs))) });
}

function bindTransform(
  text: string,
  schema: Schema,
  catalogue: readonly ActivationEntry[],
  outType: FloatType | undefined,
  names: TargetNames,
): Job[] {
  const transform = parseTransform(text);
  const values = applyCall(transform.call, schema, catalogue);
  const { entry } = resolveFunction(transform.call.function, catalogue);
  const targets = outputNames(transform, values, entry.kind === 'row' ? entry.outputs : 'width');
  const compiled = groupByJob(values.map((value, index) => ({ value, name: targets[index]! }))).map((group) => ({
    group,
    ...compileProgram(group.map(({ value }) => root(value, outType))),
  }));
  const inputs = new Map(compiled.flatMap(({ operands }) => operands.map((column) => [column.name, column] as const)));
  return compiled.map(({ group, program, operands }): Job => {
    const canBeNull = nullability(program, operands);
    const outputs = group.map(({ value, name }, index): OutputColumn => {
      // The nulls of a list's elements, which no column declares, become nulls of what is made of the whole list.
      const nullable = canBeNull(index) || (value.domain === 'lists' && value.shape.kind === 'flat');
      const { type } = program.results[index]!;
      return Object.freeze({ name, type, shape: value.shape, nullable, replaces: names.add(name, inputs) });
    });
    return {
      transform: text.trim(),
      domain: group[0]!.value.domain,
      program,
      operands: Object.freeze(operands),
      outputs: Object.freeze(outputs),
    };
  });
}

/** Tells which results of a program can be null. The results of a wide row share the list that decides it. */
function nullability({ results }: Program, operands: readonly Column[]): (index: number) => boolean {
  const known = new Map<readonly number[], boolean>();
  return (index) => {
    const { validityFrom, nanIsNull } = results[index]!;
    let nullable = known.get(validityFrom);
    if (nullable === undefined) {
      nullable = validityFrom.some((operand) => operands[operand]!.nullable);
      known.set(validityFrom, nullable);
    }
    return nullable || nanIsNull;
  };
}

interface NamedOutput {
  readonly value: Value;
  readonly name: string;
}

/** Outputs of one row function are computed together; every other output is a job of its own. */
function groupByJob(outputs: readonly NamedOutput[]): NamedOutput[][] {
  const groups = new Map<RowExpression | Expression, NamedOutput[]>();
  for (const output of outputs) {
    let shared = output.value.expression;
    while (shared.kind === 'elementwise') shared = shared.source;
    const key = shared.kind === 'rowOutput' ? shared.row : shared;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [output]);
    else group.push(output);
  }
  return [...groups.values()];
}

function root({ expression, type }: Value, outType: FloatType | undefined): Root {
  // An integer can't be NaN, so what would be is null.
  if (type === 'int32') return { expression, type, nanIsNull: true };
  return { expression, type: outType ?? type, nanIsNull: false };
}

/** What repeats is the program of one column: a wide row stands alone, and its key would be as long as its width squared. */
function shareProgram(job: Job, programs: Map<string, Program>): Job {
  if (job.outputs.length > 1) return Object.freeze(job);
  const key = programKey(job.program);
  const program = programs.get(key) ?? job.program;
  programs.set(key, program);
  return Object.freeze({ ...job, program });
}

/** Tells programs apart by their content. JSON alone would take -0 for 0, and one infinity for the other. */
function programKey(program: Program): string {
  return JSON.stringify(program, (_, value: unknown) =>
    typeof value === 'number' ? (Object.is(value, -0) ? '-0' : String(value)) : value,
  );
}
