import { describe, expect, it } from 'vitest';
import { benchmark } from '../../src/bench/benchmark.js';
import { bench } from '../../src/cli/bench.js';
import { parseLine } from '../../src/cli/parse.js';

describe('lanewise bench', () => {
  it('reads its options', () => {
    expect(parseLine(['bench', 'sigmoid', '--quick', '--threads=2', '--html', 'a.html'], [bench])).toMatchObject({
      positionals: ['sigmoid'],
      values: { quick: true, threads: '2', html: 'a.html', json: false, markdown: false },
    });
  });

  it('refuses a function that isn’t there before it measures anything', async () => {
    const steps: string[] = [];
    const onStep = (title: string) => void steps.push(title);
    await expect(benchmark({ functions: ['sigmoid', 'sigmod'], onStep })).rejects.toMatchObject({
      code: 'LW_USAGE',
      message: 'there is no function sigmod to measure; lanewise functions lists them',
    });
    expect(steps).toEqual([]);
  });

  it('stops when it is told to', async () => {
    await expect(benchmark({ quick: true, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'LW_ABORTED' });
  });
});
