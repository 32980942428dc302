import type { Action } from '@homeostat/optimizer'
import { createNoise } from '@homeostat/lab/scenarios'
import { responses, rules } from '@homeostat/runtime/domain'
import { attributes, metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import type { ServiceKind, ServiceOptions, SimulatedService } from './simulated-service.ts'
import type { Habits } from './swing.ts'
import { loadAt } from './swing.ts'

const HABITS: Habits = { base: 0.45, day: 0.1, limit: 0.8, peaks: [0.82, 0.98] }
const NOISE = { deviation: 0.015, autocorrelation: 0.7 }
/** Shares of what is used that can be cleaned up, and that caches hold. */
const GARBAGE = 0.12
const CACHED = 0.15
/** What `cache.resize` leaves of the caches. */
const RESIZED = 0.7
/** How long garbage and caches take to grow back, to a part of 1/e. */
const GROWS_BACK_MS = { garbage: 600_000, caches: 300_000 }
const LOOKUPS_A_SECOND = 100
/** Misses as a share of all lookups: with whole caches, and how many more with halved ones. */
const MISSES = { whole: 0.1, more: 0.1 }

/** Memory of a process with garbage that can be cleaned up and caches that can be made smaller. */
export const memoryService: ServiceKind = {
  name: 'memory',
  target: 'memory',
  habits: HABITS,
  rules: rules.filter(({ alert }) => alert === 'MemoryPressure'),
  responses: responses.filter(({ to }) => to.alert === 'MemoryPressure'),
  create: options => new MemoryService(options),
}

class MemoryService implements SimulatedService {
  readonly registry: Registry
  readonly actions: readonly Action[]
  readonly #options: ServiceOptions
  readonly #noise: () => number
  readonly #show: (utilization: number) => void
  #isResized = false
  /** How full of garbage, and how full the caches are: 1 as usual. */
  #garbage = 1
  #caches = 1

  constructor(options: ServiceOptions) {
    const { clock, random, intervalMs } = options
    this.#options = options
    this.#noise = createNoise(random, NOISE.autocorrelation)
    this.registry = new Registry({ scope: { name: 'service' }, clock })
    const level = this.registry.level(metrics.memoryUtilization).with({ [attributes.memoryArea]: 'process' })
    const lookups = this.registry.counter(metrics.cacheRequests)
    const [hit, miss] = ['hit', 'miss'].map(result =>
      lookups.with({ [attributes.cacheName]: 'answers', [attributes.cacheResult]: result }),
    )
    this.#show = utilization => {
      const misses = MISSES.whole + 2 * MISSES.more * (1 - this.#caches)
      const made = (LOOKUPS_A_SECOND * intervalMs) / 1000
      level.set(utilization)
      hit!.add(made * (1 - misses))
      miss!.add(made * misses)
    }
    const common = { scope: 'process', lowers: ['memory'] } as const
    this.actions = [
      { ...common, name: 'memory.cleanup', touches: ['memory'], raises: ['cpu'], risk: 0, run: () => this.#cleanUp() },
      {
        ...common,
        name: 'cache.resize',
        touches: ['cache', 'memory'],
        raises: ['database'],
        risk: 1,
        run: () => this.#resize(),
      },
    ]
  }

  advance(elapsedMs: number): number {
    const { swings, intervalMs } = this.#options
    const growth = (tauMs: number): number => 1 - Math.exp(-intervalMs / tauMs)
    this.#garbage += (1 - this.#garbage) * growth(GROWS_BACK_MS.garbage)
    if (!this.#isResized) this.#caches += (1 - this.#caches) * growth(GROWS_BACK_MS.caches)
    const load = loadAt(HABITS, swings, elapsedMs) * Math.exp(NOISE.deviation * this.#noise())
    const utilization = Math.min(1, load * (1 - GARBAGE * (1 - this.#garbage) - CACHED * (1 - this.#caches)))
    this.#show(utilization)
    return utilization
  }

  async #cleanUp(): ReturnType<Action['run']> {
    const freed = Math.round(1000 * GARBAGE * this.#garbage)
    this.#garbage = 0
    return { summary: `freed ${freed} thousandths`, effects: { freed } }
  }

  async #resize(): ReturnType<Action['run']> {
    this.#isResized = true
    this.#caches = Math.min(this.#caches, RESIZED)
    return {
      summary: 'made the caches smaller',
      effects: { changed: 1 },
      undo: async () => {
        this.#isResized = false
        return { result: 'restored' }
      },
    }
  }
}
