import type { LedgerEntry, RuleSource } from '@homeostat/optimizer'
import { SignalInstrumentation, type SignalInstrumentationConfig } from '@homeostat/signals'
import { homeostat, type Homeostat } from 'homeostat'
import type { ShownHomeostat, ShownReport } from '../src/shown-homeostat.ts'
import { shownShop } from './shown-shop.ts'

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

/** Trials that the console shows at most. */
const TRIALS = 200
export const ADVICE = 40
/** As many actions of a shop have a trial that was measured to its end before its trials, evidence and advice are repeated. */
const ACTIONS_MEASURED = 3
const MOST_TICKS_OF_SHOP = 5000

/** A Homeostat with five hundred series in charts, two hundred trials and forty pieces of advice, in whose ticks a hundred things happen. */
export interface LoadedHomeostat extends AsyncDisposable {
  readonly h: Homeostat
  readonly shown: ShownHomeostat
  tick(): Promise<void>
}

export async function loadedHomeostat(): Promise<LoadedHomeostat> {
  const found = await foundInShop()
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
      trials: Object.create(optimizer.trials, { all: { value: found.trials } }) as typeof optimizer.trials,
      proofs: optimizer.proofs,
      killSwitch: optimizer.killSwitch,
      mode: optimizer.mode,
      ledger: optimizer.ledger,
      on: listener => optimizer.on(entry => listener(withNews(entry, found))),
    },
    report: () => ({ ...h.report(), evidence: found.evidence, advice: found.advice }),
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

interface Found {
  readonly trials: readonly LedgerEntry['verdicts'][number][]
  readonly evidence: ShownReport['evidence']
  readonly advice: ShownReport['advice']
}

/** The trials, evidence and advice of a shop, repeated until the lists are full. */
async function foundInShop(): Promise<Found> {
  await using shop = await shownShop({ runtime: false, forecast: false })
  const measured = (): ReadonlySet<string> =>
    new Set(
      shop.h.optimizer.trials.all.flatMap(({ state, action, after }) =>
        state === 'judged' && after.length > 0 ? [action] : [],
      ),
    )
  // Its trials last a second by the clock.
  for (let tick = 0; tick < MOST_TICKS_OF_SHOP && measured().size < ACTIONS_MEASURED; tick++) {
    await shop.tick()
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  const { evidence, advice } = shop.h.report()
  const judged = shop.h.optimizer.trials.all.filter(trial => trial.state === 'judged')
  const many = <T>(some: readonly T[], count: number): T[] =>
    Array.from({ length: count }, (_, index) => some[index % some.length]!)
  return {
    trials: many(judged, TRIALS).map((trial, index) => ({ ...trial, id: `${trial.action}#${index}` })),
    evidence,
    advice: many(advice, ADVICE).map((piece, index) => ({ ...piece, what: `${piece.what} (${index})` })),
  }
}

/** Twenty lines of each of five kinds. */
function withNews(entry: LedgerEntry, { trials }: Found): LedgerEntry {
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
    verdicts: twenty(index => trials[index]!),
    advised: twenty(index => ({
      id: `query.optimize#${entry.id}x${index}`,
      action: 'query.optimize',
      alert: 'SlowQueries',
      labels: {},
      startedAt: entry.now,
      endedAt: entry.now,
      status: 'completed',
      summary: 'explained 3 statements',
      advice: [{ what: 'create an index on orders (customer_id)', why: 'it reads 1.2 million rows to return 20' }],
      problems: [],
    })),
  }
}
