import type { Program, Result, Step } from '../abi/program.js';
import type { NumericType } from '../abi/types.js';
import type { Expression, RowExpression } from './expression.js';
import { NullTracer } from './null-tracer.js';
import type { Column } from './schema.js';

/** One result of a job: what is computed, and how it is stored. */
export interface Root {
  readonly expression: Expression;
  readonly type: NumericType;
  readonly nanIsNull: boolean;
}

/**
 * Compiles the results of one job to kernel calls.
 *
 * Operands are numbered in the order in which the expressions name them, sources before gradients, so that the n-th
 * result can stand where the n-th operand stood.
 */
export function compileProgram(roots: readonly Root[]): { readonly program: Program; readonly operands: Column[] } {
  const operands = new Operands();
  for (const root of roots) operands.addFrom(root.expression);
  const compiler = new Compiler(operands);
  const nulls = new NullTracer((column) => operands.number(column));
  const results = roots.map(({ expression, type, nanIsNull }): Result => {
    const { validityFrom, nullWhere } = nulls.trace(expression);
    return { register: compiler.register(expression), type, validityFrom, nullWhere, nanIsNull };
  });
  const program: Program = {
    operands: operands.columns.map(({ type, name }) => {
      if (type === undefined) throw new TypeError(`column ${name} has no numeric type`);
      return type;
    }),
    steps: compiler.steps,
    results,
    registerCount: compiler.registerCount,
  };
  return { program: deepFreeze(program), operands: operands.columns };
}

/** The columns that a program reads, each once. */
class Operands {
  readonly columns: Column[] = [];
  readonly #numbers = new Map<number, number>();
  readonly #rows = new Set<RowExpression>();

  number(column: Column): number {
    const number = this.#numbers.get(column.index);
    if (number === undefined) throw new RangeError(`column ${column.name} is not an operand`);
    return number;
  }

  addFrom(expression: Expression): void {
    switch (expression.kind) {
      case 'column':
        this.#add(expression.column);
        break;
      case 'elementwise':
        this.addFrom(expression.source);
        if (expression.grad !== undefined) this.#add(expression.grad);
        break;
      case 'rowOutput':
        if (this.#rows.has(expression.row)) break;
        this.#rows.add(expression.row);
        for (const source of expression.row.sources) this.addFrom(source);
        for (const grad of expression.row.grads) this.#add(grad);
    }
  }

  #add(column: Column): void {
    if (this.#numbers.has(column.index)) return;
    this.#numbers.set(column.index, this.columns.push(column) - 1);
  }
}

/** Turns expressions into steps; every step writes registers of its own. */
class Compiler {
  readonly steps: Step[] = [];
  registerCount: number;
  readonly #operands: Operands;
  readonly #rowTargets = new Map<RowExpression, readonly number[]>();

  constructor(operands: Operands) {
    this.#operands = operands;
    this.registerCount = operands.columns.length;
  }

  /** The register that holds the expression's values once the steps so far have run. */
  register(expression: Expression): number {
    switch (expression.kind) {
      case 'column':
        return this.#operands.number(expression.column);
      case 'elementwise':
        return this.#elementwise(expression);
      case 'rowOutput':
        return this.#targetsOfRow(expression.row)[expression.index]!;
    }
  }

  #elementwise({ kernel, params, source, grad }: Expression & { readonly kind: 'elementwise' }): number {
    const sourceRegister = this.register(source);
    // The identity needs no kernel: its result is its source, stored once more.
    if (kernel === 'linear' && grad === undefined) return sourceRegister;
    const target = this.#newRegister();
    this.steps.push({ kind: 'elementwise', kernel, params, sources: [sourceRegister], targets: [target] });
    if (grad === undefined) return target;
    const product = this.#newRegister();
    this.steps.push({ kind: 'multiply', sources: [target, this.#operands.number(grad)], targets: [product] });
    return product;
  }

  #targetsOfRow(row: RowExpression): readonly number[] {
    const known = this.#rowTargets.get(row);
    if (known !== undefined) return known;
    const sources = row.sources.map((source) => this.register(source));
    sources.push(...row.grads.map((grad) => this.#operands.number(grad)));
    const width = row.sources.length;
    const targets = Array.from({ length: outputCount(row) }, () => this.#newRegister());
    this.steps.push({
      kind: 'row',
      kernel: row.kernel,
      params: row.params,
      width: row.overLists ? 'list' : width,
      outputs: row.outputs,
      sources,
      targets,
      nulls: row.nulls,
      neutral: row.neutral,
    });
    this.#rowTargets.set(row, targets);
    return targets;
  }

  #newRegister(): number {
    return this.registerCount++;
  }
}

/** Registers that a row function writes; one for all elements of the lists, where the rows are lists. */
export function outputCount(row: RowExpression): number {
  if (row.outputs === 'one' || row.overLists) return 1;
  return row.outputs === 'square' ? row.sources.length ** 2 : row.sources.length;
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null && !Object.isFrozen(member)) deepFreeze(member);
  }
  return Object.freeze(value);
}
