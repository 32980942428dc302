import { randomBytes } from 'node:crypto'

/** Names this process in what others get of its moments: those of another process have another order. */
export const ISSUER: string = randomBytes(8).toString('hex')

let last = 0

/**
 * The order of what happens in this process: an end of a statement, a question to a server. A larger number is later. Unlike a
 * clock it never gives two events the same place, and a suspended machine does not confuse it.
 */
export function nextMoment(): number {
  return ++last
}
