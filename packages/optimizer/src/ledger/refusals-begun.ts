import { trialKeyOf } from '../words/alert-key.ts'
import type { Refusal } from '../words/decision.ts'

/**
 * Finds the refusals that a tick adds. A refusal is repeated in every tick of its alert; it begins when the tick before did not have it, or
 * had it for another reason.
 */
export class RefusalsBegun {
  #before: ReadonlySet<string> = new Set()

  /** Those of the next tick that begin in it. */
  of(refusals: readonly Refusal[]): readonly Refusal[] {
    const before = this.#before
    const now = new Set<string>()
    const begun = refusals.filter(refusal => {
      const key = `${trialKeyOf(refusal.firing, refusal.response?.action ?? '')} ${refusal.reason}`
      const isNew = !before.has(key) && !now.has(key)
      now.add(key)
      return isNew
    })
    this.#before = now
    return begun
  }
}
