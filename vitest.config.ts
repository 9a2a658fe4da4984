import { defineConfig } from 'vitest/config';

// Worker threads and child processes are started by the tests themselves, so test files run in forked
// processes. Nothing here measures wall time; the timeout only ends a hang.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
