/** A test in a file of this name takes long, and runs in `npm run test:long` only. */
export const LONG = '{packages,test,examples}/*/test/**/*.long.test.ts'

export const TESTS: string[] = [
  'packages/*/test/**/*.test.ts',
  'test/*/test/**/*.test.ts',
  'examples/*/test/**/*.test.ts',
]

const OPTIMIZER_ROOMS = '{alerts,decisions,fleet,knobs,ledger,trials,verdicts,words}'

/** Tests that start no servers or threads and leave nothing behind: their files can share a process. */
export const PURE: string[] = [
  ...['forecast', 'judge', 'promql', 'semconv'].map(name => `packages/${name}/test/**/*.test.ts`),
  `packages/optimizer/test/${OPTIMIZER_ROOMS}/**/*.test.ts`,
]

/** How both suites run. */
export const settings = {
  root: new URL('..', import.meta.url).pathname,
  test: {
    // Forks, not threads: the tests measure memory, event loops and signals of a whole process.
    pool: 'forks' as const,
    globalSetup: '.dev/bundle.mjs',
    // Much of the time is spent waiting for servers and for real stalls to pass, so two run side by side on two cores as well.
    maxWorkers: 2,
    // Generous, because a machine may be several times slower than the one on which a test was written.
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
}
