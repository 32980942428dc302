import { DEFAULT_COOLDOWN_MS } from './response.ts'
import type { Response } from './response.ts'

/** Bounds what is remembered; forgetting costs an episode that comes early. */
const MAX_REMEMBERED = 1000

/** When the firings that may not be acted on were last watched instead: as often as they would be acted on. */
export class Shadows {
  readonly #lastAt = new Map<string, number>()

  /** Whether it is time to watch once more; notes that it is done. */
  isDue(key: string, { cooldownMs = DEFAULT_COOLDOWN_MS }: Response, now: number): boolean {
    if (now - (this.#lastAt.get(key) ?? -Infinity) < cooldownMs) return false
    if (this.#lastAt.size >= MAX_REMEMBERED) this.#lastAt.clear()
    this.#lastAt.set(key, now)
    return true
  }
}
