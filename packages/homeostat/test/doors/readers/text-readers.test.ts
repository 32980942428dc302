import { metrics } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import type { CollectionResult } from '@opentelemetry/sdk-metrics'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { afterEach, expect, test } from 'vitest'
import type { Homeostat } from '../../../src/index.ts'
import { homeostat } from '../../../src/index.ts'

const running: { stop(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map(h => h.stop()))
  metrics.disable()
})

/** A Homeostat whose metrics go through the Meter of a provider that has the reader. */
function start(reader: PrometheusExporter): Homeostat {
  const h = homeostat({ autoStart: false, log: false, attachReaders: false })
  running.push(h, { stop: () => provider.shutdown() })
  const provider = new MeterProvider({ readers: [reader] })
  provider.getMeter('shop').createCounter('orders').add(1)
  for (const instrumentation of h.instrumentations) instrumentation.setMeterProvider(provider)
  return h
}

test('the text of a reader that is not attached has each metric in one scope, and stop() restores the reader', async () => {
  const reader = new PrometheusExporter({ preventServerStart: true })
  const { collect } = reader
  const h = start(reader)
  expect(reader.collect).not.toBe(collect)

  const { resourceMetrics } = await reader.collect()
  expect(resourceMetrics.scopeMetrics.map(({ scope }) => scope.name)).toContain('shop')
  const names = resourceMetrics.scopeMetrics.flatMap(scope => scope.metrics.map(({ descriptor }) => descriptor.name))
  expect(names).toContain('homeostat.heartbeat')
  expect(names).toEqual([...new Set(names)])

  await h.stop()
  expect(reader.collect).toBe(collect)
})

test('a result that we cannot read is exported as it is', async () => {
  const strange = { resourceMetrics: { scopeMetrics: [{ scope: { name: 'strange' } }] }, errors: [] }
  class StrangeReader extends PrometheusExporter {
    override collect(): Promise<CollectionResult> {
      return Promise.resolve(strange as never)
    }
  }
  const reader = new StrangeReader({ preventServerStart: true })
  start(reader)
  expect(Object.hasOwn(reader, 'collect')).toBe(true)
  expect(await reader.collect()).toBe(strange)
})
