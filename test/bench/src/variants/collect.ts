import type { MetricReader } from '@opentelemetry/sdk-metrics'
import { attributes, metrics } from '@homeostat/semconv'
import { SignalInstrumentation } from '@homeostat/signals'
import { homeostat } from 'homeostat'
import type { Subject } from '../measurement.ts'
import { measureAll, readTask } from '../measurement.ts'
import { BenchReader, createMeterProvider } from './metrics-sdk.ts'

const SERIES = 10_000
const SCOPE = { name: 'bench' }

const labels = Array.from({ length: SERIES }, (_, i) => ({
  [attributes.cacheName]: `cache-${i >> 1}`,
  [attributes.cacheResult]: i % 2 === 0 ? 'hit' : 'miss',
}))

/** Keeps the loop of `bare` from being removed as unused. */
let sink = 0

function bare(): Subject {
  const values = new Float64Array(SERIES)
  return {
    prepare: () => {
      for (let i = 0; i < SERIES; i++) values[i]! += 1
    },
    work: () => {
      let total = 0
      for (let i = 0; i < SERIES; i++) total += values[i]!
      sink += total
    },
  }
}

/** Collects with the reader; a collection that did not bring all series would be a cheap one. */
async function collect(reader: MetricReader): Promise<void> {
  const { resourceMetrics } = await reader.collect()
  const own = resourceMetrics.scopeMetrics.find(({ scope }) => scope.name === SCOPE.name)
  const points = own?.metrics[0]?.dataPoints.length ?? 0
  if (points !== SERIES) throw new Error(`collected ${points} points of ${SERIES}`)
}

/** A registry as a package of the user's own would bring it. */
class BenchInstrumentation extends SignalInstrumentation<{ maxSeries: number }> {
  constructor() {
    super(SCOPE.name, '0.0.0', { maxSeries: SERIES })
  }

  protected override activate(): Disposable {
    return { [Symbol.dispose]() {} }
  }
}

function ours(connect: (instrumentation: BenchInstrumentation) => MetricReader): Subject {
  const instrumentation = new BenchInstrumentation()
  const requests = instrumentation.registry.counter(metrics.cacheRequests)
  const series = labels.map(set => requests.with(set))
  const reader = connect(instrumentation)
  return {
    prepare: () => {
      for (const one of series) one.add()
    },
    work: () => collect(reader),
  }
}

function byProducer({ registry }: BenchInstrumentation): MetricReader {
  const reader = new BenchReader([registry.producer()])
  createMeterProvider(reader)
  return reader
}

function byAttach(instrumentation: BenchInstrumentation): MetricReader {
  const domain = { name: 'bench', instrumentation, rules: [], responses: [], actions: [], knobs: [], reclaimers: [] }
  const none = { runtime: false, cache: false, ioredis: false, bullmq: false, pg: false, http: false } as const
  const reader = homeostat({ ...none, domains: [domain], autoStart: false }).attach(new BenchReader())
  createMeterProvider(reader)
  return reader
}

function byMeter({ registry }: BenchInstrumentation): MetricReader {
  const reader = new BenchReader()
  registry.bindMeterProvider(createMeterProvider(reader))
  return reader
}

function sdk(): Subject {
  const reader = new BenchReader()
  const counter = createMeterProvider(reader).getMeter(SCOPE.name).createCounter(metrics.cacheRequests.name)
  return {
    prepare: () => {
      for (const set of labels) counter.add(1, set)
    },
    work: () => collect(reader),
  }
}

const variants: Record<string, () => Subject> = {
  bare,
  ours: () => ours(byProducer),
  'ours-attach': () => ours(byAttach),
  'ours-meter': () => ours(byMeter),
  sdk,
}

const task = readTask()
const subject = variants[task.variant]!()
await measureAll(task, () => subject)
