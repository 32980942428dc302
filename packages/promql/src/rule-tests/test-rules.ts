import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { parseRuleFile } from '../rule-files/parse-rule-file.ts'
import type { RuleGroup } from '../rules/rule-group.ts'
import { glob } from './glob.ts'
import { parseRuleTestFile } from './parse-test-file.ts'
import { runRuleTest, type RuleTestOptions } from './run-rule-test.ts'

/** One test of a rule test file, ready to run. */
export interface RuleTestCase {
  readonly file: string
  /** The test's name, or `unnamed#0`, or the name of the file when it cannot be read. */
  readonly name: string
  /** Everything that is wrong; empty when the test passes. Never throws. */
  run(): readonly Error[]
}

/** Which tests of a file are run, and how. */
export interface RuleTestCaseOptions extends RuleTestOptions {
  /** Only tests whose name matches; a test without a name has the empty one. @default all */
  readonly run?: RegExp
  /** Fields in rule files that Prometheus does not know are passed over. @default false */
  readonly ignoreUnknownFields?: boolean
  /** Tests with this field are of somebody else's kind and passed over. @default there are none, and it is an error */
  readonly passOver?: string
}

/** What a rule test file gives. */
export interface RuleTestCases {
  /** Whether the file could be read; if not, its only case says why. */
  readonly readable: boolean
  readonly cases: readonly RuleTestCase[]
  /** Patterns of `rule_files` that match nothing. */
  readonly unmatched: readonly string[]
}

/** Reads a rule test file and the rule files it names. What cannot be read is a case that fails. */
export function ruleTestCases(file: string, options: RuleTestCaseOptions = {}): RuleTestCases {
  try {
    const { content, errors } = parseRuleTestFile(readFileSync(file, 'utf8'), { file, passOver: options.passOver })
    if (errors.length > 0) return broken(file, errors)
    const unmatched: string[] = []
    const paths = new Set<string>()
    for (const pattern of content.ruleFiles) {
      const path = pattern === '' || isAbsolute(pattern) ? pattern : join(dirname(file), pattern)
      const found = glob(path)
      if (found.length === 0) unmatched.push(path)
      for (const each of found) paths.add(each)
    }
    const { run, ignoreUnknownFields = false, experimental = false } = options
    const parsed = [...paths].map(path =>
      parseRuleFile(readFileSync(path, 'utf8'), { file: path, ignoreUnknownFields, experimental }),
    )
    const ruleErrors = parsed.flatMap(each => each.errors)
    const groups: RuleGroup[] = parsed.flatMap(each => each.groups)
    const wanted = content.tests.filter(({ name }) => run === undefined || run.test(name))
    const cases = wanted.map(test => ({
      file,
      name: test.title,
      run: () => (ruleErrors.length > 0 ? ruleErrors : runRuleTest(test, content, groups, options)),
    }))
    return { readable: true, cases, unmatched }
  } catch (error) {
    return broken(file, [error instanceof Error ? error : new Error(String(error))])
  }
}

function broken(file: string, errors: readonly Error[]): RuleTestCases {
  return { readable: false, cases: [{ file, name: file, run: () => errors }], unmatched: [] }
}

/** The functions of a test runner that {@link describeRuleTests} needs; vitest's, Jest's and `node:test`'s fit. */
export interface TestRunner {
  describe(name: string, run: () => void): unknown
  test(name: string, run: () => void): unknown
}

/**
 * Declares one test for every test of the given rule test files.
 *
 * @example
 * ```ts no-run: vitest runs it as a test file
 * import { describe, test } from 'vitest'
 * describeRuleTests(['rules/queue.test.yml'], { describe, test })
 * ```
 *
 * @throws Error inside a test that fails, with what was expected and what was got
 */
export function describeRuleTests(files: readonly string[], runner: TestRunner): void {
  for (const file of files) {
    const { cases, unmatched } = ruleTestCases(file)
    runner.describe(file, () => {
      for (const each of cases) {
        runner.test(each.name, () => {
          const errors = each.run()
          const lines = errors.map(error => error.message)
          for (const pattern of errors.length > 0 ? unmatched : []) lines.unshift(`no file matches ${pattern}`)
          if (lines.length > 0) throw new Error(`${file}, ${each.name}:\n${lines.join('\n')}`, { cause: errors[0] })
        })
      }
    })
  }
}
