import { sleep } from '@homeostat/signals'
import type { ProveChange, ProveState } from '../../proof/prove-question.ts'
import { ProcessGoneError } from '../processes/running-process.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import { ProveRefusal, type ProvingProcess } from './proving-process.ts'

const ASK_EVERY_MS = 500
/** A switch and its undo take 15 s at most, and an event loop may be blocked. */
const PATIENCE_MS = 30_000

/**
 * Pauses, resumes or aborts the proof that runs, and waits until knob and placebo stand where they should, or for half a minute. An answer
 * that is lost is asked for again.
 *
 * @throws WrongCallError for a process that refuses or does not answer
 */
export async function changedProof(process: ProvingProcess, what: ProveChange): Promise<ProveState> {
  const until = performance.now() + PATIENCE_MS
  const { id } = await heard(() => process.state(false), until)
  let isSent = false
  let state = await heard(async () => {
    try {
      return await process.change(what, id)
    } catch (error) {
      // It was followed, and only the answer was lost.
      if (isSent && error instanceof ProveRefusal) return process.state(true)
      isSent = true
      throw error
    }
  }, until)
  while (!isDone(state, what) && state.id === id && performance.now() < until) {
    await sleep(ASK_EVERY_MS, { holdsProcess: true })
    state = await heard(() => process.state(true), until)
  }
  return state
}

/** Whether the knob is known to stand where it should. */
export function isDone({ state, standing, reverted }: ProveState, what: ProveChange): boolean {
  if (state === 'over') return reverted !== undefined
  return what === 'resume' || (what === 'pause' && standing === 'as wanted')
}

/** Asks again where no answer came. */
async function heard<T>(ask: () => Promise<T>, until: number): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const isFinal = !(error instanceof WrongCallError) || error instanceof ProveRefusal
      if (isFinal || error instanceof ProcessGoneError || performance.now() > until) throw error
    }
    await sleep(ASK_EVERY_MS, { holdsProcess: true })
  }
}
