import type { Rest } from '../words/trial.ts'

export interface RestsOptions {
  /** Rests remembered at most. @default 10000 */
  readonly max?: number
}

const DEFAULT_MAX = 10_000
/** A streak is remembered for a day after its cooldown. */
const STREAK_MS = 86_400_000

const NO_REST: Rest = { streak: 0, notBefore: -Infinity }

/** The rests of all alerts and actions, by `trialKeyOf`. Bounded; those that are over are forgotten. */
export class Rests {
  readonly #max: number
  readonly #rests = new Map<string, Rest>()
  /** When nothing was found that could be forgotten. */
  #fullAt = NaN

  constructor({ max = DEFAULT_MAX }: RestsOptions = {}) {
    this.#max = max
  }

  get size(): number {
    return this.#rests.size
  }

  at(key: string, now: number): Rest {
    const rest = this.#rests.get(key)
    return rest && !isOver(rest, now) ? rest : NO_REST
  }

  set(key: string, rest: Rest): void {
    this.#rests.set(key, rest)
  }

  /** Whether a rest of the key could be remembered. Without room nothing may be started, for nothing would end its streak. */
  hasRoom(key: string, now: number): boolean {
    if (this.#rests.size < this.#max || this.#rests.has(key)) return true
    // Thousands may ask at one time: they do not each look at all rests in vain.
    if (this.#fullAt === now) return false
    for (const [other, rest] of this.#rests) if (isOver(rest, now)) this.#rests.delete(other)
    if (this.#rests.size < this.#max) return true
    this.#fullAt = now
    return false
  }
}

function isOver({ streak, notBefore }: Rest, now: number): boolean {
  return now - notBefore > (streak === 0 ? 0 : STREAK_MS)
}
