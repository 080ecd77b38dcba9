import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
    pool: 'forks',
    // Tests that wait for the disk or for a process leave a core to others.
    maxWorkers: '100%',
    testTimeout: 60_000,
  },
});
