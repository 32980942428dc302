import { counted } from '@homeostat/signals'
import { attributes, promName } from '@homeostat/semconv'
import type { Action, Receipt } from '@homeostat/optimizer'
import type { Division } from '../signals/divided-lookups.ts'
import type { CacheLoader } from './cache-loader.ts'
import { KeyDeal } from './key-deal.ts'
import { SingleFlight } from './single-flight.ts'
import type { Warmed, WarmingTally } from './warming.ts'
import { warm } from './warming.ts'

export interface CacheWarmOptions {
  /** Read at each run. */
  readonly loaders: Iterable<CacheLoader>
  /** The cache of a loader that names none. @default 'redis' */
  readonly defaultCache?: string
  /** Milliseconds of a clock that only goes forward, for the rate. @default performance.now */
  readonly clock?: () => number
  /** For the spread of lifetimes. @default Math.random */
  readonly random?: () => number
  /** Receives the keys that a trial has divided, once half of them are warmed. @default no trial divides them */
  readonly onDivided?: (divisions: readonly Division[]) => void
}

// As the alert carries it: PromQL labels have no dots.
const CACHE_LABEL = promName(attributes.cacheName)

/**
 * The action `cache.warm`: loads what a cold cache lacks through the application's own loaders, with a bounded rate, and
 * never overwrites an entry. In a trial half of the keys are left alone, and the hit ratios of both halves are compared.
 *
 * The alert's label `homeostat_cache_name` chooses the loaders of that cache; without it all run. The receipt counts keys
 * and holds none of them.
 */
export function createCacheWarm(options: CacheWarmOptions): Action {
  const { loaders, defaultCache = 'redis', clock = () => performance.now(), random = Math.random, onDivided } = options
  const flightsOf = new WeakMap<CacheLoader, SingleFlight<Warmed>>()

  const flights = (loader: CacheLoader): SingleFlight<Warmed> => {
    const known = flightsOf.get(loader)
    if (known !== undefined) return known
    const created = new SingleFlight<Warmed>()
    flightsOf.set(loader, created)
    return created
  }

  return {
    name: 'cache.warm',
    scope: 'shared',
    touches: ['cache'],
    raises: ['database'],
    lowers: ['latency'],
    risk: 1,
    async run({ firing, signal, split, blocks }): Promise<Receipt> {
      const cache = firing.labels[CACHE_LABEL]
      const chosen = [...loaders].filter(loader => cache === undefined || (loader.cache ?? defaultCache) === cache)
      if (chosen.length === 0) return nothingToRun(cache)
      const deals = new Map<string, KeyDeal>()
      const dealOf = (loader: CacheLoader): KeyDeal | undefined => {
        if (onDivided === undefined || split === undefined || blocks === undefined) return undefined
        const name = loader.cache ?? defaultCache
        const deal = deals.get(name) ?? new KeyDeal(name, split, blocks)
        deals.set(name, deal)
        return deal
      }
      const startedAt = clock()
      const tallies = await Promise.all(
        chosen.map(async loader => {
          const deal = dealOf(loader)
          const isWarmed = deal && ((key: string) => deal.isWarmed(loader, key))
          const context = { signal, flights: flights(loader), clock, random, ...(isWarmed && { isWarmed }) }
          return { loader, tally: await warm(loader, context) }
        }),
      )
      // Only now: before, a key of the warmed half may have been as cold as the others.
      onDivided?.([...deals.values()].map(({ division }) => division))
      return receipt(tallies, clock() - startedAt, signal.aborted)
    },
  }
}

function nothingToRun(cache: string | undefined): Receipt {
  return {
    summary: `no loader is registered for ${cache === undefined ? 'any cache' : `the cache '${cache}'`}; add one with register({ name, client, keys, load, ttlSeconds })`,
    effects: { loaded: 0, skipped: 0, missing: 0, failed: 0 },
  }
}

function receipt(
  tallies: readonly { readonly loader: CacheLoader; readonly tally: WarmingTally }[],
  elapsedMs: number,
  aborted: boolean,
): Receipt {
  const total = (outcome: Warmed | 'heldOut'): number => tallies.reduce((sum, { tally }) => sum + tally[outcome], 0)
  const effects = {
    loaded: total('loaded'),
    skipped: total('skipped'),
    missing: total('missing'),
    failed: total('failed'),
  }
  const heldOut = total('heldOut')
  const problems = tallies
    .filter(({ tally }) => tally.failed > 0)
    .map(({ loader, tally }) => `${loader.name}: ${tally.failed} failed (${tally.errors.join(', ')})`)
  const by = tallies.length === 1 ? `the loader ${tallies[0]?.loader.name}` : `${tallies.length} loaders`
  const others = (['skipped', 'missing', 'failed'] as const).filter(outcome => effects[outcome] > 0)
  return {
    summary: [
      `loaded ${counted(effects.loaded, 'key')} by ${by} in ${(elapsedMs / 1000).toFixed(1)} s`,
      ...others.map(outcome => `${effects[outcome]} ${WORDS[outcome]}`),
      ...(heldOut > 0 ? [`${heldOut} left alone to compare`] : []),
      ...(aborted ? ['stopped early'] : []),
    ].join(', '),
    effects: heldOut > 0 ? { ...effects, heldOut } : effects,
    ...(problems.length > 0 ? { problems } : undefined),
  }
}

const WORDS = { skipped: 'already there', missing: 'without a value', failed: 'failed' } as const
