import { ruleTestCases } from '@homeostat/promql/rule-tests'
import type { CommandOutput, ExitCode } from './cli-output.ts'

/** `homeostat rules test`: the lines and exit codes of `promtool test rules`. */
export function testRuleFiles(files: readonly string[], output: CommandOutput): ExitCode {
  let failed = false
  for (const file of files) {
    output.out(`Unit Testing:  ${file}`)
    const { cases, unmatched } = ruleTestCases(file)
    for (const pattern of unmatched) output.error(`  WARNING: no file match pattern ${pattern}`)
    const errors = cases.flatMap(each => each.run())
    if (errors.length === 0) output.out('  SUCCESS')
    else {
      failed = true
      output.error('  FAILED:')
      for (const error of errors) {
        output.error(error.message)
        output.out('')
      }
    }
    output.out('')
  }
  return failed ? 1 : 0
}
