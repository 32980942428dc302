import { trialKeyOf } from '../words/alert-key.ts'
import type { Refusal } from '../words/decision.ts'
import type { RefusalReason } from '../words/refusal-reason.ts'

/**
 * Finds the refusals that a tick adds. A refusal is repeated in every tick of its alert; it begins when the tick before did not have it, or
 * had it for another reason.
 */
export class RefusalsBegun {
  #before: ReadonlyMap<string, readonly RefusalReason[]> = new Map()

  /** Those of the next tick that begin in it. */
  of(refusals: readonly Refusal[]): readonly Refusal[] {
    const before = this.#before
    const now = new Map<string, RefusalReason[]>()
    const begun = refusals.filter(({ firing, response, reason }) => {
      const key = trialKeyOf(firing, response?.action ?? '')
      const reasons = now.get(key)
      if (reasons?.includes(reason)) return false
      if (reasons) reasons.push(reason)
      else now.set(key, [reason])
      return !before.get(key)?.includes(reason)
    })
    this.#before = now
    return begun
  }
}
