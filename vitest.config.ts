import { defineConfig } from 'vitest/config';

/**
 * Three tiers. `unit` needs no server, and its files share one loaded set of modules: loading them anew for
 * each file took as long as the tests. `integration` shares one hub among the files that leave it as they
 * found it; what restarts servers or runs controllers over all namespaces has control planes of its own, and
 * so has each file of `e2e`. Both wait more than they work: two files at once keep two cores busy. Those of
 * `e2e`, which judge times, go first and among themselves.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          isolate: false,
          maxWorkers: 2,
          // A busy machine is no failure: what hangs is ended all the same.
          testTimeout: 60_000,
          include: [
            'src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'test/property/**/*.test.ts',
            'test/golden/**/*.test.ts',
            'test/performance/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/contract/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: 'test/support/hubsetup.ts',
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
