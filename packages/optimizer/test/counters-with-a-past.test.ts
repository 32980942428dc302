import { AggregationTemporality } from '@opentelemetry/sdk-metrics'
import { describe, expect, test } from 'vitest'

import { Collected, Walk } from './sdk-readers.ts'

describe('2-31: no zero is invented for a counter that may have had a total before', () => {
  test.each(['CUMULATIVE', 'DELTA'] as const)('an observable counter that begins at 5e9, %s', async temporality => {
    const walk = new Walk('rate(io_total[1m])', 'increase(io_total[1m])')
    const app = new Collected(AggregationTemporality[temporality])
    let total = 5e9
    app.provider
      .getMeter('m')
      .createObservableCounter('io')
      .addCallback(result => result.observe((total += 1000), { device: 'eth0' }))
    for (let i = 0; i < 8; i++) await walk.collect(app)
    expect(walk.one('rate(io_total[1m])')).toBeCloseTo(100, 5)
    expect(walk.one('increase(io_total[1m])')).toBeLessThan(6001)
  })

  test('a label set that an observable counter shows later has a past as well', async () => {
    const walk = new Walk('rate(io_total[1m])')
    const app = new Collected()
    const devices = new Map([['eth0', 7e9]])
    app.provider
      .getMeter('m')
      .createObservableCounter('io')
      .addCallback(result => {
        for (const [device, total] of devices) {
          devices.set(device, total + 1000)
          result.observe(total, { device })
        }
      })
    for (let i = 0; i < 3; i++) await walk.collect(app)
    devices.set('eth1', 3e12)
    for (let i = 0; i < 3; i++) await walk.collect(app)
    for (const rate of Object.values(walk.ask('rate(io_total[1m])'))) expect(rate).toBeLessThan(101)
  })

  test.each(['CUMULATIVE', 'DELTA'] as const)(
    'a counter and a histogram that count here begin at 0, %s',
    async temporality => {
      const walk = new Walk('increase(orders_total[1m])', 'increase(size_count[1m])', 'size_sum')
      const app = new Collected(AggregationTemporality[temporality])
      const meter = app.provider.getMeter('m')
      const orders = meter.createCounter('orders')
      await walk.collect(app)
      orders.add(12, { kind: 'new' })
      meter.createHistogram('size').record(3)
      await walk.collect(app)
      await walk.collect(app)
      // They began a real moment ago, and 20 s ago on the virtual clock.
      expect(walk.one('increase(orders_total[1m])')).toBeGreaterThan(11)
      expect(walk.one('increase(size_count[1m])')).toBeGreaterThan(0.9)
    },
  )

  test('a series of deltas that was idle for longer than the lookback goes on from its total', async () => {
    const walk = new Walk('increase(orders_total[2m])')
    const app = new Collected(AggregationTemporality.DELTA)
    const orders = app.provider.getMeter('m').createCounter('orders')
    orders.add(1000)
    for (let i = 0; i < 2; i++) await walk.collect(app)
    walk.now += 600_000
    await walk.collect(app)
    orders.add(1)
    await walk.collect(app)
    orders.add(1)
    await walk.collect(app)
    expect(walk.one('increase(orders_total[2m])')).toBeLessThan(20)
  })

  test('a counter of a process that began long ago does not jump when it is first seen', async () => {
    const walk = new Walk('increase(orders_total[1m])')
    const app = new Collected()
    const orders = app.provider.getMeter('m').createCounter('orders')
    orders.add(1e6)
    walk.now += 3_600_000
    for (let i = 0; i < 3; i++) {
      orders.add(1)
      await walk.collect(app)
    }
    expect(walk.one('increase(orders_total[1m])')).toBeLessThan(10)
  })
})
