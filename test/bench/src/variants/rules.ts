import { compile, createRules, createStore, type SeriesHandle } from '@homeostat/promql'
import type { Subject } from '../measurement.ts'
import { measureAll, readTask } from '../measurement.ts'
import { BenchReader, createMeterProvider } from './metrics-sdk.ts'

const METRICS = 100
const SERVICES = 10
const ROUTES = 10
const INTERVAL_MS = 5000
const WINDOW_MS = 60_000
const TICKS_IN_WINDOW = WINDOW_MS / INTERVAL_MS

interface SeriesLabels {
  readonly metric: string
  readonly service: string
  readonly route: string
}

/** 10,000 series: 100 metrics of 10 services with 10 routes each. */
const series: readonly SeriesLabels[] = Array.from({ length: METRICS * SERVICES * ROUTES }, (_, i) => ({
  metric: `requests_${Math.floor(i / (SERVICES * ROUTES))}_total`,
  service: `service-${Math.floor(i / ROUTES) % SERVICES}`,
  route: `/route/${i % ROUTES}`,
}))

/** 1,000 rules of three kinds, each over the ten routes of one service; none of them ever fires. */
const rules = Array.from({ length: METRICS * SERVICES }, (_, i) => {
  const selector = `requests_${Math.floor(i / SERVICES)}_total{service="service-${i % SERVICES}"}`
  const kinds = [
    `sum by (route) (rate(${selector}[1m])) > 1e9`,
    `max_over_time(${selector}[1m]) > 1e12`,
    `sum(increase(${selector}[1m])) / count(${selector}) > 1e9`,
  ]
  return { alert: `Rule${i}`, expr: kinds[i % kinds.length] ?? '', for: '30s' }
})

/** Keeps loops from being removed as unused. */
let sink = 0

function bare(): Subject {
  const values = new Float64Array(series.length)
  return {
    prepare: () => {
      for (let i = 0; i < values.length; i++) values[i]! += 1
    },
    work: operations => {
      for (let operation = 0; operation < operations; operation++) {
        for (let i = 0; i < values.length; i++) sink += values[i]!
      }
    },
  }
}

function ours(): Subject {
  const store = createStore({ intervalMs: INTERVAL_MS })
  const loaded = createRules(rules, store)
  if (loaded.rejected.length > 0) throw loaded.rejected[0]
  const handles: SeriesHandle[] = series.map(({ metric, ...labels }) => store.series({ name: metric, labels }))
  let now = 0
  const prepare = (): void => {
    now += INTERVAL_MS
    handles.forEach((handle, i) => handle.append(now, (now / INTERVAL_MS) * (i % 7)))
  }
  for (let tick = 0; tick < 4 * TICKS_IN_WINDOW; tick++) prepare()
  // A rule that finds nothing would be cheap.
  const found = compile(rules[0]!.expr.replace('1e9', '-1')).evaluate(store, now)
  if (found.type !== 'vector' || found.samples.length !== ROUTES) throw new Error('the rules find too few series')
  return {
    prepare,
    work: operations => {
      for (let operation = 0; operation < operations; operation++) {
        const { alerts, errors } = loaded.evaluate(now)
        sink += alerts.length
        if (errors.length > 0) throw errors[0]
      }
    },
    countBytes: true,
  }
}

/** What a rule engine without an index does: every rule asks every series whether it is meant, then sums up the window. */
function naive(): Subject {
  const stored = series.map(({ metric, ...labels }) => ({
    labels: new Map(Object.entries({ __name__: metric, ...labels })),
    values: new Float64Array(TICKS_IN_WINDOW),
  }))
  const matchers = rules.map((_, i) => [
    { label: '__name__', test: (text: string) => text === `requests_${Math.floor(i / SERVICES)}_total` },
    { label: 'service', test: (text: string) => text === `service-${i % SERVICES}` },
  ])
  let tick = 0
  return {
    prepare: () => {
      tick += 1
      stored.forEach(({ values }, i) => (values[tick % TICKS_IN_WINDOW] = tick * (i % 7)))
    },
    work: operations => {
      for (let operation = 0; operation < operations; operation++) {
        for (const wanted of matchers) {
          for (const { labels, values } of stored) {
            if (!wanted.every(({ label, test }) => test(labels.get(label) ?? ''))) continue
            for (const value of values) sink += value
          }
        }
      }
    },
  }
}

function sdkCollect(): Subject {
  const reader = new BenchReader()
  const meter = createMeterProvider(reader).getMeter('bench')
  const counters = new Map(series.map(({ metric }) => [metric, meter.createCounter(metric)]))
  return {
    prepare: () => {
      for (const { metric, ...labels } of series) counters.get(metric)!.add(1, labels)
    },
    work: async () => {
      const { resourceMetrics } = await reader.collect()
      const [own] = resourceMetrics.scopeMetrics
      const points = own?.metrics.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0) ?? 0
      if (points !== series.length) throw new Error(`collected ${points} points of ${series.length}`)
    },
  }
}

const variants: Record<string, (path: string) => Subject> = {
  bare,
  ours,
  peer: path => (path === 'scan' ? naive() : sdkCollect()),
}

const task = readTask()
await measureAll(task, path => variants[task.variant]!(path))
