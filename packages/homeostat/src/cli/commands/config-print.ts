import { type Command, command } from '../command-definition.ts'
import { checkNoOperand } from './operand.ts'

/** `homeostat config print`. */
export const configPrintCommand: Command = command(
  {
    words: 'config print',
    operands: '[OPTION...]',
    summary: 'Prints each option with its value and where it comes from: a variable, a file, or the default.',
    details:
      'Reads the variables and the file that an application started here would read. Options in code come before both, and are not known here. The value of an option that may hold a secret is not printed.',
    examples: [
      'homeostat config print',
      'HOMEOSTAT_MODE=act homeostat config print --given',
      'OTEL_CONFIG_FILE=otel.yaml homeostat config print --json',
    ],
    exitCodes: '0 if every value is valid, else 1',
    options: {
      given: { type: 'boolean', description: 'Leaves out the options that have their defaults.' },
      json: { type: 'boolean', description: 'Prints everything as one JSON object, problems included.' },
    },
  },
  async ({ values, files, output }) => {
    checkNoOperand(files)
    const { printConfiguration } = await import('../configuration.ts')
    return printConfiguration(process.env, output, { onlyGiven: values.given === true, asJson: values.json === true })
  },
)
