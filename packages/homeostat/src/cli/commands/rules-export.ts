import { type Command, command } from '../command-definition.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import { namesOf, namesOption } from './names-option.ts'
import { checkNoOperand } from './operand.ts'

/** `homeostat rules export`. */
export const rulesExportCommand: Command = command(
  {
    words: 'rules export',
    operands: '[OPTION...]',
    summary:
      'Prints the rules of the packages as a Prometheus rule file, so that a server evaluates what each process does.',
    details:
      'Thresholds come from the variables and the file that an application started here would read. Each rule looks at one process at a time (job, instance), as the process itself does, and at every service that the server knows: name yours with --label.',
    examples: [
      'homeostat rules export --label=job=shop > homeostat.rules.yml',
      'homeostat rules export --names=UnderscoreEscapingWithSuffixes --package=pg --package=bullmq',
    ],
    exitCodes: '0 if every option of the application is valid, else 1',
    options: {
      names: namesOption(),
      label: {
        type: 'string',
        valueHint: 'NAME=VALUE',
        isRepeatable: true,
        description: 'Added to every selector that does not name the label itself.',
      },
      package: {
        type: 'string',
        valueHint: 'NAME',
        isRepeatable: true,
        description: 'Prints the rules of this package only, e.g. pg.',
      },
      json: { type: 'boolean', description: 'Prints the same as one JSON object.' },
    },
  },
  async ({ values, files, output }) => {
    checkNoOperand(files)
    const { serverNameStyles } = await import('@homeostat/promql')
    const names = namesOf(values.names, serverNameStyles)
    const labels = Object.fromEntries((values.label ?? []).map(labelOf))
    const { definitions } = await import('../../domains/domain-definitions.ts')
    const known = definitions.map(([name]) => name as string)
    const unknown = values.package?.find(name => !known.includes(name))
    if (unknown !== undefined)
      throw new WrongCallError(`'--package' must be one of ${known.join(', ')}, got '${unknown}'`)
    const { exportRules } = await import('../rules-export.ts')
    const asJson = values.json === true
    return exportRules(process.env, output, { names, labels, packages: values.package }, asJson)
  },
)

function labelOf(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new WrongCallError(`'--label' must be NAME=VALUE, got '${text}'`)
  return [name, value]
}
