import { type Command, commandGroup } from './command-definition.ts'

/** The command line. A further command is one line here. */
export const commandLine: Command = commandGroup(
  {
    words: '',
    operands: 'COMMAND [OPTION...]',
    summary:
      'Self-optimizing OpenTelemetry for Node: diagnoses setups, asks running processes, tests rules, shows options, replays recorded signals, finds missing indexes, proves what a knob does, and writes dashboards.',
    examples: [
      'homeostat doctor',
      'homeostat doctor -- node server.js',
      'homeostat report',
      'homeostat rules check rules/*.yml responses.yml',
      'homeostat rules check --help',
    ],
  },
  {
    rules: async () => (await import('./commands/rules.ts')).rulesCommand,
    config: async () => (await import('./commands/config.ts')).configCommand,
    backtest: async () => (await import('./commands/backtest.ts')).backtestCommand,
    index: async () => (await import('./commands/index-group.ts')).indexCommand,
    doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
    report: async () => (await import('./commands/report.ts')).reportCommand,
    explain: async () => (await import('./commands/explain.ts')).explainCommand,
    dashboards: async () => (await import('./commands/dashboards.ts')).dashboardsCommand,
    prove: async () => (await import('./commands/prove.ts')).proveCommand,
    completion: async () => (await import('./commands/completion.ts')).completionCommand,
  },
)
