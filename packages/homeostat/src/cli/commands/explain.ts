import { type Command, command } from '../command-definition.ts'
import type { ExplainAnswer } from '../../inspection/question.ts'
import { askProcess, onlySocket, socketOf } from '../processes/running-process.ts'
import { onlyOperand } from './operand.ts'

/** `homeostat explain`. */
export const explainCommand: Command = command(
  {
    words: 'explain',
    operands: '[OPTION...] [ALERT]',
    summary:
      'Explains an alert, a trial, a proof or a tick of a running process: what fires, what was done and why, or why not.',
    details:
      'ALERT is the name of an alert, the id of a trial or a proof such as cache.warm#1 or prove#1, or the number of a tick; without one, all alerts that are pending or fire. The process must run for the same user with HOMEOSTAT_INSPECTION=true.',
    examples: [
      'homeostat explain',
      'homeostat explain QueueBacklog',
      "homeostat explain 'cache.warm#1' --process=4242 --json",
    ],
    exitCodes: '0 if there is an explanation, or no ALERT was given, 1 if the process knows nothing of that name',
    wrongCalls: 'a process that cannot be asked',
    options: {
      process: {
        type: 'string',
        valueHint: 'PROCESS',
        description: 'Its number, socket or local address; default the only process that can be asked.',
      },
      json: { type: 'boolean', description: 'Prints the whole record as one JSON object.' },
    },
  },
  async ({ values, files, output }) => {
    const id = onlyOperand(files)
    const question = id === undefined ? ({ ask: 'explain' } as const) : ({ ask: 'explain', id } as const)
    const { process } = values
    const socket = process === undefined ? onlySocket('homeostat explain --process=') : socketOf(process)
    const answer = await askProcess<ExplainAnswer>(socket, question)
    if (values.json === true)
      output.out(JSON.stringify(id === undefined ? answer.alerts : (answer.explanation ?? null)))
    else for (const line of linesOf(answer, id)) output.out(line)
    return id === undefined || answer.explanation !== undefined ? 0 : 1
  },
)

function linesOf({ alerts, explanation }: ExplainAnswer, id: string | undefined): string[] {
  if (id !== undefined) return [explanation?.line ?? `nothing is known of '${id}'`]
  return alerts.length === 0 ? ['no alert is pending or fires'] : alerts.map(({ line }) => line)
}
