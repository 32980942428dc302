import { createHook } from 'node:async_hooks'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { homeostat, type Homeostat } from 'homeostat'

/** What a preload of an application leaves in each process and thread for the test to look at. */
export interface Preloaded {
  readonly homeostat: Homeostat
  /** Kinds of what `homeostat()` started: timers, threads, signal listeners, watched files. */
  readonly started: readonly string[]
  /** Ticks so far. */
  readonly ticks: () => number
  /** Names of the metrics with data points now. */
  readonly metrics: () => Promise<string[]>
}

declare global {
  // Only `var` makes a property of the global object.
  var preloaded: Preloaded
}

class PulledReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

const lasting = new Set(['Timeout', 'WORKER', 'SIGNALWRAP', 'STATWATCHER', 'FSEVENTWRAP'])
const started: string[] = []
const hook = createHook({
  init: (_id, type) => {
    if (lasting.has(type)) started.push(type)
  },
}).enable()
const own = homeostat({
  mode: 'act',
  service: 'shop',
  coordinator: 'redis',
  stateDir: process.env['SHOP_STATE_DIR'] ?? '',
  killFile: `${process.env['SHOP_STATE_DIR']}/stop`,
  intervalMs: 10,
  log: console,
})
hook.disable()

let ticks = 0
own.on(() => void ticks++)
const reader = own.attach(new PulledReader())
const meterProvider = new MeterProvider({ readers: [reader] })
registerInstrumentations({ meterProvider, instrumentations: [...own.instrumentations] })

globalThis.preloaded = {
  homeostat: own,
  started,
  ticks: () => ticks,
  metrics: async () => {
    const { resourceMetrics } = await reader.collect()
    return resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .filter(({ dataPoints }) => dataPoints.length > 0)
      .map(({ descriptor }) => descriptor.name)
  },
}
