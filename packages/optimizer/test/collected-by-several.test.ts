import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  InstrumentType,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { IMetricReader } from '@opentelemetry/sdk-metrics'
import { describe, expect, test } from 'vitest'

import { Collected, Walk } from './sdk-readers.ts'

describe('2-32: series are distinguished by who collected them', () => {
  const counting = (app: Collected, step: number): (() => void) => {
    const counter = app.provider.getMeter('m').createCounter('jobs')
    return () => counter.add(step)
  }

  test('two providers with the same scope and names', async () => {
    const walk = new Walk('rate(jobs_total[1m])', 'level')
    const [one, two] = [new Collected(), new Collected()]
    const grow = [counting(one, 10), counting(two, 100)]
    one.provider
      .getMeter('m')
      .createObservableGauge('level')
      .addCallback(result => result.observe(1))
    two.provider
      .getMeter('m')
      .createObservableGauge('level')
      .addCallback(result => result.observe(2))
    for (let i = 0; i < 8; i++) {
      for (const add of grow) add()
      await walk.collect(one, two)
      expect(Object.values(walk.ask('level'))).toEqual([1, 2])
    }
    expect(Object.values(walk.ask('rate(jobs_total[1m])')).map(Math.round)).toEqual([1, 10])
    expect(Object.values(walk.ask('sum(rate(jobs_total[1m]))')).map(Math.round)).toEqual([11])
    expect(Object.keys(walk.ask('level{homeostat_provider="2"}'))).toHaveLength(1)
    expect(Object.keys(walk.ask('level{homeostat_provider=""}'))).toHaveLength(1)
  })

  test('two readers of one provider deliver the same series once, and neither ends what only the other has', async () => {
    const other = new PeriodicExportingMetricReader({
      exporter: Object.assign(new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE), {
        selectAggregation: (type: InstrumentType) => ({
          type: type === InstrumentType.OBSERVABLE_GAUGE ? AggregationType.DROP : AggregationType.DEFAULT,
        }),
      }),
      exportIntervalMillis: 3_600_000,
    })
    const app = new Collected(AggregationTemporality.CUMULATIVE, [], [other as IMetricReader])
    const second = Object.assign(Object.create(Collected.prototype) as Collected, {
      reader: other,
      provider: app.provider,
    })
    const walk = new Walk('rate(jobs_total[1m])', 'level')
    const grow = counting(app, 10)
    app.provider
      .getMeter('m')
      .createObservableGauge('level')
      .addCallback(result => result.observe(1))
    for (let i = 0; i < 8; i++) {
      grow()
      await walk.collect(app)
      await walk.collect(second)
      expect(Object.values(walk.ask('level'))).toEqual([1])
    }
    const rates = Object.values(walk.ask('rate(jobs_total[1m])'))
    expect(rates).toHaveLength(1)
    // 10 in 20 s, of which the window's own samples show between 40 and 50 s.
    expect(rates[0]).toBeGreaterThan(0.3)
    expect(rates[0]).toBeLessThan(0.6)
  })

  test('two readers that cut a histogram differently are not mixed', async () => {
    const coarse = Object.assign(new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE), {
      selectAggregation: () => ({
        type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
        options: { boundaries: [100], recordMinMax: false },
      }),
    })
    const other = new PeriodicExportingMetricReader({ exporter: coarse, exportIntervalMillis: 3_600_000 })
    const app = new Collected(AggregationTemporality.CUMULATIVE, [], [other as IMetricReader])
    const second = Object.assign(Object.create(Collected.prototype) as Collected, {
      reader: other,
      provider: app.provider,
    })
    const walk = new Walk('sizes_bucket', 'jobs_total', 'jobs_count')
    const sizes = app.provider.getMeter('m').createHistogram('sizes')
    // The second reader makes a histogram of a counter, too.
    const jobs = app.provider.getMeter('m').createCounter('jobs')
    for (let i = 1; i <= 4; i++) {
      sizes.record(7)
      jobs.add(1)
      await walk.collect(app)
      await walk.collect(second)
      expect(Object.values(walk.ask('sizes_bucket{le="5"}'))).toEqual([0])
      expect(Object.values(walk.ask('sizes_bucket{le="10"}'))).toEqual([i])
      expect(Object.values(walk.ask('jobs_total'))).toEqual([i])
    }
    // Once the first has gone, the other one is used.
    walk.now += 400_000
    for (let i = 0; i < 3; i++) await walk.collect(second)
    expect(Object.values(walk.ask('sizes_bucket{le="100"}'))).toEqual([4])
    expect(Object.values(walk.ask('sizes_bucket{le="5"}'))).toEqual([])
  })

  test('attributes that exporters write as one label are one series, and arrays are text as exporters write it', async () => {
    const walk = new Walk('x_total', 'y_total')
    const app = new Collected()
    const x = app.provider.getMeter('m').createCounter('x')
    const y = app.provider.getMeter('m').createCounter('y')
    x.add(1, { 'a.b': 'v' })
    x.add(5, { a_b: 'v' })
    y.add(1, { list: ['a', 'b'], yes: true, n: 1.5 })
    for (let i = 0; i < 3; i++) await walk.collect(app)
    expect(Object.values(walk.ask('x_total'))).toEqual([1])
    expect(Object.values(walk.ask('y_total{list="[\\"a\\",\\"b\\"]", yes="true", n="1.5"}'))).toEqual([1])
  })
})
