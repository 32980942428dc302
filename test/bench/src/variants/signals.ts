import { attributes, metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import type { Subject, Work } from '../measurement.ts'
import { measureAll, readTask } from '../measurement.ts'
import { createMeterProvider } from './metrics-sdk.ts'

const SCOPE = { name: 'bench' }
const LABELS = { [attributes.cacheName]: 'redis', [attributes.cacheResult]: 'hit' }

/** Durations in seconds around the bounds of a query's histogram, so that the search for a bucket has work to do. */
const VALUES = Float64Array.from({ length: 1024 }, (_, i) => (((i * 37) % 1024) / 1024) ** 3 * 0.2)

/** Keeps the loops of `bare` from being removed as unused. */
let sink = 0

type Works = Record<string, Work>

function bare(): Works {
  const sum: Work = operations => {
    let total = 0
    for (let i = 0; i < operations; i++) total += VALUES[i & 1023]!
    sink += total
  }
  return {
    increment: operations => {
      let n = 0
      for (let i = 0; i < operations; i++) n += 1
      sink += n
    },
    record: sum,
    set: sum,
  }
}

function ours(registry: Registry): Works {
  const counter = registry.counter(metrics.cacheRequests).with(LABELS)
  const histogram = registry.histogram(metrics.dbOperationDuration).with(LABELS)
  const level = registry.level(metrics.cacheEntries).with(LABELS)
  return {
    increment: operations => {
      for (let i = 0; i < operations; i++) counter.add()
    },
    record: operations => {
      for (let i = 0; i < operations; i++) histogram.record(VALUES[i & 1023]!)
    },
    set: operations => {
      for (let i = 0; i < operations; i++) level.set(VALUES[i & 1023]!)
    },
  }
}

function oursByProducer(): Works {
  const registry = new Registry({ scope: SCOPE })
  registry.producer()
  return ours(registry)
}

function oursByMeter(): Works {
  const registry = new Registry({ scope: SCOPE })
  registry.bindMeterProvider(createMeterProvider())
  return ours(registry)
}

function sdk(): Works {
  const meter = createMeterProvider().getMeter(SCOPE.name)
  const { buckets = [] } = metrics.dbOperationDuration
  const counter = meter.createCounter(metrics.cacheRequests.name)
  const advice = { explicitBucketBoundaries: [...buckets] }
  const histogram = meter.createHistogram(metrics.dbOperationDuration.name, { advice })
  const gauge = meter.createGauge(metrics.cacheEntries.name)
  return {
    increment: operations => {
      for (let i = 0; i < operations; i++) counter.add(1, LABELS)
    },
    record: operations => {
      for (let i = 0; i < operations; i++) histogram.record(VALUES[i & 1023]!, LABELS)
    },
    set: operations => {
      for (let i = 0; i < operations; i++) gauge.record(VALUES[i & 1023]!, LABELS)
    },
  }
}

const variants: Record<string, () => Works> = { bare, ours: oursByProducer, 'ours-meter': oursByMeter, sdk }

const task = readTask()
const works = variants[task.variant]!()
await measureAll(task, (path): Subject => ({ work: works[path]!, countBytes: true }))
