import { SCENARIO_FIELD, scenarioCases } from '@homeostat/lab/scenarios'
import { ruleTestCases, type RuleTestCaseOptions } from '@homeostat/promql/rule-tests'
import { junitXml, type JunitSuite } from './junit.ts'
import type { CommandOutput, ExitCode } from './output.ts'
import { writeGivenFile } from './writing.ts'

interface TestOptions extends RuleTestCaseOptions {
  readonly debug: boolean
  /** File to write JUnit XML to. */
  readonly junit: string | undefined
  /** Prints nothing but the results, as one JSON object. */
  readonly asJson: boolean
}

/** `homeostat rules test`: the lines and exit codes of `promtool test rules`, for scenarios as well. */
export async function testRuleFiles(
  files: readonly string[],
  output: CommandOutput,
  { asJson, ...options }: TestOptions,
): Promise<ExitCode> {
  const suites: JunitSuite[] = []
  for (const file of files) suites.push(await testFile(file, asJson ? SILENT : output, options))
  if (asJson) output.out(JSON.stringify({ files: suites.map(({ name, cases }) => ({ file: name, tests: cases })) }))
  if (options.junit !== undefined) writeGivenFile(options.junit, junitXml(suites), '--junit')
  return suites.some(({ cases }) => cases.some(({ errors }) => errors.length > 0)) ? 1 : 0
}

const SILENT: CommandOutput = { out: () => undefined, error: () => undefined }

async function testFile(
  file: string,
  output: CommandOutput,
  { debug, ...options }: Omit<TestOptions, 'asJson'>,
): Promise<JunitSuite> {
  output.out(`Unit Testing:  ${file}`)
  const say = (line: string): void => output.error(`DEBUG: ${line}`)
  const dump = (at: string, series: readonly string[]): void => {
    say(`Dump of all data (input_series and rules) at ${at}:`)
    for (const text of series) output.error(text)
  }
  const { readable, cases, unmatched } = ruleTestCases(file, {
    ...options,
    ...(debug ? { dump } : {}),
    passOver: SCENARIO_FIELD,
  })
  for (const pattern of unmatched) output.error(`  WARNING: no file match pattern ${pattern}`)
  const results: { name: string; errors: string[] }[] = []
  for (const each of [...cases, ...(readable ? scenarioCases(file, options) : [])]) {
    const { name } = each
    const startedMs = performance.now()
    if (debug && readable) say(`Starting test ${name}`)
    const errors = (await each.run()).map(error => error.message)
    if (debug && readable) say(`Test ${name} finished, took ${(performance.now() - startedMs).toFixed(3)}ms`)
    results.push({ name, errors })
  }
  const errors = results.flatMap(result => result.errors)
  if (errors.length === 0) output.out('  SUCCESS')
  else {
    output.error('  FAILED:')
    for (const error of errors) {
      output.error(error)
      output.out('')
    }
  }
  output.out('')
  return { name: file, readable, startedAt: new Date(), cases: results }
}
