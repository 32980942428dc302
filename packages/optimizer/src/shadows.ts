import { alertKey } from './alert-key.ts'
import { courseKey } from './course-book.ts'
import type { Decision, Proposal } from './decision.ts'
import { DEFAULT_COOLDOWN_MS } from './response.ts'
import type { OpenTrial } from './trial.ts'

/** Bounds what is remembered; forgetting costs an episode that comes early. */
const MAX_REMEMBERED = 1000

/** When the firings that may not be acted on were last watched instead: as often as they would be acted on. */
export class Shadows {
  readonly #lastAt = new Map<string, number>()

  /** The decision to watch and do nothing; undefined while that is done already, or was a short time ago. */
  decide(proposal: Proposal, version: string, open: readonly OpenTrial[], now: number): Decision | undefined {
    const { firing, response, action } = proposal
    const key = courseKey({ alertKey: alertKey(firing), action: action.name })
    const isOpen = open.some(trial => trial.arm === 'shadow' && courseKey(trial) === key)
    if (!response.expect || isOpen) return undefined
    const { cooldownMs = DEFAULT_COOLDOWN_MS } = response
    if (now - (this.#lastAt.get(key) ?? -Infinity) < cooldownMs) return undefined
    if (this.#lastAt.size >= MAX_REMEMBERED) this.#lastAt.clear()
    this.#lastAt.set(key, now)
    return { ...proposal, kind: 'decision', arm: 'shadow', gates: [], alternatives: [], version }
  }
}
