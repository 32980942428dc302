import { type Command, commandGroup } from '../command-definition.ts'

/** `homeostat rules`. */
export const rulesCommand: Command = commandGroup(
  {
    words: 'rules',
    operands: 'check|test|export [OPTION...] [FILE...]',
    summary:
      'Checks Prometheus rule files and runs their unit tests, as "promtool check rules" and "promtool test rules" do, and exports the rules of the packages.',
    examples: [
      'homeostat rules check rules/*.yml responses.yml',
      'homeostat rules test rules/*.test.yml',
      'homeostat rules export > homeostat.rules.yml',
    ],
  },
  {
    check: async () => (await import('./rules-check.ts')).rulesCheckCommand,
    test: async () => (await import('./rules-test.ts')).rulesTestCommand,
    export: async () => (await import('./rules-export.ts')).rulesExportCommand,
  },
)
