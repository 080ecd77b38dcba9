import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatCountOf,
  formatMagnitude,
  formatSeconds,
  parseByteSize,
  parseCount,
} from '../../src/cli/units.js';

describe('parseByteSize', () => {
  it.each([
    ['1', 1],
    ['4096', 4096],
    ['128MB', 128_000_000],
    ['128mb', 128_000_000],
    ['1.5 GB', 1_500_000_000],
    ['64KiB', 65_536],
    ['2GiB', 2_147_483_648],
    ['1TB', 1_000_000_000_000],
    ['0.5KB', 500],
  ])('reads %s', (text, bytes) => {
    expect(parseByteSize(text, 'memory')).toBe(bytes);
  });

  it.each(['', 'MB', '0', '0.1', '-1MB', '1e6', '12XB', '1 2', 'NaN', 'Infinity', '99999999TB'])(
    'refuses %s',
    (text) => {
      expect(() => parseByteSize(text, 'memory')).toThrow(
        expect.objectContaining({
          code: 'LW_USAGE',
          message: expect.stringContaining(`--memory is '${text}', not a size`),
        }),
      );
    },
  );
});

describe('parseCount', () => {
  it('reads whole numbers from 1', () => {
    expect(parseCount('1', 'threads')).toBe(1);
    expect(parseCount('064', 'threads')).toBe(64);
  });

  it.each(['0', '-1', '1.5', '', ' 1', '0x2', '99999999999999999999'])('refuses %s', (text) => {
    expect(() => parseCount(text, 'threads')).toThrow(
      expect.objectContaining({
        code: 'LW_USAGE',
        message: `--threads is '${text}', not a whole number of at least 1`,
      }),
    );
  });
});

describe('formats', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 KB'],
    [1_600_864, '1.60 MB'],
    [760_000_000, '760 MB'],
    [999_499_999, '999 MB'],
    [999_500_000, '1.00 GB'],
    [2 ** 53, '9.01 PB'],
  ])('writes %d bytes', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('writes magnitudes', () => {
    expect([0, 950, 15_870_000, 2e9].map(formatMagnitude)).toEqual(['0', '950', '15.9M', '2.00G']);
  });

  it('writes counts', () => {
    expect([0, 999, 1000, 10_000_000].map(formatCount)).toEqual(['0', '999', '1,000', '10,000,000']);
    expect([0, 1, 1234].map((count) => formatCountOf(count, 'row'))).toEqual(['0 rows', '1 row', '1,234 rows']);
    expect(formatCountOf(2, 'batch', 'batches')).toBe('2 batches');
  });

  it.each([
    [0.05, '0.05 s'],
    [9.994, '9.99 s'],
    [9.996, '10.0 s'],
    [59.96, '1 min 00 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 05 min'],
  ])('writes %d seconds', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});
