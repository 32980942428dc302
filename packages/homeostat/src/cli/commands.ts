import { type Command, commandGroup } from './command-definition.ts'

/** The command line. A further command is one line here. */
export const commandLine: Command = commandGroup(
  {
    words: '',
    operands: 'COMMAND [OPTION...]',
    summary:
      'Self-optimizing OpenTelemetry for Node: diagnoses setups, tests rules, shows options, and replays recorded signals.',
    examples: ['homeostat doctor', 'homeostat rules check rules/*.yml responses.yml', 'homeostat rules check --help'],
  },
  {
    rules: async () => (await import('./commands/rules.ts')).rulesCommand,
    config: async () => (await import('./commands/config.ts')).configCommand,
    backtest: async () => (await import('./commands/backtest.ts')).backtestCommand,
    doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
)
