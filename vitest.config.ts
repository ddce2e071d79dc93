/** Tests in three groups: beside the code (unit), through the whole product (journeys), and in a browser. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/*.test.ts', 'scripts/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Journeys start real processes, browsers and daemons: two at once fill two cores.
          maxWorkers: 2,
        },
      },
    ],
  },
});
