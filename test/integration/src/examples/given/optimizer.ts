import { createRedisCoordinator, type RedisCoordinator } from '@homeostat/ioredis/domain'
import { KillSwitch, Knobs, type Action, type Knob, type Receipt, type ResponseGuard } from '@homeostat/optimizer'
import type { FleetLease } from '@homeostat/optimizer/engines'
import { createQuietWindows, type AlertInputs } from '@homeostat/optimizer/parts'
import { createStore, type RuleSource, type Store } from '@homeostat/promql'
import { Faults, Registry } from '@homeostat/signals'
import { redis } from './servers.ts'
import { concurrencyKnob, crawler } from './shop.ts'

/** The signals of the shop. */
export const mySignals: Registry = new Registry({ scope: { name: 'shop', version: '1.0.0' } })

export const sources: readonly RuleSource[] = [{ alert: 'SessionsHigh', expr: 'max(sessions_open) > 1000' }]

export const rules: readonly RuleSource[] = sources

export const store: Store = createStore({ intervalMs: 5_000 })

/** Nothing is known about alerts beyond the samples of their rules. */
export const inputs: AlertInputs = { *prepare() {}, hasInputs: () => true, isClear: () => true }

export const coordinator: RedisCoordinator = createRedisCoordinator({
  client: redis,
  service: `examples-${process.pid}`,
})

export const action: Action = {
  name: 'queue.drain',
  scope: 'shared',
  touches: ['queue'],
  raises: [],
  lowers: ['queue'],
  risk: 1,
  run: async () => receipt,
}

export const receipt: Receipt = { summary: 'moved 12 jobs', effects: { jobs: 12 } }

export async function run(_action: Action, _lease: FleetLease | undefined): Promise<Receipt> {
  return receipt
}

export async function trimSessions(_: { readonly signal: AbortSignal }): Promise<number> {
  return 12
}

export const concurrency: Knob = {
  ...concurrencyKnob('crawler.concurrency', crawler),
  touches: ['queue'],
  lowers: ['cpu', 'memory'],
}

export const cacheLimit: Knob = { ...concurrency, touches: ['cache'], lowers: ['memory'] }

export const knobs: Knobs = new Knobs({ knobs: [concurrency], service: 'shop', clock: Date.now })

/** SQL that sets a value if it is still the expected one. */
export const UPDATE = 'update settings set value = $2 where value = $1 returning value'

export const guard: ResponseGuard = {
  expr: 'histogram_quantile(0.99, rate(checkout_duration_bucket[1m]))',
  notWorseThan: 0.1,
}

export const quiet: ReturnType<typeof createQuietWindows> = createQuietWindows(guard)

export const value = 0.2

export const requestsPerSecond = 50

export const trialOpen = false

export async function undo(_reason: string): Promise<void> {}

export const killSwitch: KillSwitch = new KillSwitch({})

export const faults: Faults = new Faults(mySignals)

export const forecasts: object = {}
