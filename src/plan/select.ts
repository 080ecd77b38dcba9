import { LanewiseError } from '../errors.js';
import { suggestion } from './nearest.js';
import { compilePattern, isGlob, literalText, starCount } from './pattern.js';
import { quote, shorten } from './quote.js';
import type { Column, Schema } from './schema.js';
import type { Pattern } from './transform.js';

/** Names listed where none is near the one asked for. */
const MAX_LISTED = 8;

/** A column that can be transformed. */
export type NumericColumn = Column & { readonly type: NonNullable<Column['type']> };

export interface Selected {
  readonly column: NumericColumn;
  /** What `*` matched, where the pattern holds exactly one. */
  readonly star: string | undefined;
}

/**
 * Columns that a pattern names, in the schema's order; at least one.
 *
 * A glob looks at the top-level columns; with a dot in its text, also at struct children as deep as it has dots.
 * Throws `LW_NO_SUCH_COLUMN` where nothing matches, `LW_COLUMN_TYPE` where a match isn't numeric, and
 * `LW_TARGET_COLLISION` where a name stands for two columns.
 */
export function selectColumns(pattern: Pattern, schema: Schema): Selected[] {
  const maxDepth = isGlob(pattern) ? literalText(pattern).split('.').length : Number.POSITIVE_INFINITY;
  const match = compilePattern(pattern);
  const hasOneStar = starCount(pattern) === 1;
  const selected: Selected[] = [];
  const names = new Set<string>();
  for (const column of schema.columns) {
    if (column.path.length > maxDepth) continue;
    const stars = match(column.name);
    if (stars === undefined) continue;
    if (names.has(column.name)) {
      throw new LanewiseError(
        'LW_TARGET_COLLISION',
        `two columns are called ${quote(column.name)}: rename one, columns are selected by name`,
      );
    }
    names.add(column.name);
    if (!isNumeric(column)) throw notNumeric(column, schema);
    selected.push({ column, star: hasOneStar ? stars[0] : undefined });
  }
  if (selected.length === 0) throw noSuchColumn(pattern, schema);
  return selected;
}

function isNumeric(column: Column): column is NumericColumn {
  return column.type !== undefined;
}

function notNumeric(column: Column, schema: Schema): LanewiseError {
  const child = schema.columns.find(({ name, type }) => type !== undefined && name.startsWith(`${column.name}.`));
  const advice =
    child === undefined
      ? 'only numbers, booleans and lists of them can be transformed'
      : `name its children, such as ${quote(child.name)}`;
  return new LanewiseError(
    'LW_COLUMN_TYPE',
    `column ${quote(column.name)} is of type ${shorten(column.typeName)}: ${advice}`,
  );
}

function noSuchColumn(pattern: Pattern, schema: Schema): LanewiseError {
  const names = schema.columns.map(({ name }) => name);
  const what = isGlob(pattern) ? 'matches no column' : 'is not a column';
  const listed = names.slice(0, MAX_LISTED).map(quote);
  const omitted = names.length - listed.length;
  const all = names.length === 0 ? 'there are none' : `there are ${listed.join(', ')}`;
  const near = suggestion(literalText(pattern), names);
  const hint = near === '' ? `: ${all}${omitted > 0 ? ` and ${omitted} more` : ''}` : near;
  return new LanewiseError('LW_NO_SUCH_COLUMN', `${quote(literalOrText(pattern))} ${what}${hint}`);
}

/** A name without its quotes, a glob as written. */
function literalOrText(pattern: Pattern): string {
  return isGlob(pattern) ? pattern.text : literalText(pattern);
}
