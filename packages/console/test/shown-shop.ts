import type { Action, Knob, Response, RuleSource } from '@homeostat/optimizer'
import { createRandom } from '@homeostat/signals/random'
import { Registry, SignalInstrumentation, type SignalInstrumentationConfig } from '@homeostat/signals'
import { homeostat, type Homeostat, type HomeostatOptions } from 'homeostat'

/** A tick, in milliseconds: verdicts come in seconds and not in hours. */
const TICK_MS = 100

/** A number of the shop that goes bad from time to time, and recovers by itself, or sooner when something is done. */
interface Trouble {
  value: number
  readonly good: number
  readonly bad: number
  /** Ticks until it goes bad again. */
  next: number
  readonly everyTicks: number
  /** The share of the way back that one tick goes by itself. */
  readonly recovery: number
}

const gauge = (name: string, unit: string, attributes: readonly string[] = []) => ({
  name,
  kind: 'gauge' as const,
  unit,
  description: name,
  attributes,
})

class ShopInstrumentation extends SignalInstrumentation<SignalInstrumentationConfig> {
  constructor() {
    super('@shop/signals', '1.0.0', {})
  }

  protected override activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

/** A shop that is simulated, with a Homeostat that is real: its rules, actions, trials and verdicts are what they are elsewhere. */
export interface ShownShop extends AsyncDisposable {
  readonly h: Homeostat
  /** One tick of the shop and of the loop. */
  tick(): Promise<void>
  /** Many ticks, each in its time. */
  run(ticks: number): Promise<void>
}

/**
 * @param options - of the Homeostat, beside those of the shop
 * @param secret - put wherever an application can put one
 */
export async function shownShop(options: HomeostatOptions = {}, secret = 'none'): Promise<ShownShop> {
  const random = createRandom(7)
  const noise = (size: number): number => 1 + (random() - 0.5) * size
  const instrumentation = new ShopInstrumentation()
  const { registry } = instrumentation as unknown as { registry: Registry }
  const level = (name: string, unit: string, labels: Record<string, string> = {}) =>
    registry.level(gauge(name, unit, Object.keys(labels))).with(labels)

  const hitRatio: Trouble = { value: 0.93, good: 0.93, bad: 0.48, next: 30, everyTicks: 34, recovery: 0.1 }
  const backlog: Trouble = { value: 40, good: 40, bad: 900, next: 10, everyTicks: 30, recovery: 0.1 }
  const latency: Trouble = { value: 0.09, good: 0.09, bad: 0.42, next: 50, everyTicks: 40, recovery: 0.08 }
  const slow: Trouble = { value: 2, good: 2, bad: 46, next: 20, everyTicks: 300, recovery: 0.02 }
  const troubles = [hitRatio, backlog, latency, slow]
  let concurrency = 8

  const levels = {
    products: level('shop.cache.hit.ratio', '1', { 'cache.name': 'products' }),
    sessions: level('shop.cache.hit.ratio', '1', { 'cache.name': 'sessions' }),
    mails: level('shop.queue.waiting', '{job}', { 'queue.name': 'mails' }),
    reports: level('shop.queue.waiting', '{job}', { 'queue.name': 'reports' }),
    checkout: level('shop.request.p99', 's', { 'http.route': '/checkout' }),
    search: level('shop.request.p99', 's', { 'http.route': '/search' }),
    product: level('shop.request.p99', 's', { 'http.route': '/products/:id' }),
    slow: level('shop.statements.slow', '{statement}', { 'db.namespace': 'shop' }),
    pool: level('shop.pool.pending', '{request}', { 'pool.name': 'orders' }),
    memory: level('shop.memory.used', 'By'),
    cpu: level('shop.cpu.utilization', '1'),
    lag: level('shop.loop.lag', 's'),
  }

  const recover = (trouble: Trouble, factor: number): void => {
    trouble.value += (trouble.good - trouble.value) * factor
  }

  function live(): void {
    for (const trouble of troubles) {
      recover(trouble, trouble.recovery)
      if (--trouble.next > 0) continue
      trouble.value = trouble.bad * noise(0.15)
      trouble.next = Math.round(trouble.everyTicks * noise(0.3))
    }
    levels.products.set(Math.min(1, hitRatio.value * noise(0.03)))
    levels.sessions.set(0.97 * noise(0.02))
    levels.mails.set(Math.round(backlog.value * noise(0.1)))
    levels.reports.set(Math.round(12 * noise(0.6)))
    levels.checkout.set(latency.value * noise(0.2))
    levels.search.set(0.055 * noise(0.3))
    levels.product.set(0.021 * noise(0.3))
    levels.slow.set(Math.round(slow.value * noise(0.1)))
    levels.pool.set(random() > 0.9 ? 1 : 0)
    levels.memory.set(412e6 * noise(0.04))
    levels.cpu.set(Math.min(1, (0.42 + backlog.value / 4000) * noise(0.12)))
    levels.lag.set(0.011 * noise(0.5))
  }

  const rule = (alert: string, expr: string, summary: string): RuleSource => ({
    alert,
    expr,
    keepFiringFor: '300ms',
    labels: { severity: 'medium' },
    annotations: { summary },
  })
  const rules: RuleSource[] = [
    rule(
      'CacheHitRatioLow',
      'min by (cache_name) (shop_cache_hit_ratio) < 0.7',
      '{{ $value | humanizePercentage }} of the lookups in {{ $labels.cache_name }} are hits',
    ),
    rule(
      'QueueBacklog',
      'max by (queue_name) (shop_queue_waiting) > 500',
      '{{ $value | printf "%.0f" }} jobs wait in {{ $labels.queue_name }}',
    ),
    rule(
      'CheckoutSlow',
      'max by (http_route) (shop_request_p99) > 0.25',
      '{{ $labels.http_route }} takes {{ $value | humanizeDuration }} at the 99th percentile',
    ),
    rule(
      'SlowQueries',
      'max by (db_namespace) (shop_statements_slow) > 10',
      '{{ $value | printf "%.0f" }} slow statements in {{ $labels.db_namespace }} within a minute',
    ),
    rule('PoolExhausted', 'max by (pool_name) (shop_pool_pending) > 3', '{{ $value }} requests wait for a connection'),
    rule('SessionMemoryHigh', 'shop_memory_used > 900000000', '{{ $value | humanize1024 }}B are in use'),
    rule('ShopCpuSaturated', 'shop_cpu_utilization > 0.9', '{{ $value | humanizePercentage }} of the CPU is used'),
    rule('EventLoopLagHigh', 'shop_loop_lag > 0.1', 'callbacks wait {{ $value | humanizeDuration }}'),
  ]

  const action = (name: string, touches: string, run: Action['run'], more: Partial<Action> = {}): Action => ({
    name,
    scope: 'process',
    touches: [touches],
    raises: [],
    lowers: [],
    risk: 0,
    run,
    ...more,
  })
  const actions: Action[] = [
    action('cache.warm', 'cache', async () => {
      recover(hitRatio, 0.9)
      return { summary: 'loaded 500 keys into 1 cache', effects: { keys: 500 } }
    }),
    action('queue.defer', 'queue', async () => {
      recover(backlog, 0.7)
      return { summary: 'deferred 214 jobs that may wait', effects: { jobs: 214 } }
    }),
    action('gc.nudge', 'heap', async () => ({ summary: 'collected garbage once', effects: { runs: 1 } })),
    action('cache.trim', 'latency', async () => {
      latency.value *= 2.6
      return { summary: 'removed 12,000 entries', effects: { entries: 12_000 } }
    }),
    action(
      'query.optimize',
      'database',
      async () => ({
        summary: 'explained 3 statements',
        effects: { statements: 3 },
        advice: [
          {
            what: 'create an index on orders (customer_id, created_at)',
            why: 'SELECT orders reads 1.2 million rows to return 20, and takes 412 ms at the median',
            statement:
              'CREATE INDEX CONCURRENTLY orders_customer_id_created_at_idx\n  ON orders (customer_id, created_at);',
          },
        ],
      }),
      { kind: 'advice' },
    ),
    action('leaky.throw', 'leak', async () => {
      throw new Error(`the application knows ${secret}`)
    }),
  ]
  const knobs: Knob[] = [
    {
      name: 'worker.concurrency',
      scope: 'process',
      keptIn: 'memory',
      bounds: { min: 1, max: 32, step: 8, grain: 1 },
      touches: ['cpu'],
      read: () => concurrency,
      compareAndSet(expected, next) {
        if (concurrency !== expected) return false
        concurrency = next
        return true
      },
    },
    {
      name: 'replica.weight',
      scope: 'process',
      keptIn: 'memory',
      bounds: { min: 0, max: 1, step: 0.1 },
      read: () => 0.5,
      compareAndSet: () => false,
    },
  ]
  const respond = (alert: string, name: string, more: Partial<Response> = {}): Response => ({
    to: { alert },
    action: name,
    priority: 'efficiency',
    cooldownMs: 500,
    ...more,
  })
  const expects = (expr: string, direction: 'up' | 'down') => ({
    expect: { expr, direction, baselineMs: 1000, settleMs: 300, windowMs: 700 },
  })
  const responses: Response[] = [
    respond('CacheHitRatioLow', 'cache.warm', expects('min by (cache_name) (shop_cache_hit_ratio)', 'up')),
    respond('QueueBacklog', 'queue.defer', expects('max by (queue_name) (shop_queue_waiting)', 'down')),
    respond('QueueBacklog', 'worker.concurrency', {
      options: { by: 4 },
      maxMode: 'shadow',
      ...expects('max(shop_cpu_utilization)', 'down'),
    }),
    respond('CheckoutSlow', 'gc.nudge', expects('max by (http_route) (shop_request_p99)', 'down')),
    respond('CheckoutSlow', 'cache.trim', {
      cooldownMs: 4000,
      ...expects('max by (http_route) (shop_request_p99)', 'down'),
    }),
    respond('CheckoutSlow', 'leaky.throw', { cooldownMs: 60_000 }),
    respond('SlowQueries', 'query.optimize', { cooldownMs: 20_000 }),
  ]

  const h = homeostat({
    service: 'shop',
    mode: 'act',
    autoStart: false,
    intervalMs: TICK_MS,
    warmUpMs: 0,
    log: false,
    killSignal: false,
    watchdog: false,
    environment: {},
    bullmq: false,
    cache: false,
    ioredis: false,
    pg: false,
    budget: { runsPerHour: 10_000, runsPerHourOfAction: 1000, concurrentRuns: 4, blockedMsPerMinute: 10_000 },
    rules,
    responses,
    actions,
    knobs,
    domains: [{ name: 'shop', instrumentation: instrumentation as never }],
    ...options,
  })
  for (const each of h.instrumentations) each.enable()
  const tick = async (): Promise<void> => {
    live()
    await h.optimizePerformance()
  }
  return {
    h,
    tick,
    async run(ticks) {
      const began = performance.now()
      for (let done = 1; done <= ticks; done++) {
        await tick()
        const aheadMs = began + done * TICK_MS - performance.now()
        if (aheadMs > 0) await new Promise(resolve => setTimeout(resolve, aheadMs))
      }
    },
    [Symbol.asyncDispose]: () => h.stop(),
  }
}
