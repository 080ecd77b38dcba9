import type { RowEntry } from '../activations/entry.js';
import { LanewiseError } from '../errors.js';
import type { Expression, RowExpression } from './expression.js';
import type { BoundParameters } from './parameters.js';
import { quote } from './quote.js';
import type { NumericColumn } from './select.js';
import type { Call } from './transform.js';
import { describe, sameShape, type Value, widest } from './value.js';

/** Makes one row of all the values. Each value returned is one output of the row function. */
export function applyRow(
  call: Call,
  entry: RowEntry,
  { params, nulls }: BoundParameters,
  sources: readonly Value[],
  grads: readonly NumericColumn[],
): Value[] {
  const overLists = checkRow(call, entry, sources);
  const row: RowExpression = {
    kernel: grads.length > 0 ? `${entry.name}_grad` : entry.name,
    params,
    nulls,
    neutral: entry.neutral,
    sources: sources.map(({ expression }) => expression),
    grads,
    outputs: entry.outputs,
    overLists,
  };
  const type = entry.outputType === 'int32' ? 'int32' : widest(sources);
  const domain = overLists ? 'lists' : 'rows';
  const output = (index: number): Expression => ({ kind: 'rowOutput', row, index });
  switch (entry.outputs) {
    case 'width':
      return sources.map((source, index) => ({ ...source, expression: output(index), type, domain }));
    case 'one':
      return [{ expression: output(0), name: entry.name, star: undefined, type, shape: { kind: 'flat' }, domain }];
    case 'square':
      return sources.flatMap((_, i) =>
        sources.map((_, j) => {
          const place = `${i}_${j}`;
          const star = { text: place, glob: undefined };
          return {
            expression: output(i * sources.length + j),
            name: place,
            star,
            type,
            shape: { kind: 'flat' },
            domain,
          };
        }),
      );
  }
}

/** Makes sure that the values form a row; tells whether its elements are those of one list column. */
function checkRow(call: Call, entry: RowEntry, sources: readonly Value[]): boolean {
  const lists = sources.filter(({ shape }) => shape.kind !== 'flat');
  const nested = lists.find(({ shape }) => shape.kind === 'nested');
  if (nested !== undefined) {
    throw new LanewiseError(
      'LW_COLUMN_TYPE',
      `${call.function} takes flat columns or one list of numbers as its row: ${quote(nested.name)} is nested deeper (lists of lists, structs in lists, maps), which only elementwise functions take`,
    );
  }
  const [list] = lists;
  if (list === undefined) {
    if (sources.some(({ domain }) => domain === 'lists')) {
      throw new LanewiseError(
        'LW_COLUMN_TYPE',
        `${call.function} can't make a row of values that each come from a whole list: use two transforms`,
      );
    }
    checkWidth(call, entry, sources.length, 'columns');
    return false;
  }
  if (sources.length > 1) {
    const other = sources.find((source) => source !== list && !sameShape(source.shape, list.shape)) ?? sources[1]!;
    throw new LanewiseError(
      'LW_COLUMN_TYPE',
      `${call.function} takes flat columns or one list column as its row: ${quote(list.name)} is ${describe(list)}, ${quote(other.name)} is ${describe(other)}`,
    );
  }
  if (entry.outputs === 'square') {
    throw new LanewiseError(
      'LW_COLUMN_TYPE',
      `${call.function} takes flat columns: ${quote(list.name)} is ${describe(list)}`,
    );
  }
  if (list.shape.kind === 'fixed_size_list') checkWidth(call, entry, list.shape.listSize, 'elements in a list');
  return true;
}

function checkWidth(call: Call, { maxWidth }: RowEntry, width: number, unit: string): void {
  if (width <= maxWidth) return;
  throw new LanewiseError(
    'LW_PARAMETER_RANGE',
    `${call.function} takes rows of at most ${maxWidth} values, this one has ${width} ${unit}: select fewer`,
  );
}
