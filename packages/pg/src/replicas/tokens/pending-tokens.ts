import { BoundedMap } from '@homeostat/signals'
import { ISSUER, nextMoment } from '../positions/moments.ts'
import type { ReadToken } from './read-token.ts'

const MAX_SEEN = 10_000

/**
 * When this process knows that everything has happened for which a pending token stands: when it made the token, or has first seen one of
 * another process. A client presents the same one again and again; its position is known from the first poll after that on.
 */
export class PendingTokens {
  readonly #seen = new BoundedMap<string, number>(MAX_SEEN)

  momentOf({ issuer, moment }: Extract<ReadToken, { readonly kind: 'pending' }>): number {
    const now = nextMoment()
    if (issuer === ISSUER) return Math.min(moment, now)
    const key = `${issuer} ${moment}`
    const seen = this.#seen.get(key) ?? now
    if (seen === now) this.#seen.set(key, now)
    return seen
  }
}
