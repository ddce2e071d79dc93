/** Tests in two groups, one after the other: beside the code (unit), and through the whole product (journeys), in browsers too. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longestFirst.ts';

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/*.test.ts', 'scripts/**/*.test.ts'],
          testTimeout: 20_000,
          // The runner's own choice would be one less, which is one of two.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // They start real processes, browsers and daemons, and wait for them most of their time: three fill two cores.
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
          // What takes a second on a quiet machine takes many where other work runs beside it, and is no fault.
          env: { FLOWLINE_TEST_PATIENCE_MS: '60000' },
        },
      },
    ],
  },
});
