import type { Result } from '../abi/program.js';
import { LanewiseError } from '../errors.js';
import type { Expression, RowExpression } from './expression.js';
import type { Column } from './schema.js';

/** Where an expression is null: where any, or only where all, of these operands are, in ascending order. */
export type NullSource = Pick<Result, 'validityFrom' | 'nullWhere'>;

/**
 * Traces nulls from a program's operands to its results. The results of one row that propagates nulls share one list of
 * operands, which a wide row would otherwise hold once for each of its columns.
 */
export class NullTracer {
  readonly #operandNumber: (column: Column) => number;
  readonly #rows = new Map<RowExpression, NullSource>();

  constructor(operandNumber: (column: Column) => number) {
    this.#operandNumber = operandNumber;
  }

  /** Throws `LW_UNSUPPORTED_OPTION` where a nest skips nulls in a way that bitmaps of operands can't express. */
  trace(expression: Expression): NullSource {
    switch (expression.kind) {
      case 'column':
        return { validityFrom: [this.#operandNumber(expression.column)], nullWhere: 'any' };
      case 'elementwise':
        return this.#withGrad(this.trace(expression.source), expression.grad);
      case 'rowOutput': {
        const { row, index } = expression;
        // What is skipped is null in its own place, if the row has a place for it in its output.
        return row.nulls === 'skip' && row.outputs === 'width' ? this.#place(row, index) : this.#wholeRow(row);
      }
    }
  }

  #withGrad(source: NullSource, grad: Column | undefined): NullSource {
    if (grad === undefined) return source;
    requireAny(source);
    return { validityFrom: union([source.validityFrom, [this.#operandNumber(grad)]]), nullWhere: 'any' };
  }

  /** One element of a row, before the row function. */
  #place(row: RowExpression, index: number): NullSource {
    return this.#withGrad(requireAny(this.trace(row.sources[index]!)), row.grads[index]);
  }

  #wholeRow(row: RowExpression): NullSource {
    let known = this.#rows.get(row);
    if (known === undefined) {
      const places = row.sources.map((_, index) => this.#place(row, index).validityFrom);
      const isOnePlace = places.length === 1 && !row.overLists;
      const nullWhere = row.nulls === 'propagate' || isOnePlace ? 'any' : 'all';
      if (nullWhere === 'all' && places.some(({ length }) => length > 1)) throw tooDeep();
      known = { validityFrom: union(places), nullWhere };
      this.#rows.set(row, known);
    }
    return known;
  }
}

function requireAny(source: NullSource): NullSource {
  if (source.nullWhere === 'all') throw tooDeep();
  return source;
}

function tooDeep(): LanewiseError {
  return new LanewiseError(
    'LW_UNSUPPORTED_OPTION',
    'nulls=skip makes one value of several columns here, inside or around a function that combines columns again: write the inner result to a column first',
  );
}

function union(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}
