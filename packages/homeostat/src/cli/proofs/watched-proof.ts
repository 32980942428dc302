import { advanceProof, type Proof } from '@homeostat/lab/prove'
import { sleep } from '@homeostat/signals'
import type { ProveState } from '../../proof/prove-question.ts'
import { ProcessGoneError } from '../processes/running-process.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import type { ProvingProcess } from './proving-process.ts'

const ASK_EVERY_MS = 1000
/** A process whose event loop is blocked for longer ends the proof by itself. */
const PATIENCE_MS = 30_000
/** Where nothing else is new, the time that is left is. */
const NEWS_EVERY_MS = 60_000

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
      if (signal.aborted && !isAborted) {
        report('aborting: knob and placebo are being reverted')
        await process.change('abort').catch(passRefusal)
        isAborted = true
      }
      let state = await process.state(last === undefined, id)
      heardAt = performance.now()
      if (state.id !== id) throw new WrongCallError('the process runs another proof now')
      // Data is asked for after each pair: should the process be killed, the report has all pairs.
      if (state.proof === undefined && needsData(state, last)) state = await process.state(true, id)
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

function passRefusal(error: unknown): void {
  // It may have ended by itself meanwhile.
  if (!(error instanceof WrongCallError)) throw error
}

function ended(proof: Proof): Proof {
  const detail =
    'the process has ended or does not answer; a knob in memory ended with it, one that is kept outside is reverted by the next process of the service'
  return advanceProof(proof, { type: 'end', why: 'process ended', detail }, Date.now())
}
