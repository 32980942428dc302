import { sleep } from '@homeostat/signals'
import type { ProveState, StartedPlan } from '../../proof/prove-question.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import type { ProveCall } from './prove-call.ts'
import type { ProvingProcess } from './proving-process.ts'

/** Reasons that are gone within minutes: the warm-up of a process, and guards that still learn how much their numbers vary. */
const PASSING = /^it cannot begin now: ((?:warm-up|guards): .*)$/
const ASK_EVERY_MS = 5000
const NEWS_EVERY_MS = 60_000

/**
 * Starts a proof, as soon as the process lets it begin.
 *
 * @param report takes a line per minute while it waits
 * @throws WrongCallError where the process refuses for longer
 */
export async function startedProof(
  process: ProvingProcess,
  proof: { readonly request: ProveCall['request']; readonly plan: StartedPlan },
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<ProveState> {
  let reportedAt = -Infinity
  for (;;) {
    try {
      return await process.start(proof)
    } catch (error) {
      const [, reason] = PASSING.exec(error instanceof WrongCallError ? error.message : '') ?? []
      if (reason === undefined) throw error
      const now = performance.now()
      if (now - reportedAt > NEWS_EVERY_MS) {
        report(`waiting: ${reason}`)
        reportedAt = now
      }
      await sleep(ASK_EVERY_MS, { signal, holdsProcess: true })
    }
  }
}
