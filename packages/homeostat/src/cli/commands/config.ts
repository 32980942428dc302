import { type Command, commandGroup } from '../command-definition.ts'

/** `homeostat config`. */
export const configCommand: Command = commandGroup(
  {
    words: 'config',
    operands: 'print|schema [OPTION...]',
    summary: 'Shows the options that the environment and files give, and their schema.',
    examples: ['homeostat config print', 'homeostat config schema > homeostat.schema.json'],
  },
  {
    print: async () => (await import('./config-print.ts')).configPrintCommand,
    schema: async () => (await import('./config-schema.ts')).configSchemaCommand,
  },
)
