import { advanceProof, type Proof } from '@homeostat/lab/prove'
import { sleep } from '@homeostat/signals'
import type { ProveState } from '../../proof/prove-question.ts'
import { ProcessGoneError } from '../processes/running-process.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import { ProveRefusal, type ProvingProcess } from './proving-process.ts'

const ASK_EVERY_MS = 1000
/** A process whose event loop is blocked for longer ends the proof by itself. */
const PATIENCE_MS = 30_000
/** Where nothing else is new, the time that is left is. */
const NEWS_EVERY_MS = 60_000

/** The proof that was watched is over, and the process runs another one. */
class OtherProofError extends WrongCallError {}

/** How a proof ended, as far as the command line knows. */
export interface WatchedProof {
  readonly proof: Proof
  readonly reverted: readonly string[]
}

/**
 * Watches a proof until it is over, and keeps it alive meanwhile: the process ends it when nobody asks any more.
 *
 * @param report takes a line whenever a block begins, and once per minute
 * @param signal aborts the proof, with everything reverted
 */
export async function watchedProof(
  process: ProvingProcess,
  id: string,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<WatchedProof> {
  let last: Proof | undefined
  let reported = ''
  let reportedAt = -Infinity
  let heardAt = performance.now()
  let isAborted = false
  for (;;) {
    try {
      if (signal.aborted && !isAborted) report('aborting: knob and placebo are being reverted')
      isAborted ||= signal.aborted
      // A proof that is to end is not prolonged: should no abort arrive, it ends with its lease.
      const kept = isAborted ? undefined : id
      let state = await process.state(last === undefined, kept)
      heardAt = performance.now()
      if (state.id === id && isAborted && state.state !== 'over') state = await aborted(process, id, state)
      // Data is asked for after each pair: should the process be killed, the report has all pairs.
      if (state.proof === undefined && needsData(state, last)) state = await process.state(true, kept)
      if (state.id !== id) throw new OtherProofError('the process runs another proof now')
      last = state.proof ?? last
      if (state.state === 'over' && state.reverted !== undefined && last?.state === 'over')
        return { proof: last, reverted: state.reverted }
      const { line } = state
      const what = line.replace(/; [^;]* left$/, '')
      if (what !== reported || heardAt - reportedAt > NEWS_EVERY_MS) {
        report(line)
        reported = what
        reportedAt = heardAt
      }
    } catch (error) {
      if (error instanceof OtherProofError && last !== undefined) return { proof: replaced(last), reverted: [] }
      if (error instanceof OtherProofError) throw error
      const isGone = error instanceof ProcessGoneError || performance.now() - heardAt > PATIENCE_MS
      if (isGone && last !== undefined) return { proof: ended(last), reverted: [] }
      if (isGone || !(error instanceof WrongCallError)) throw error
    }
    await sleep(ASK_EVERY_MS, { holdsProcess: true, ...(!isAborted && { signal }) }).catch(() => undefined)
  }
}

function needsData({ donePairs, state }: ProveState, last: Proof | undefined): boolean {
  const known = last?.pairs.filter(pair => pair.state === 'done').length ?? -1
  return donePairs !== known || (state === 'over' && last?.state !== 'over')
}

/** A lost answer is no end of the proof: whoever watches aborts until its state is `over`. */
async function aborted(process: ProvingProcess, id: string, state: ProveState): Promise<ProveState> {
  try {
    return await process.change('abort', id)
  } catch (error) {
    // It has ended by itself meanwhile, and the next state says how.
    if (error instanceof ProveRefusal) return state
    throw error
  }
}

function replaced(proof: Proof): Proof {
  const detail = 'it ended while its command heard nothing of it, and another proof runs in the process now'
  return advanceProof(proof, { type: 'end', why: 'abandoned', detail }, Date.now())
}

function ended(proof: Proof): Proof {
  const detail =
    'the process has ended or does not answer; a knob in memory ended with it, one that is kept outside is reverted by the next process of the service'
  return advanceProof(proof, { type: 'end', why: 'process ended', detail }, Date.now())
}
