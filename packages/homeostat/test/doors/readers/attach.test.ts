import { metrics } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { afterEach, expect, test } from 'vitest'
import type { Homeostat } from '../../../src/index.ts'
import { HomeostatReader, NotAReaderError, homeostat } from '../../../src/index.ts'

const running: { stop(): Promise<void> }[] = []
const start = (options: Parameters<typeof homeostat>[0] = {}): Homeostat => {
  const h = homeostat({ autoStart: false, ...options })
  running.push(h)
  return h
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(h => h.stop()))
  metrics.disable()
})

const periodic = (exporter: InMemoryMetricExporter): PeriodicExportingMetricReader =>
  new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })

const scopes = (exporter: InMemoryMetricExporter): string[] =>
  exporter
    .getMetrics()
    .at(-1)!
    .scopeMetrics.map(({ scope }) => scope.name)

test('an attached reader exports our metrics beside the application’s', async () => {
  const h = start()
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = h.attach(periodic(exporter))
  const provider = new MeterProvider({ readers: [reader] })
  provider.getMeter('shop').createCounter('orders').add(1)
  h.optimizer.tick()

  await reader.forceFlush()

  expect(scopes(exporter)).toContain('shop')
  expect(scopes(exporter)).toContain('homeostat')
})

test('attaching twice appends once', async () => {
  const h = start()
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = h.attach(h.attach(periodic(exporter)))
  const provider = new MeterProvider({ readers: [reader] })
  h.optimizer.tick()

  await reader.forceFlush()

  expect(scopes(exporter).filter(name => name === 'homeostat')).toHaveLength(1)
  await provider.shutdown()
})

test('anything but a reader is refused with one line that says what to pass', () => {
  const h = start()

  expect(() => h.attach(new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE))).toThrow(NotAReaderError)
  expect(() => h.attach({} as never)).toThrow(
    'attach() takes a metric reader with a collect() method, e.g. new PrometheusExporter(), but was given Object',
  )
  const unreadable = new Proxy({}, { get: () => expect.fail('canary') })
  for (const nothing of [null, undefined, 5, 'canary', Symbol('canary'), unreadable, Object.create(null)])
    expect(() => h.attach(nothing as never)).toThrow(NotAReaderError)
  expect(() => h.attach('canary' as never)).not.toThrow('canary')
})

test('the application’s own metrics feed the rules through the same collection', async () => {
  const h = start({ rules: [{ alert: 'TooManyOrders', expr: 'orders_total > 5' }] })
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const provider = new MeterProvider({ readers: [h.attach(exporter)] })
  provider.getMeter('shop').createCounter('orders').add(7)
  await exporter.collect()

  const entry = h.optimizer.tick()

  expect(entry.firings).toMatchObject([{ alert: 'TooManyOrders', value: 7 }])
  await provider.shutdown()
})

test('when our part of a collection fails, the application’s export goes out without it and the failure is counted', async () => {
  const h = start()
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = h.attach(periodic(exporter))
  const provider = new MeterProvider({ readers: [reader] })
  provider.getMeter('shop').createCounter('orders').add(1)
  for (const { registry } of h.instrumentations) {
    registry.observe(() => {
      throw new RangeError('planted')
    })
  }

  await reader.forceFlush()
  await reader.forceFlush()

  expect(scopes(exporter)).toContain('shop')
  const errors = exporter
    .getMetrics()
    .at(-1)!
    .scopeMetrics.flatMap(scope => scope.metrics)
    .filter(({ descriptor }) => descriptor.name === 'homeostat.errors')
  expect(errors[0]?.dataPoints[0]?.attributes).toEqual({
    'homeostat.component': 'signal',
    'error.type': 'RangeError',
  })
})

test('HomeostatReader exports by itself, evaluates the rules, and stops with the provider', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new HomeostatReader({
    exporter,
    autoStart: false,
    rules: [{ alert: 'TooManyOrders', expr: 'orders_total > 5' }],
  })
  const provider = new MeterProvider({ readers: [reader] })
  provider.getMeter('shop').createCounter('orders').add(7)

  await reader.forceFlush()
  const entry = reader.homeostat.optimizer.tick()

  expect(scopes(exporter)).toContain('shop')
  expect(entry.firings).toHaveLength(1)
  await provider.shutdown()
  await expect(reader.forceFlush()).resolves.toBeUndefined()
})

test('HomeostatReader flushes what came after an export that is under way, and again before it ends', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new HomeostatReader({ exporter, autoStart: false })
  const provider = new MeterProvider({ readers: [reader] })
  const orders = provider.getMeter('shop').createCounter('orders')
  const exported = (): unknown =>
    exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.find(({ scope }) => scope.name === 'shop')?.metrics[0]?.dataPoints[0]?.value
  orders.add(1)
  const underWay = reader.forceFlush()
  orders.add(41)
  await reader.forceFlush()
  await underWay
  expect(exported()).toBe(42)

  orders.add(1)
  let last: unknown
  const { shutdown } = exporter
  exporter.shutdown = async () => {
    last = exported()
    await shutdown.call(exporter)
  }
  await Promise.all([reader.shutdown(), reader.shutdown()])
  expect(last).toBe(43)
})

test('after stop() a reader is as it was, and may serve another Homeostat', async () => {
  const first = start()
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const { collect } = exporter
  first.attach(exporter)
  await first.stop()
  expect(exporter.collect).toBe(collect)

  const second = start({ rules: [{ alert: 'TooManyOrders', expr: 'orders_total > 5' }] })
  const provider = new MeterProvider({ readers: [second.attach(exporter)] })
  provider.getMeter('shop').createCounter('orders').add(7)
  await exporter.collect()
  expect(second.optimizer.tick().firings).toHaveLength(1)
  await provider.shutdown()
})
