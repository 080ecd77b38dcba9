import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/activations/catalogue.js';
import { kernelCases } from '../../src/bench/kernel-cases.js';
import { timeKernel } from '../../src/bench/kernel-times.js';
import { STREAM_PROGRAMS } from '../../src/bench/stream-programs.js';
import { ThreadTeam } from '../../src/bench/thread-team.js';

const cases = kernelCases(CATALOGUE, [2, 8, 128]);
const BRIEF = { seconds: 0.001, warmUpSeconds: 0 };

describe('kernelCases', () => {
  it('has every function of the catalogue, and the derivatives', () => {
    const names = new Set(cases.map(({ name }) => name));
    // `linear` hands its values on: there is no kernel call.
    const missing = CATALOGUE.map(({ name }) => name).filter((name) => !names.has(name));
    expect(missing).toEqual(['linear']);
    expect(names).toContain('gelu_deriv');
  });

  it('takes row functions at the widths that they allow', () => {
    const widths = (name: string) => cases.filter((kernelCase) => kernelCase.name === name).map(({ width }) => width);
    expect(widths('softmax')).toEqual([2, 8, 128]);
    expect(widths('softmax_jacobian')).toEqual([2, 8]);
  });

  it('gives a parameter without a default', () => {
    expect(cases.find(({ name }) => name === 'threshold')?.call).toBe('threshold(*, threshold=0, value=0)');
  });
});

describe('timeKernel', () => {
  it.each(['relu', 'argmax', 'softmax_jacobian'])('times %s', async (name) => {
    const kernelCase = cases.find((candidate) => candidate.name === name);
    const time = await timeKernel(kernelCase!, 1024, BRIEF);
    expect(time).toMatchObject({ name, width: kernelCase?.width });
    expect(time.nanosecondsPerValue.median).toBeGreaterThan(0);
    expect(time.bytesPerSecond).toBeGreaterThan(0);
  });
});

describe('ThreadTeam', () => {
  it('works from cache and from memory, on a worker too', async () => {
    const programs = STREAM_PROGRAMS.map(({ program }) => program);
    const team = await ThreadTeam.start({ programs, threads: 2, byteLength: 2 ** 22 });
    try {
      for (const from of ['cache', 'memory'] as const) {
        const rate = await team.bytesPerSecond(1, from, BRIEF);
        expect(rate.median).toBeGreaterThan(0);
        expect(rate.min).toBeLessThanOrEqual(rate.max);
      }
    } finally {
      await team.close();
    }
  });
});
