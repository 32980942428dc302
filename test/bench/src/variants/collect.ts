import type { MetricReader } from '@opentelemetry/sdk-metrics'
import { attributes, metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
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

function ours(connect: (registry: Registry) => MetricReader): Subject {
  const registry = new Registry({ scope: SCOPE, maxSeries: SERIES })
  const requests = registry.counter(metrics.cacheRequests)
  const series = labels.map(set => requests.with(set))
  const reader = connect(registry)
  return {
    prepare: () => {
      for (const one of series) one.add()
    },
    work: () => collect(reader),
  }
}

function byProducer(registry: Registry): MetricReader {
  const reader = new BenchReader([registry.producer()])
  createMeterProvider(reader)
  return reader
}

function byAttach(registry: Registry): MetricReader {
  const instrumentation = {
    instrumentationName: SCOPE.name,
    instrumentationVersion: '0',
    registry,
    enable() {},
    disable() {},
    setTracerProvider() {},
    setMeterProvider() {},
    setConfig() {},
    getConfig: () => ({}),
  }
  const domain = { name: SCOPE.name, instrumentation, rules: [], responses: [], actions: [], knobs: [], reclaimers: [] }
  const h = homeostat({
    runtime: false,
    cache: false,
    ioredis: false,
    bullmq: false,
    pg: false,
    domains: [domain],
    autoStart: false,
  })
  const reader = h.attach(new BenchReader())
  createMeterProvider(reader)
  return reader
}

function byMeter(registry: Registry): MetricReader {
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
