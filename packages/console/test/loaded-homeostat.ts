import type { LedgerEntry, RuleSource } from '@homeostat/optimizer'
import { SignalInstrumentation, type SignalInstrumentationConfig } from '@homeostat/signals'
import { homeostat, type Homeostat } from 'homeostat'
import type { ShownHomeostat } from '../src/shown-homeostat.ts'

const RULES = 25
const SERIES_OF_RULE = 20
/** Lines of the timeline that one tick adds. */
export const NEWS_OF_TICK = 100

class ManySeries extends SignalInstrumentation<SignalInstrumentationConfig> {
  constructor() {
    super('@shop/many', '1.0.0', {})
  }

  protected override activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

/** A Homeostat with five hundred series in charts, in whose ticks a hundred things happen. */
export interface LoadedHomeostat extends AsyncDisposable {
  readonly h: Homeostat
  readonly shown: ShownHomeostat
  tick(): Promise<void>
}

export async function loadedHomeostat(): Promise<LoadedHomeostat> {
  const instrumentation = new ManySeries()
  const levels = Array.from({ length: RULES }, (_, rule) =>
    Array.from({ length: SERIES_OF_RULE }, (_, series) =>
      instrumentation.registry
        .level({ name: `shop.load.${rule}`, kind: 'gauge', unit: '1', description: 'load', attributes: ['part'] })
        .with({ part: `part-${series}` }),
    ),
  )
  const rules = levels.map((_, rule): RuleSource => ({
    alert: `LoadOf${rule}High`,
    expr: `max by (part) (shop_load_${rule}) > 95`,
  }))
  const h = homeostat({
    service: 'loaded',
    autoStart: false,
    intervalMs: 100,
    log: false,
    environment: {},
    rules,
    domains: [{ name: 'many', instrumentation: instrumentation as never }],
  })
  for (const each of h.instrumentations) each.enable()
  const { optimizer } = h
  const shown: ShownHomeostat = {
    optimizer: {
      store: optimizer.store,
      rules: optimizer.rules,
      expressions: optimizer.expressions,
      trials: optimizer.trials,
      proofs: optimizer.proofs,
      killSwitch: optimizer.killSwitch,
      mode: optimizer.mode,
      ledger: optimizer.ledger,
      on: listener => optimizer.on(entry => listener(withNews(entry))),
    },
    report: () => h.report(),
    explain: id => h.explain(id),
    disable: by => h.disable(by),
    enable: () => h.enable(),
    release: (alert, action) => h.release(alert, action),
  }
  let ticks = 0
  return {
    h,
    shown,
    async tick() {
      ticks++
      for (const [rule, ofRule] of levels.entries())
        for (const [series, level] of ofRule.entries())
          level.set(50 + 40 * Math.sin((ticks + rule * 7 + series * 3) / 9))
      await h.optimizePerformance()
    },
    [Symbol.asyncDispose]: () => h.stop(),
  }
}

/** Twenty lines of each of five kinds. */
function withNews(entry: LedgerEntry): LedgerEntry {
  const twenty = <T>(make: (index: number) => T): T[] =>
    Array.from({ length: NEWS_OF_TICK / 5 }, (_, index) => make(index))
  const refusals = twenty(index => ({
    kind: 'refusal' as const,
    firing: { alert: `Alert${entry.id}x${index}`, labels: {}, annotations: {}, value: index, since: entry.now },
    reason: 'no response' as const,
    detail: '',
  }))
  return {
    ...entry,
    transitions: twenty(index => ({ alert: `Alert${entry.id}x${index}`, labels: {}, from: 'inactive', to: 'firing' })),
    refusals,
    refused: refusals,
    breaches: twenty(index => ({
      trial: `cache.warm#${index}`,
      action: 'cache.warm',
      arm: 'act',
      reason: 'p99 is 31 % higher',
    })),
    quarantined: twenty(index => ({
      alert: `Alert${index}`,
      action: 'cache.warm',
      until: entry.now + 60_000,
      reason: 'no effect',
    })),
    offers: twenty(index => ({
      alert: `Alert${index}`,
      action: 'cache.warm',
      mode: 'act',
      because: 'the effect is 31 %',
    })),
  }
}
