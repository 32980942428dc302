import { setTimeout as sleep } from 'node:timers/promises'
import { HostMetrics } from '@opentelemetry/host-metrics'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { metrics } from '@homeostat/semconv'
import { RuntimeInstrumentation } from '../src/index.ts'

class PullReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
  }
  protected async onShutdown(): Promise<void> {}
  protected async onForceFlush(): Promise<void> {}
}

type Series = Map<string, unknown>

async function collect(reader: PullReader): Promise<Series> {
  const { resourceMetrics } = await reader.collect()
  const all = resourceMetrics.scopeMetrics.flatMap(({ scope, metrics: found }) =>
    found.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(
        point => [`${scope.name} ${descriptor.name} ${JSON.stringify(point.attributes)}`, point.value] as const,
      ),
    ),
  )
  return new Map(all)
}

function isForeign(key: string): boolean {
  return !key.startsWith('@homeostat/')
}

test('beside runtime-node and host-metrics: their series and their stall are what they are without us', async () => {
  const reader = new PullReader()
  const provider = new MeterProvider({ readers: [reader] })
  const upstream = new RuntimeNodeInstrumentation()
  upstream.setMeterProvider(provider)
  upstream.enable()
  new HostMetrics({ meterProvider: provider }).start()
  await sleep(50)
  const before = [...(await collect(reader)).keys()]

  const ours = new RuntimeInstrumentation()
  ours.setMeterProvider(provider)
  ours.enable()
  try {
    await sleep(50)
    const end = performance.now() + 300
    while (performance.now() < end);
    // What the tick of the optimizer does: it reads our own accumulators and runs nobody else's callbacks.
    for (let tick = 0; tick < 20; tick++) {
      ours.registry.collect()
      await sleep(5)
    }
    const after = await collect(reader)
    expect(before.filter(key => !after.has(key))).toEqual([])
    const max = [...after].filter(([key]) => key.includes(metrics.eventLoopDelayMax.name))
    expect(max.filter(([key]) => isForeign(key))).toHaveLength(1)
    expect(max).toHaveLength(2)
    for (const [, seconds] of max) expect(seconds).toBeGreaterThan(0.25)
  } finally {
    ours.disable()
    upstream.disable()
    await provider.shutdown()
  }
})
