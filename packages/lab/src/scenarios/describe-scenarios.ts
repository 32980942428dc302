import { scenarioCases } from './scenario-cases.ts'

/** The functions of a test runner that {@link describeScenarios} needs; vitest's, Jest's and `node:test`'s fit. */
export interface AsyncTestRunner {
  describe(name: string, run: () => void): unknown
  test(name: string, run: () => Promise<void>): unknown
}

/**
 * Declares one test for every scenario of the given test files.
 *
 * @example
 * ```ts no-run: vitest runs it as a test file
 * import { describe, test } from 'vitest'
 * describeScenarios(['rules/queue.test.yml'], { describe, test })
 * ```
 *
 * @throws Error inside a test that fails, with what was expected and what was got
 */
export function describeScenarios(files: readonly string[], runner: AsyncTestRunner): void {
  for (const file of files) {
    runner.describe(file, () => {
      for (const each of scenarioCases(file)) {
        runner.test(each.name, async () => {
          const errors = await each.run()
          if (errors.length === 0) return
          const lines = errors.map(error => error.message)
          throw new Error(`${file}, ${each.name}:\n${lines.join('\n')}`, { cause: errors[0] })
        })
      }
    })
  }
}
