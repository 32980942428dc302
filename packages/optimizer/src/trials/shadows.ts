import { BoundedMap } from '@homeostat/signals'
import { trialKey, trialKeyOf } from '../words/alert-key.ts'
import type { Decision, Proposal } from '../words/decision.ts'
import { DEFAULT_COOLDOWN_MS } from '../words/response.ts'
import type { OpenTrial } from '../words/trial.ts'

/** Bounds what is remembered; forgetting costs an episode that comes early. */
const MAX_REMEMBERED = 1000

/** Shadow episodes that are open at a time: all alerts of a rule feed one history, which needs no thousand at once. */
const MAX_OPEN = 100

/** When the firings that may not be acted on were last watched instead: as often as they would be acted on. */
export class Shadows {
  readonly #lastAt = new BoundedMap<string, number>(MAX_REMEMBERED)
  #openList: readonly OpenTrial[] = []
  #open: ReadonlySet<string> = new Set()

  /** The decision to watch and do nothing; undefined while that is done already, or was a short time ago. */
  decide(proposal: Proposal, version: string, open: readonly OpenTrial[], now: number): Decision | undefined {
    const { firing, response, action } = proposal
    if (!response.expect) return undefined
    const shadows = this.#openOf(open)
    if (shadows.size >= MAX_OPEN) return undefined
    const key = trialKeyOf(firing, action.name)
    const { cooldownMs = DEFAULT_COOLDOWN_MS } = response
    if (shadows.has(key) || now - (this.#lastAt.get(key) ?? -Infinity) < cooldownMs) return undefined
    this.#lastAt.set(key, now)
    return { ...proposal, kind: 'decision', arm: 'shadow', gates: [], alternatives: [], version }
  }

  /** The keys of the shadows that are open; worked out anew only when the open trials have changed. */
  #openOf(open: readonly OpenTrial[]): ReadonlySet<string> {
    if (open !== this.#openList) {
      this.#openList = open
      this.#open = new Set(open.filter(({ arm }) => arm === 'shadow').map(trialKey))
    }
    return this.#open
  }
}
