import { SignalInstrumentation, type SignalInstrumentationConfig } from '@homeostat/signals'
import { atOnce } from '@homeostat/signals'
import { homeostat } from 'homeostat'
import { expect, test } from 'vitest'
import { Gauges } from '../../src/feed/gauges.ts'

class Churn extends SignalInstrumentation<SignalInstrumentationConfig> {
  constructor() {
    super('@shop/churn', '1.0.0', {})
  }

  protected override activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

test('lines that have ended make room for those that are there', async () => {
  const instrumentation = new Churn()
  const level = instrumentation.registry.level({
    name: 'shop.churn',
    kind: 'gauge',
    unit: '1',
    description: 'churn',
    attributes: ['part'],
  })
  const h = homeostat({
    service: 'churn',
    autoStart: false,
    intervalMs: 100,
    log: false,
    environment: {},
    rules: [{ alert: 'Churn', expr: 'max by (part) (shop_churn) > 1000' }],
    domains: [{ name: 'churn', instrumentation: instrumentation as never }],
  })
  for (const each of h.instrumentations) each.enable()
  using gauges = new Gauges(h, [])
  const churn = () => gauges.all.find(({ name }) => name === 'Churn')!
  for (let tick = 0; tick < 200; tick++) {
    const part = level.with({ part: `part-${tick}` })
    part.set(tick)
    await h.optimizePerformance()
    atOnce(gauges.sample(h.optimizer.ledger.entries.at(-1)!.now, time => time))
    part.clear()
  }
  const { series } = churn()
  expect(series.length).toBeLessThanOrEqual(20)
  const newest = Math.max(...series.map(({ labels }) => Number(/\d+$/.exec(labels)?.[0])))
  expect(newest).toBeGreaterThan(100)
  // Later viewers do not get the values of lines that have ended.
  const past = JSON.parse(atOnce(gauges.pastInSteps())) as { values: Record<string, unknown> }
  const known = new Set(gauges.all.flatMap(each => each.series.map(({ id }) => String(id))))
  expect(Object.keys(past.values).filter(id => !known.has(id))).toEqual([])
  await h.stop()
})
