import { type Command, command } from '../command-definition.ts'
import { readCommandFile } from '../file.ts'
import type { CommandOutput } from '../output.ts'
import type { CheckedText } from '../rules-check.ts'
import { checkExist, isExperimental, ruleFileOptions } from './rule-files.ts'

/** `homeostat rules check`. */
export const rulesCheckCommand: Command = command(
  {
    words: 'rules check',
    operands: '[OPTION...] [FILE...]',
    summary: 'Checks rule files, or the standard input: YAML, fields, names, durations, expressions, templates.',
    details:
      'Checks response files against the rule files named beside them, and against the rules and actions of the packages and of the options that an application started here would read. Warns of what a process warns of.',
    examples: [
      'homeostat rules check rules/*.yml responses.yml',
      'homeostat rules check --lint-fatal --alert=CheckoutSlow --action=checkout.shed responses.yml',
      'helm template . | homeostat rules check',
    ],
    exitCodes: '0 without errors, 1 with errors, 3 for lint errors with --lint-fatal',
    wrongCalls: 'a FILE that cannot be read',
    options: {
      lint: {
        type: 'string',
        valueHint: 'LIST',
        description: 'Lint checks: all, duplicate-rules (default), none.',
      },
      'lint-fatal': { type: 'boolean', description: 'Lint errors give exit code 3.' },
      action: {
        type: 'string',
        valueHint: 'NAME',
        isRepeatable: true,
        description: 'An action or knob that the application provides in code.',
      },
      alert: {
        type: 'string',
        valueHint: 'NAME',
        isRepeatable: true,
        description: 'An alert of a rule that the application provides in code.',
      },
      json: { type: 'boolean', description: 'Prints the results as one JSON object.' },
      ...ruleFileOptions,
    },
  },
  async ({ values, files, output, readInput }) => {
    checkExist(files)
    const experimental = isExperimental(values['enable-feature'] ?? [], output)
    const lints = lintsOf(values.lint ?? 'duplicate-rules', output)
    const { checkRuleFiles } = await import('../rules-check.ts')
    return checkRuleFiles(textsOf(files, readInput), output, {
      duplicates: lints.some(each => each === 'all' || each === 'duplicate-rules'),
      lintFatal: values['lint-fatal'] === true,
      experimental,
      ignoreUnknownFields: values['ignore-unknown-fields'] === true,
      actions: values.action ?? [],
      alerts: values.alert ?? [],
      asJson: values.json === true,
      environment: process.env,
    })
  },
)

/** The files one by one, or the standard input when there are none. */
function* textsOf(files: readonly string[], readInput: () => string): Generator<CheckedText> {
  for (const file of files) yield { name: file, text: readCommandFile(file) }
  if (files.length === 0) yield { name: 'standard input', text: readInput() }
}

const LINTS = ['all', 'duplicate-rules', 'none']

function lintsOf(list: string, output: CommandOutput): string[] {
  const lints = list.split(',')
  for (const lint of lints.filter(each => !LINTS.includes(each))) output.out(`WARNING: unknown lint option: "${lint}"`)
  return lints
}
