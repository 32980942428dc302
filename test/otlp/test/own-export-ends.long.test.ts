import { metrics } from '@opentelemetry/api'
import { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { expect, test, vi } from 'vitest'
import { metricsIn, OtlpReceiver, pointsOf } from '../src/index.ts'
import { bench, DELTA, endAfterEach, ordersIn, start, WAIT } from './own-export-bench.ts'

endAfterEach()

test.each(['delta', 'cumulative'])(
  'when an SDK starts, ours ends and nothing is counted twice or lost (%s)',
  async temporality => {
    bench.receiver = await OtlpReceiver.start()
    const { shop } = start({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality })
    shop.orders.add(5)
    await vi.waitFor(() => expect(metricsIn(bench.receiver.accepted, 'shop.orders').length).toBeGreaterThan(0), WAIT)
    shop.orders.add(3)
    const exporter = new InMemoryMetricExporter(0)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
    await vi.waitFor(() => expect(bench.h!.report().attachedTo).toEqual(['PeriodicExportingMetricReader']), WAIT)
    await new Promise(resolve => setTimeout(resolve, 600))
    const count = bench.receiver.received.length
    shop.orders.add(2)
    await reader.forceFlush()
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(bench.receiver.received.length).toBe(count)

    const theirs = exporter
      .getMetrics()
      .at(-1)!
      .scopeMetrics.flatMap(({ metrics: all }) => all)
      .find(({ descriptor }) => descriptor.name === 'shop.orders')!
    expect(theirs.dataPoints[0]!.value).toBe(2)
    if (temporality === 'delta') expect(ordersIn(bench.receiver.accepted)).toBe(8)
    else expect(pointsOf(metricsIn(bench.receiver.accepted, 'shop.orders').at(-1)!)[0]!.asDouble).toBe(8)
    expect(bench.h!.report().findings.map(({ key }) => key)).not.toContain('own export')
  },
)

test.each([true, false])(
  'a reader that the application attaches takes over (before the first export: %s)',
  async isEarly => {
    bench.receiver = await OtlpReceiver.start()
    const { shop } = start({ ...DELTA, ...(isEarly && { OTEL_METRIC_EXPORT_INTERVAL: '5000' }) })
    shop.orders.add(5)
    if (!isEarly) await vi.waitFor(() => expect(ordersIn(bench.receiver.accepted)).toBe(5), WAIT)
    const exporter = new InMemoryMetricExporter(0)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    const provider = new MeterProvider({ readers: [bench.h!.attach(reader)] })
    shop.orders.add(2)
    await provider.forceFlush()
    await new Promise(resolve => setTimeout(resolve, 600))
    const theirs = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics: all }) => all))
    const orders = theirs.find(({ descriptor }) => descriptor.name === 'shop.orders')!
    expect([ordersIn(bench.receiver.accepted), orders.dataPoints[0]!.value]).toEqual(isEarly ? [0, 7] : [5, 2])
    expect(String(bench.h!.report())).toContain('attached to: PeriodicExportingMetricReader')
  },
)

test('a process that only measures exports as well', async () => {
  bench.receiver = await OtlpReceiver.start()
  const { shop } = start({ HOMEOSTAT_SIGNALS_ONLY: 'true' })
  shop.orders.add(4)
  await vi.waitFor(() => expect(ordersIn(bench.receiver.accepted)).toBeGreaterThan(3), WAIT)
  expect(bench.h!.mode).toBe('off')
})

test('of two Homeostats in a process, one exports', async () => {
  bench.receiver = await OtlpReceiver.start()
  const { shop } = start(DELTA)
  shop.orders.add(4)
  await vi.waitFor(() => expect(bench.receiver.accepted.length).toBeGreaterThan(0), WAIT)
  const first = bench.h!
  const { lines } = start(DELTA)
  await vi.waitFor(() => expect(bench.receiver.accepted.length).toBeGreaterThan(4), WAIT)
  await vi.waitFor(() => expect(lines.join('\n')).toContain('another Homeostat of this process exports already'), WAIT)
  expect(lines.join('\n')).not.toContain(bench.receiver.endpoint)
  const ids = bench.receiver.accepted.flatMap(({ resourceMetrics }) =>
    resourceMetrics[0]!.scopeMetrics.filter(({ scope }) => scope.name === 'shop'),
  )
  expect(ids).toHaveLength(1)
  await first.stop()
})
