import { describe, expect, it } from 'vitest';
import { tableLines, wrap } from '../../src/report/text-layout.js';

describe('wrap', () => {
  it.each([
    ['', 10, ['']],
    ['one two three', 13, ['one two three']],
    ['one two three', 12, ['one two', 'three']],
    ['one\n two', 10, ['one two']],
    ['a incomprehensible b', 5, ['a', 'incomprehensible', 'b']],
    ['σ(x) ≥ 0', 8, ['σ(x) ≥ 0']],
  ])('breaks %j at %d', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });
});

describe('tableLines', () => {
  it('is as wide as its texts, without blanks at the end', () => {
    expect(
      tableLines(
        [
          ['a', 'bb', ''],
          ['aaa', 'b', 'c'],
        ],
        80,
      ),
    ).toEqual(['a    bb', 'aaa  b   c']);
  });

  it('wraps the widest column first', () => {
    expect(
      tableLines(
        [
          ['name', 'one two three four'],
          ['n', 'five'],
        ],
        17,
      ),
    ).toEqual(['name  one two', '      three four', 'n     five']);
  });

  it('breaks no word, however narrow', () => {
    expect(tableLines([['name', 'one two']], 1)).toEqual(['name  one', '      two']);
  });

  it('is nothing without rows', () => {
    expect(tableLines([], 80)).toEqual([]);
  });
});
