import { fnv1a } from '../fnv1a.ts'
import type { Arm } from '../episode.ts'

/**
 * The arm of one unit (a key, request, route, fingerprint or job id) in a split inside the process: half of all units each,
 * the same answer for the same id and salt in every process. Nothing is kept and the id goes nowhere.
 *
 * FNV-1a, then MurmurHash3's finalizer (https://github.com/aappleby/smhasher): FNV's own low bits follow the last character.
 *
 * @param salt of the split. A new one for each block of time deals the units anew, so that no arm keeps the hot keys.
 * @example
 * ```ts
 * if (bucketOf(key, `${trial}:${block}`) === 'act') warm(key)
 * ```
 */
export function bucketOf(id: string, salt: string): Arm {
  let hash = fnv1a(`${salt}\u0000${id}`)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) & 1) === 0 ? 'act' : 'control'
}
