import { type Command, command } from '../command-definition.ts'
import type { ExitCode } from '../output.ts'
import type { ReportAnswer } from '../../inspection/question.ts'
import { askProcess, onlySocket, socketOf } from '../processes/running-process.ts'
import { onlyOperand } from './operand.ts'

/** `homeostat report`. */
export const reportCommand: Command = command(
  {
    words: 'report',
    operands: '[OPTION...] [PROCESS]',
    summary: 'Prints what a running process knows: what is watched, alerts, advice, trials, knobs, findings.',
    details:
      'PROCESS is its number, its socket, or a local address at which it serves, such as http://127.0.0.1:3000; default the only one that can be asked. It must run for the same user with HOMEOSTAT_INSPECTION=true. The text is that of h.report().',
    examples: ['homeostat report', 'homeostat report 4242 --json', 'homeostat report http://127.0.0.1:3000'],
    exitCodes: '0 if the process has answered',
    wrongCalls: 'a PROCESS that cannot be asked',
    options: { json: { type: 'boolean', description: 'Prints the report as one JSON object.' } },
  },
  async ({ values, files, output }): Promise<ExitCode> => {
    const target = onlyOperand(files)
    const socket = target === undefined ? onlySocket('homeostat report ') : socketOf(target)
    const { report, text } = await askProcess<ReportAnswer>(socket, { ask: 'report' })
    output.out(values.json === true ? JSON.stringify(report) : text)
    return 0
  },
)
