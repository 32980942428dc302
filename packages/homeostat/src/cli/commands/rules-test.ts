import { type Command, command } from '../command-definition.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import { checkExist, isExperimental, ruleFileOptions } from './rule-files.ts'

/** `homeostat rules test`. */
export const rulesTestCommand: Command = command(
  {
    words: 'rules test',
    operands: '[OPTION...] FILE...',
    summary: 'Runs rule test files.',
    details:
      'Their format is https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/. Tests that are scenarios run through the whole loop against a simulated plant.',
    examples: [
      'homeostat rules test rules/*.test.yml',
      'homeostat rules test --run=checkout --junit=results.xml shop.test.yml',
    ],
    exitCodes: '0 if every test passes, else 1',
    wrongCalls: 'a FILE that cannot be read',
    options: {
      run: {
        type: 'string',
        valueHint: 'REGEXP',
        isRepeatable: true,
        description: 'Runs only tests whose name matches.',
      },
      diff: { type: 'boolean', description: 'Shows differences of alerts as one coloured text.' },
      debug: { type: 'boolean', description: 'Shows the duration and all samples of each test.' },
      junit: { type: 'string', valueHint: 'FILE', description: 'Also writes the results as JUnit XML.' },
      json: { type: 'boolean', description: 'Prints the results as one JSON object.' },
      ...ruleFileOptions,
    },
  },
  async ({ values, files, output }) => {
    checkExist(files)
    const experimental = isExperimental(values['enable-feature'] ?? [], output)
    if (files.length === 0) throw new WrongCallError("required argument 'FILE' not provided")
    const { run: patterns, diff = false, debug = false, junit } = values
    if (junit === '') throw new WrongCallError("'--junit' has no path")
    const only = patterns === undefined ? {} : { run: expressionOf(patterns.join('|')) }
    const { testRuleFiles } = await import('../rules-test.ts')
    const ignoreUnknownFields = values['ignore-unknown-fields'] === true
    const asJson = values.json === true
    return testRuleFiles(files, output, { ...only, diff, debug, junit, asJson, experimental, ignoreUnknownFields })
  },
)

function expressionOf(pattern: string): RegExp {
  try {
    return new RegExp(pattern)
  } catch (error) {
    throw new WrongCallError(`'--run' must be a regular expression: ${(error as Error).message}`, { cause: error })
  }
}
