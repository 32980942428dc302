import type { IMetricReader, MetricProducer, ScopeMetrics as SdkScopeMetrics } from '@opentelemetry/sdk-metrics'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  MetricReader,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ProducerReader, ScopeMetrics, SignalProducer } from '../../src/index.ts'
import { PlainReader } from '../plain-reader.ts'
import { delivery, orders } from '../sample-metrics.ts'
import { sampleRegistry, valuesOf } from '../sample-registry.ts'

describe('a producer', () => {
  it('is what the types of the SDK ask for, and asks for what its readers are', () => {
    expectTypeOf<SignalProducer>().toExtend<MetricProducer>()
    expectTypeOf<ScopeMetrics>().toExtend<SdkScopeMetrics>()
    expectTypeOf<MetricReader>().toExtend<ProducerReader>()
    expectTypeOf<IMetricReader>().toExtend<ProducerReader>()
  })

  it('is exported by a periodic reader together with the metrics of the application', async () => {
    const { registry } = sampleRegistry()
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: 3_600_000,
      metricProducers: [registry.producer()],
    })
    const provider = new MeterProvider({ readers: [reader] })
    provider.getMeter('app').createCounter('app.requests').add(1)
    registry.counter(orders).with({ shop: 'a' }).add(3)
    registry.histogram(delivery).with({ shop: 'a' }).record(1)
    await provider.forceFlush()
    const scopes = exporter.getMetrics()[0]!.scopeMetrics
    expect(scopes.map(({ scope }) => scope.name)).toEqual(['app', 'sample'])
    expect(valuesOf(scopes[1] as ScopeMetrics)).toEqual({
      'sample.orders a': 3,
      'sample.delivery.duration a': { counts: [1, 0, 0, 0], sum: 1 },
    })
    await provider.shutdown()
  })

  it('adds no empty scope to an export', async () => {
    const { registry } = sampleRegistry()
    const reader = new PlainReader(AggregationTemporality.CUMULATIVE, [registry.producer()])
    const provider = new MeterProvider({ readers: [reader] })
    expect((await reader.collect()).resourceMetrics.scopeMetrics).toEqual([])
    await provider.shutdown()
  })

  it('follows the temporality its reader selects for each kind; levels are always read as a whole', () => {
    const { registry } = sampleRegistry()
    const asked: string[] = []
    const select = (type: string): number => {
      asked.push(type)
      return type === 'COUNTER' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE
    }
    const producer = registry.producer({ selectAggregationTemporality: select })
    const [counter, histogram] = [registry.counter(orders).with(), registry.histogram(delivery).with()]
    const level = registry.level({ ...orders, name: 'sample.open', kind: 'upDownCounter' }).with()
    for (let i = 0; i < 2; i++) {
      counter.add(1)
      histogram.record(1)
      level.set(9)
      const temporalities = producer
        .read()
        .metrics.map(metric => [metric.descriptor.name, metric.aggregationTemporality])
      expect(Object.fromEntries(temporalities)).toEqual({
        'sample.orders': AggregationTemporality.DELTA,
        'sample.delivery.duration': AggregationTemporality.CUMULATIVE,
        'sample.open': AggregationTemporality.CUMULATIVE,
      })
    }
    expect(new Set(asked)).toEqual(new Set(['COUNTER', 'HISTOGRAM']))
  })

  it('never rejects, whatever its reader or an observer does', async () => {
    const { registry } = sampleRegistry()
    const fail = (): never => {
      throw new Error('planted')
    }
    registry.observe(fail)
    registry.counter(orders).with().add()
    const producer = registry.producer({ selectAggregationTemporality: fail })
    const { errors } = await producer.collect()
    expect(errors).toEqual([])
    expect(JSON.stringify(registry.collect())).toContain('homeostat.errors')
  })
})
