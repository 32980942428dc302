import { randomInt } from 'node:crypto'
import { proofLines, recordOf } from '@homeostat/lab/prove'
import type { CommandOutput, ExitCode } from '../output.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import { changedProof, isDone } from './changed-proof.ts'
import { plannedProof } from './planned-proof.ts'
import { proveCall, type ProveCall, type ProveValues } from './prove-call.ts'
import { ProvingProcess } from './proving-process.ts'
import { checkReportPath, reportName, writeReport } from './report-files.ts'
import { startedProof } from './started-proof.ts'
import { watchedProof, type WatchedProof } from './watched-proof.ts'

/** The smallest worsening that counts as harm. */
const HARM = 0.05
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

type Values = ProveValues & { readonly out?: string; readonly json?: boolean }

/** `homeostat prove`. */
export async function prove(
  verb: 'run' | 'plan' | 'pause' | 'resume' | 'abort' | 'report',
  values: Values,
  socket: () => string,
  output: CommandOutput,
): Promise<ExitCode> {
  if (verb === 'plan' || verb === 'run') {
    // Options that no process could follow are refused before a process is looked for.
    const call = proveCall(values, () => randomInt(2 ** 32))
    if (verb === 'run') checkReportPath(values.out ?? 'homeostat-prove')
    using interruption = new Interruption()
    return await runOrPlan(verb, call, values, new ProvingProcess(socket()), output, interruption.signal)
  }
  const process = new ProvingProcess(socket())
  switch (verb) {
    case 'pause':
    case 'resume':
    case 'abort': {
      const changed = await changedProof(process, verb)
      const { proof: _, ...state } = changed
      output.out(values.json === true ? JSON.stringify(state) : [state.line, ...(state.reverted ?? [])].join('\n'))
      return isDone(changed, verb) && isReverted(state.reverted ?? []) ? 0 : 1
    }
    case 'report': {
      const { proof, reverted = [] } = await process.state(true)
      finish({ proof: proof!, reverted }, values, output)
      return 0
    }
  }
}

async function runOrPlan(
  verb: 'run' | 'plan',
  call: ProveCall,
  values: Values,
  process: ProvingProcess,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  const report = (line: string): void => output.error(line)
  const untilBegun = (error: unknown): never => {
    if (signal.aborted) throw new Error('interrupted; nothing was switched', { cause: error })
    throw error
  }
  const { look, plan, lines } = await plannedProof(call, process, report, signal).catch(untilBegun)
  if (verb === 'plan') {
    const { lines: _, ...numbers } = plan
    const { past: __, ...found } = look
    output.out(values.json === true ? JSON.stringify({ ...found, ...numbers }) : lines.join('\n'))
    return 0
  }
  for (const line of [...lines, `seed     ${call.seed}`]) report(line)
  const { pairs, blockMs, carryOverMs, isCarryOverDeclared } = plan
  // The values of the look, so that a reload of the responses in between changes nothing.
  const { to, expr, direction } = look
  const { knob, alert } = call.request
  const request = { knob, to, expr, direction, ...(alert !== undefined && { alert }) }
  const started = { pairs, blockMs, carryOverMs, isCarryOverDeclared, seed: call.seed, worth: call.worth, harm: HARM }
  const { id } = await startedProof(process, { request, plan: started }, report, signal).catch(untilBegun)
  return finish(await watchedProof(process, id, report, signal), values, output)
}

/** Prints the result, writes the report, and returns the exit code: what cannot be written is known by then. */
function finish({ proof, reverted }: WatchedProof, values: Values, output: CommandOutput): ExitCode {
  const record = recordOf(proof)
  if (values.json === true) output.out(JSON.stringify({ ...record, reverted }))
  else for (const line of [...proofLines(record), '', ...reverted]) output.out(line)
  const paths = writeReport(record, values.out ?? reportName(record))
  if (values.json !== true) output.out(`written: ${paths.join(' and ')}`)
  const { knob, isCredible } = record.judgement
  const isGood = proof.ending?.why === 'completed' && isCredible && knob.verdict !== 'harmful'
  return isGood && isReverted(reverted) ? 0 : 1
}

function isReverted(lines: readonly string[]): boolean {
  return lines.every(line => !line.includes(': failed'))
}

/** The first interruption ends the proof in order; the second one ends the command at once, and the process reverts by itself. */
class Interruption implements Disposable {
  readonly #abort = new AbortController()
  readonly #listener = (): void => {
    this[Symbol.dispose]()
    this.#abort.abort(new WrongCallError('interrupted'))
  }

  constructor() {
    for (const signal of INTERRUPTIONS) process.once(signal, this.#listener)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  [Symbol.dispose](): void {
    for (const signal of INTERRUPTIONS) process.off(signal, this.#listener)
  }
}
