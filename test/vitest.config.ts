import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    // Forks, not threads: the tests measure memory, event loops and signals of a whole process.
    pool: 'forks',
    // Much of the time is spent waiting for servers and for real stalls to pass, so two run side by side on two cores as well.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
})
