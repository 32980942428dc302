import type { ActionContext } from '@homeostat/optimizer'
import { fieldOf } from '@homeostat/signals/options'
import type { Division, Half, KeyGroup } from '../signals/divided-lookups.ts'
import type { CacheLoader } from './cache-loader.ts'

type Split = NonNullable<ActionContext['split']>
type Blocks = NonNullable<ActionContext['blocks']>

/** Deals the keys of one cache for a trial that warms half of them. */
export class KeyDeal {
  readonly #split: Split
  readonly #keys = new Map<string, Half>()
  /** What is to be counted of the keys that have been dealt. */
  readonly division: Division
  #dealt = 0

  constructor(cache: string, split: Split, { count, ms, until }: Blocks) {
    this.#split = split
    // The blocks may begin in the middle of one and end late, and no group may be shown twice.
    const groups = Array.from({ length: count + 2 }, (): KeyGroup => ({ act: nothing(), control: nothing() }))
    this.division = { cache, groups, keys: this.#keys, blockMs: ms, until }
  }

  /** Whether a key is to be warmed. The most wanted keys come first: in turns they make groups that are alike. */
  isWarmed({ client }: CacheLoader, key: string): boolean {
    const { groups } = this.division
    const arm = this.#split(key)
    this.#keys.set(prefixOf(client) + key, groups[this.#dealt++ % groups.length]![arm])
    return arm === 'act'
  }
}

function nothing(): Half {
  return { lookups: 0, hits: 0 }
}

/** Commands carry keys with the prefix of their client. */
function prefixOf(client: object): string {
  const prefix = fieldOf(fieldOf(client, 'options'), 'keyPrefix')
  return typeof prefix === 'string' || Buffer.isBuffer(prefix) ? prefix.toString() : ''
}
