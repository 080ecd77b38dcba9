import type { RowEntry } from '../activations/entry.js';
import { LanewiseError } from '../errors.js';
import { literalText, starCount } from './pattern.js';
import { quote } from './quote.js';
import type { Column, Schema } from './schema.js';
import type { Pattern, Transform } from './transform.js';
import type { Value } from './value.js';

/**
 * Names of the outputs of a transform, in the order of its values.
 *
 * Without a target that is `<column>_<function>`, or where a row function made something else of its columns, the name
 * it gave: `logsumexp`, `0_1`.
 */
export function outputNames(
  { target, call }: Transform,
  values: readonly Value[],
  outputs: RowEntry['outputs'],
): string[] {
  if (target === undefined) {
    return values.map(({ name }) => (outputs === 'width' ? `${name}_${call.function}` : name));
  }
  if (target.pieces.some((piece) => typeof piece !== 'string' && piece.wildcard === '?')) {
    throw new LanewiseError(
      'LW_TRANSFORM_SYNTAX',
      `the target ${quote(target.text)} holds a "?": only "*" may stand in a target`,
    );
  }
  switch (starCount(target)) {
    case 0:
      if (values.length === 1) return [literalText(target)];
      throw new LanewiseError(
        'LW_TRANSFORM_SYNTAX',
        `the target ${quote(target.text)} names one output, but ${call.function} has ${values.length} here: put a "*" in it`,
      );
    case 1:
      return starNames(target, values);
    default:
      throw new LanewiseError('LW_TRANSFORM_SYNTAX', `the target ${quote(target.text)} holds more than one "*"`);
  }
}

/** Puts what the one glob's `*` matched into the target's. */
function starNames(target: Pattern, values: readonly Value[]): string[] {
  const glob = values[0]?.star?.glob;
  return values.map(({ name, star }) => {
    if (star === undefined || star.glob !== glob) {
      throw new LanewiseError(
        'LW_TRANSFORM_SYNTAX',
        `the target ${quote(target.text)} needs exactly one selector with one "*": it stands for nothing in ${quote(name)}`,
      );
    }
    return target.pieces.map((piece) => (typeof piece === 'string' ? piece : star.text)).join('');
  });
}

/** Keeps the names of all outputs apart, and apart from those of the columns that stay. */
export class TargetNames {
  readonly #taken: Set<string>;
  readonly #written = new Set<string>();

  constructor(schema: Schema) {
    this.#taken = new Set([...schema.fieldNames, ...schema.columns.map(({ name }) => name)]);
  }

  /**
   * Reserves the name of an output. Returns the column that it replaces, if it is the name of one of the transform's
   * own inputs. Throws `LW_TARGET_COLLISION` where an output or another column has the name, `LW_UNSUPPORTED_OPTION` where
   * it is that of the keys of maps.
   */
  add(name: string, inputs: ReadonlyMap<string, Column>): Column | undefined {
    if (this.#written.has(name)) {
      throw new LanewiseError(
        'LW_TARGET_COLLISION',
        `${quote(name)} would be written twice: name the outputs apart, as in "name = function(column)"`,
      );
    }
    this.#written.add(name);
    const replaced = inputs.get(name);
    if (replaced === undefined && this.#taken.has(name)) {
      throw new LanewiseError(
        'LW_TARGET_COLLISION',
        `there is a column ${quote(name)} already, and this transform doesn't read it: choose another name`,
      );
    }
    if (replaced?.isMapKey === true) {
      throw new LanewiseError(
        'LW_UNSUPPORTED_OPTION',
        `${quote(name)} are the keys of maps, which stay as they are: give the result a name of its own`,
      );
    }
    return replaced;
  }
}
