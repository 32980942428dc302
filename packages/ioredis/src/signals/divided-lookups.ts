import type { LevelSeries, Registry } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'
import type { LookupShape } from './lookup-commands.ts'

const ARMS = ['act', 'control'] as const

/** The lookups of one half of a group of keys. */
export interface Half {
  lookups: number
  hits: number
}

/** Keys that one block of a trial compares: those that were warmed, and those that were left alone. */
export type KeyGroup = Readonly<Record<(typeof ARMS)[number], Half>>

/** What a trial divides: keys of one cache, as they are on the wire. */
export interface Division {
  /** The cache, as `homeostat.cache.name` says it. */
  readonly cache: string
  /** One for each block of the trial. */
  readonly groups: readonly KeyGroup[]
  /** The half of a group that a key belongs to. */
  readonly keys: ReadonlyMap<string, Half>
  readonly blockMs: number
  /** When the last block ends, in milliseconds since the epoch. */
  readonly until: number
}

/** A division and its series. */
interface Shown {
  readonly division: Division
  readonly series: readonly {
    readonly arm: (typeof ARMS)[number]
    readonly lookups: LevelSeries
    readonly hits: LevelSeries
  }[]
}

/**
 * Counts the lookups of keys that a trial has divided, apart for those that were warmed and those that were left alone. A key that was warmed
 * stays warm, so the keys are dealt once and every block of time shows a group of its own: each block is a draw of its own.
 */
export class DividedLookups implements Disposable {
  readonly #registry: Registry
  readonly #observer: Disposable
  #shown: readonly Shown[] = []

  constructor(registry: Registry) {
    this.#registry = registry
    this.#observer = registry.observe(now => this.#show(now))
  }

  /** Counts these from now on, in place of those of an earlier trial. */
  begin(divisions: readonly Division[]): void {
    for (const shown of this.#shown) remove(shown)
    this.#shown = divisions.map(division => ({ division, series: this.#seriesOf(division) }))
  }

  /** Counts a lookup of a cache; a command on several keys counts for each of them. Allocates nothing. */
  count(cache: string, shape: LookupShape, args: readonly unknown[], reply: unknown): void {
    const shown = this.#shown
    for (let index = 0; index < shown.length; index++) {
      const { division } = shown[index]!
      if (division.cache === cache) countIn(division.keys, shape, args, reply)
    }
  }

  [Symbol.dispose](): void {
    this.#observer[Symbol.dispose]()
    this.begin([])
  }

  #seriesOf({ cache }: Division): Shown['series'] {
    return ARMS.map(arm => {
      const labels = { [attributes.cacheName]: cache, [attributes.trialArm]: arm }
      return {
        arm,
        lookups: this.#registry.level(metrics.cacheTrialLookups).with(labels),
        hits: this.#registry.level(metrics.cacheTrialHits).with(labels),
      }
    })
  }

  #show(now: number): void {
    if (this.#shown.length === 0) return
    // The trial is judged at the first tick after its last block.
    const isOver = ({ division: { until, blockMs } }: Shown): boolean => now >= until + blockMs
    for (const shown of this.#shown) {
      if (isOver(shown)) remove(shown)
      else show(shown, now)
    }
    if (this.#shown.some(isOver)) this.#shown = this.#shown.filter(shown => !isOver(shown))
  }
}

function show({ division: { groups, blockMs }, series }: Shown, now: number): void {
  const group = groups[Math.floor(now / blockMs) % groups.length]!
  // One half alone compares nothing.
  const isComparable = group.act.lookups > 0 && group.control.lookups > 0
  for (const { arm, lookups, hits } of series) {
    if (isComparable) {
      lookups.set(group[arm].lookups)
      hits.set(group[arm].hits)
    } else {
      lookups.clear()
      hits.clear()
    }
  }
}

function remove({ series }: Shown): void {
  for (const { lookups, hits } of series) {
    lookups.remove()
    hits.remove()
  }
}

/** Loaders make values, so that only commands on values meet these keys. */
function countIn(keys: Division['keys'], shape: LookupShape, args: readonly unknown[], reply: unknown): void {
  if (shape === 'value') add(keys, args[0], reply !== null)
  else if (shape === 'values' && Array.isArray(reply))
    for (let index = 0; index < reply.length; index++) add(keys, args[index], reply[index] !== null)
}

function add(keys: Division['keys'], key: unknown, isHit: boolean): void {
  const half = typeof key === 'string' ? keys.get(key) : undefined
  if (half === undefined) return
  half.lookups++
  if (isHit) half.hits++
}
